/**
 * The provenance in DynamoDB, in a table of its own: unlike the idempotency records it never expires, is read by agent, and
 * each function needs other permissions on it.
 *
 * Item: `agentId`, `actionGroupId` (the key), `written`, `deleted`, `pending` (maps, as in `Provenance`).
 */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Provenance } from './provenance.ts';

export interface ProvenanceTable {
  readonly client: DynamoDBClient;
  readonly name: string;
}

/**
 * Adds to what is known of a group, in one call. Writes of one group may arrive here in another order than in Bedrock: the
 * one whose group is younger stays. What is pending stays beside a write, whichever arrives first: their times tell.
 */
export async function addProvenance(
  { client, name }: ProvenanceTable,
  provenance: Provenance,
  abortSignal: AbortSignal,
): Promise<void> {
  const Key = { agentId: { S: provenance.agentId }, actionGroupId: { S: provenance.actionGroupId } };
  const update = new UpdateItemCommand({ TableName: name, Key, ...changeOf(provenance) });
  try {
    await client.send(update, { abortSignal });
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

function changeOf({ written, deleted, pending }: Provenance): Omit<UpdateItemCommandInput, 'TableName' | 'Key'> {
  if (written !== undefined) {
    return {
      UpdateExpression: 'SET written = :written',
      ConditionExpression: 'attribute_not_exists(written) OR written.updatedAt <= :updatedAt',
      ExpressionAttributeValues: { ':written': toValue({ ...written }), ':updatedAt': { S: written.updatedAt } },
    };
  }
  if (pending !== undefined) {
    return {
      UpdateExpression: 'SET pending = :pending',
      ConditionExpression: 'attribute_not_exists(pending) OR pending.#at <= :at',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: { ':pending': toValue({ ...pending }), ':at': { S: pending.at } },
    };
  }
  return {
    UpdateExpression: 'SET deleted = :deleted',
    ExpressionAttributeValues: { ':deleted': toValue({ ...deleted }) },
  };
}

export async function readProvenance(
  { client, name }: ProvenanceTable,
  { agentId, actionGroupId }: Pick<Provenance, 'agentId' | 'actionGroupId'>,
  abortSignal: AbortSignal,
): Promise<Provenance | undefined> {
  const get = new GetItemCommand({
    TableName: name,
    Key: { agentId: { S: agentId }, actionGroupId: { S: actionGroupId } },
    ConsistentRead: true,
  });
  const { Item } = await client.send(get, { abortSignal });
  return Item && toProvenance(Item);
}

/** What is known of an agent's groups, deleted ones included, by the group's id. */
export async function readProvenanceOfAgent(
  { client, name }: ProvenanceTable,
  agentId: string,
  abortSignal: AbortSignal,
): Promise<Map<string, Provenance>> {
  const known = new Map<string, Provenance>();
  let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
  do {
    const query = new QueryCommand({
      TableName: name,
      KeyConditionExpression: 'agentId = :agentId',
      ExpressionAttributeValues: { ':agentId': { S: agentId } },
      ConsistentRead: true,
      ExclusiveStartKey,
    });
    const { Items = [], LastEvaluatedKey } = await client.send(query, { abortSignal });
    for (const provenance of Items.map(toProvenance)) known.set(provenance.actionGroupId, provenance);
    ExclusiveStartKey = LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return known;
}

/** Texts and objects of them; what is undefined is left out. */
function toValue(value: unknown): AttributeValue {
  if (typeof value !== 'object' || value === null) return { S: String(value) };
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return { M: Object.fromEntries(members.map(([name, member]) => [name, toValue(member)])) };
}

function toProvenance(item: Record<string, AttributeValue>): Provenance {
  return fromValue({ M: item }) as Provenance;
}

function fromValue({ S, M }: AttributeValue): unknown {
  return S ?? Object.fromEntries(Object.entries(M ?? {}).map(([name, member]) => [name, fromValue(member)]));
}
