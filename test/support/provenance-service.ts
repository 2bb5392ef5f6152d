/** The service with a DynamoDB that counts and can be broken, and what it keeps of who wrote which group. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { ensureTable, PROVENANCE_KEY, startDynamoDb } from '../../src/local/dynamodb.ts';
import type { ProvenanceTable } from '../../src/provenance/store.ts';
import { behind } from './ask.ts';
import { type DynamoDbProxy, startDynamoDbProxy } from './dynamodb-proxy.ts';
import { type Service, startService } from './service.ts';

export interface ProvenanceService {
  readonly service: Service;
  readonly store: DynamoDbProxy;
  /** What the service asked of DynamoDB for the requests of the test; tables are made by whoever starts it. */
  calls(): string[];
  /** Behind the proxy's back. */
  readonly table: ProvenanceTable;
  /** What somebody does who goes round the service, at a later time than the last change. */
  changeRound(actionGroupId: string, members?: Record<string, unknown>): Promise<void>;
}

/** One for a file's tests; what is kept stays, so a test looks at its own groups. */
export function provenanceService(env: Record<string, string> = {}): ProvenanceService {
  const bench = {} as { -readonly [K in keyof ProvenanceService]: ProvenanceService[K] };
  const closing: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const dynamodb = await startDynamoDb();
    const endpoint = { endpoint: dynamodb.url, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
    const client = new DynamoDBClient({ region: 'us-east-1', ...endpoint });
    bench.table = { client, name: 'portcullis-provenance' };
    await ensureTable(client, 'portcullis-idempotency');
    await ensureTable(client, bench.table.name, PROVENANCE_KEY);
    bench.store = await startDynamoDbProxy(dynamodb.url);
    bench.service = await startService({
      env: { AWS_ENDPOINT_URL_DYNAMODB: bench.store.url, PROVENANCE_TABLE: bench.table.name, ...env },
    });
    closing.push(bench.service.close, bench.store.close, async () => client.destroy(), dynamodb.close);
  });
  beforeEach(() => {
    bench.service.reset();
    bench.store.reset();
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });
  bench.calls = () => bench.store.calls.filter((name) => name !== 'CreateTable');
  bench.changeRound = async (id, members) => {
    const { change, read } = behind(bench.service);
    const { updatedAt } = await read(id);
    do await change(id, members);
    while ((await read(id)).updatedAt === updatedAt);
  };
  return bench;
}
