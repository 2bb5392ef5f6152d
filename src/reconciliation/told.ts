/**
 * What was told already, so that a finding is a line once: an item among the idempotency records, which is forgotten like
 * them. Item: `id`, `stage` (0: told; 1: told as settled), `state` (`telling` | `told`), `claimed_at` (epoch ms), `expiration`.
 *
 * The claim comes before the line and its completion after, so a process that dies in between tells twice or is followed
 * by one that does, and never tells nothing.
 */
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

/** 0: all is not known yet; 1: it is settled. Each is told once at most, and the first never after the second. */
export type Stage = 0 | 1;

export interface Told {
  /**
   * Tells, unless it was told.
   *
   * @param tell learns whether nothing was told of it before. What it throws counts as not told.
   * @returns whether it was told now, and nothing before.
   */
  once(uid: string, stage: Stage, tell: (isNew: boolean) => void): Promise<boolean>;
}

/** Longer than telling ever takes; a claim that is older was a dead process's. */
const CLAIM_MS = 60_000;
/** Far longer than the past that is looked at again. */
const KEEP_FOR_MS = 30 * 24 * 60 * 60_000;

export function toldIn(client: DynamoDBClient, TableName: string, epochMs: () => number): Told {
  return {
    async once(uid, stage, tell) {
      const id = { S: `finding#${uid}` };
      const now = epochMs();
      const claim = new PutItemCommand({
        TableName,
        Item: {
          id,
          stage: { N: String(stage) },
          state: { S: 'telling' },
          claimed_at: { N: String(now) },
          expiration: { N: String(Math.ceil((now + KEEP_FOR_MS) / 1_000)) },
        },
        ConditionExpression:
          // Without parentheses, which AND does not need here, and which the emulator's parser is very slow at.
          'attribute_not_exists(id) OR stage < :stage OR stage = :stage AND #state = :telling AND claimed_at < :dead',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: {
          ':stage': { N: String(stage) },
          ':telling': { S: 'telling' },
          ':dead': { N: String(now - CLAIM_MS) },
        },
        ReturnValues: 'ALL_OLD',
      });
      const claimed = await unlessRefused(client.send(claim));
      if (claimed === undefined) return false;
      // What a dead process claimed may have been told or not.
      const isNew = claimed.Attributes?.state?.S !== 'told';
      tell(isNew);
      const complete = new UpdateItemCommand({
        TableName,
        Key: { id },
        UpdateExpression: 'SET #state = :told',
        // A settled one may have come after it.
        ConditionExpression: 'stage = :stage',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':told': { S: 'told' }, ':stage': { N: String(stage) } },
      });
      await unlessRefused(client.send(complete));
      return isNew;
    },
  };
}

async function unlessRefused<T>(sending: Promise<T>): Promise<T | undefined> {
  try {
    return await sending;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}
