/**
 * Where a scheduled scan goes on: one item among the idempotency records, which is forgotten like them when nobody comes back
 * for it. Item: `id`, `data` (JSON text), `expiration` (epoch seconds, the table's TTL).
 */
import { DeleteItemCommand, type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Counts } from './report.ts';

export interface Continuation {
  readonly scanId: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Agents up to this id are through. */
  readonly afterAgentId: string;
  readonly counts: Counts;
}

export interface ContinuationStore {
  load(nowEpochMs: number): Promise<Continuation | undefined>;
  save(continuation: Continuation, nowEpochMs: number): Promise<void>;
  clear(): Promise<void>;
}

const KEEP_FOR_MS = 7 * 24 * 60 * 60 * 1_000;

export function continuationStore(client: DynamoDBClient, table: string, region: string): ContinuationStore {
  const place = { TableName: table };
  const id = { S: `scan#${region}` };
  return {
    async load(nowEpochMs) {
      const get = new GetItemCommand({ ...place, Key: { id }, ConsistentRead: true });
      const { Item } = await client.send(get);
      // DynamoDB deletes what is over within days, not at once.
      if (Item?.data?.S === undefined || Number(Item.expiration?.N) * 1_000 < nowEpochMs) return undefined;
      return JSON.parse(Item.data.S);
    },
    async save(continuation, nowEpochMs) {
      const expiration = { N: String(Math.ceil((nowEpochMs + KEEP_FOR_MS) / 1_000)) };
      const Item = { id, data: { S: JSON.stringify(continuation) }, expiration };
      await client.send(new PutItemCommand({ ...place, Item }));
    },
    async clear() {
      await client.send(new DeleteItemCommand({ ...place, Key: { id } }));
    },
  };
}
