/** The idempotency table alone, behind a proxy that can break it, for tests of what is written there. */
import { DeleteItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createStoreClient } from '../../src/idempotency/store-client.ts';
import { ensureTable, startDynamoDb } from '../../src/local/dynamodb.ts';
import { type DynamoDbProxy, startDynamoDbProxy } from './dynamodb-proxy.ts';

export interface OnceTableBench {
  readonly proxy: DynamoDbProxy;
  /** As the service makes it, through the proxy. */
  readonly client: DynamoDBClient;
  readonly name: string;
  /** The records, read behind the proxy's back. */
  records(): Promise<Record<string, string | undefined>[]>;
  /** Deletes them. */
  forget(): Promise<void>;
}

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** One DynamoDB for a file's tests, and before each a client, a table and a proxy that know of nothing. */
export function onceTable(): OnceTableBench {
  const bench = { name: '' } as { -readonly [K in keyof OnceTableBench]: OnceTableBench[K] };
  let direct: DynamoDBClient;
  const closing: (() => Promise<void>)[] = [];
  let tables = 0;
  beforeAll(async () => {
    const dynamodb = await startDynamoDb();
    bench.proxy = await startDynamoDbProxy(dynamodb.url);
    closing.push(bench.proxy.close, dynamodb.close);
    direct = new DynamoDBClient({ region: 'us-east-1', endpoint: dynamodb.url, credentials });
  });
  beforeEach(async () => {
    tables += 1;
    bench.name = `once-${tables}`;
    await ensureTable(direct, bench.name);
    bench.proxy.reset();
    bench.client = storeClient(bench.proxy.url);
  });
  afterAll(async () => {
    direct.destroy();
    for (const close of closing) await close();
  });
  bench.records = async () => {
    const { Items = [] } = await direct.send(new ScanCommand({ TableName: bench.name }));
    return Items.map((item) => Object.fromEntries(Object.entries(item).map(([name, { S, N }]) => [name, S ?? N])));
  };
  bench.forget = async () => {
    for (const { id = '' } of await bench.records()) {
      await direct.send(new DeleteItemCommand({ TableName: bench.name, Key: { id: { S: id } } }));
    }
  };
  return bench;
}

/** A client of the store at this endpoint, as the service makes it. */
export function storeClient(endpoint: string): DynamoDBClient {
  return createStoreClient({
    region: 'us-east-1',
    endpoints: { dynamodb: { endpoint, credentials }, bedrockAgent: undefined },
  });
}
