/**
 * How far reconciliation has come, and who is at it: one item among the idempotency records, without `expiration`, so that it
 * is never forgotten. Item: `id`, `until` (epoch ms: all before is judged), `holder`, `held_until` (epoch ms).
 *
 * The hold is a date, not a beat: it ends with the function's own time, and two at once would only do the same work twice.
 */
import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

export interface Progress {
  /** Undefined the first time. */
  readonly until: number | undefined;
  /** @throws {ConditionalCheckFailedException} when another has taken over. */
  reached(until: number): Promise<void>;
  end(): Promise<void>;
}

/** Takes the work up; undefined where another run is at it. */
export async function takeUp(
  client: DynamoDBClient,
  TableName: string,
  region: string,
  { nowEpochMs, endsAtEpochMs }: { readonly nowEpochMs: number; readonly endsAtEpochMs: number },
): Promise<Progress | undefined> {
  const place = { TableName, Key: { id: { S: `reconciliation#${region}` } } };
  const holder = randomUUID();
  const take = new UpdateItemCommand({
    ...place,
    UpdateExpression: 'SET holder = :holder, held_until = :end',
    ConditionExpression: 'attribute_not_exists(holder) OR held_until < :now',
    ExpressionAttributeValues: {
      ':holder': { S: holder },
      ':end': { N: String(endsAtEpochMs) },
      ':now': { N: String(nowEpochMs) },
    },
    ReturnValues: 'ALL_NEW',
  });
  const whileHeld = { ...place, ConditionExpression: 'holder = :holder' };
  try {
    const { Attributes } = await client.send(take);
    const until = Attributes?.until?.N;
    return {
      until: until === undefined ? undefined : Number(until),
      async reached(reachedMs) {
        const update = new UpdateItemCommand({
          ...whileHeld,
          UpdateExpression: 'SET #until = :until',
          ExpressionAttributeNames: { '#until': 'until' },
          ExpressionAttributeValues: { ':holder': { S: holder }, ':until': { N: String(reachedMs) } },
        });
        await client.send(update);
      },
      async end() {
        const release = new UpdateItemCommand({
          ...whileHeld,
          UpdateExpression: 'REMOVE holder, held_until',
          ExpressionAttributeValues: { ':holder': { S: holder } },
        });
        // Whatever keeps it from being released, the hold ends by itself.
        await client.send(release).catch(() => {});
      },
    };
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}
