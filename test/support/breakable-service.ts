/** The service with a DynamoDB and a Bedrock that can be broken, and the records of both as judges. */

import { fileURLToPath } from 'node:url';
import { DeleteItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, vi } from 'vitest';
import { EVERY_PART } from '../../src/applying/parts.ts';
import type { Config } from '../../src/config.ts';
import { type BedrockEmulator, startBedrockEmulator } from '../../src/local/bedrock/server.ts';
import { ensureTable, startDynamoDb } from '../../src/local/dynamodb.ts';
import { createServices } from '../../src/services.ts';
import { type Create, creator } from './create-call.ts';
import { type DynamoDbProxy, startDynamoDbProxy } from './dynamodb-proxy.ts';
import { eventsIn } from './service.ts';

export interface BreakableService {
  readonly bedrock: BedrockEmulator;
  readonly store: DynamoDbProxy;
  readonly config: Config;
  readonly create: Create;
  /** Log lines of the test, oldest first. */
  readonly lines: string[];
  /** Another Lambda of the same service, as far as `config` goes. */
  another(config?: Partial<Config['endpoints']>): Create;
  /** The idempotency records, read behind the proxy's back. */
  records(): Promise<Record<string, string | undefined>[]>;
  /** The outcomes in the audit trail of the test, oldest first. */
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the record that it expects
  outcomes(): any[];
  /** How often Bedrock was asked to create a group, the SDK's own attempts counted once. */
  creations(): number;
}

const TABLE = 'portcullis-idempotency';
const POLICY = fileURLToPath(new URL('../data/policy.yaml', import.meta.url));
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** One for a file's tests. Before each: no fault, no record, an empty ledger, and the true date. */
export function breakableService(): BreakableService {
  const service = { lines: [] as string[] } as BreakableService & { bedrock: BedrockEmulator; create: Create };
  let client: DynamoDBClient;
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const dynamodb = await startDynamoDb();
    const store = await startDynamoDbProxy(dynamodb.url);
    const bedrock = await startBedrockEmulator({ agentIds: ['AGENT12345', 'TRAVEL2345'] });
    closing.push(bedrock.close, store.close, dynamodb.close);
    client = new DynamoDBClient({ region: 'us-east-1', endpoint: dynamodb.url, credentials });
    await ensureTable(client, TABLE);
    const config: Config = {
      region: 'us-east-1',
      idempotencyTable: TABLE,
      policyFile: POLICY,
      endpoints: {
        dynamodb: { endpoint: store.url, credentials },
        bedrockAgent: { endpoint: bedrock.url, credentials },
      },
    };
    const another = (endpoints: Partial<Config['endpoints']> = {}) =>
      creator(
        createServices({ ...config, endpoints: { ...config.endpoints, ...endpoints } }, EVERY_PART, (line) => {
          service.lines.push(line);
        }),
      );
    Object.assign(service, { bedrock, store, config, another });
  });
  beforeEach(async () => {
    vi.useRealTimers();
    service.bedrock.reset();
    service.store.reset();
    service.lines.length = 0;
    for (const { id } of await service.records()) {
      await client.send(new DeleteItemCommand({ TableName: TABLE, Key: { id: { S: id ?? '' } } }));
    }
    service.create = service.another();
  });
  afterAll(async () => {
    vi.useRealTimers();
    client.destroy();
    for (const close of closing) await close();
  });

  return Object.assign(service, {
    async records() {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: TABLE }));
      return Items.map((item) => Object.fromEntries(Object.entries(item).map(([name, { S, N }]) => [name, S ?? N])));
    },
    outcomes: () => eventsIn(service.lines).flatMap(({ unmapped }) => unmapped.outcome ?? []),
    creations() {
      const creations = service.bedrock.requests.filter(({ operation }) => operation === 'CreateAgentActionGroup');
      return new Set(creations.map(({ headers }) => headers['amz-sdk-invocation-id'])).size;
    },
  });
}
