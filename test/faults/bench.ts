/** Everything a request depends on, each of which a test can break, and Lambdas with as much time as it gives them. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Config } from '../../src/config.ts';
import { type BedrockEmulator, startBedrockEmulator } from '../../src/local/bedrock/server.ts';
import { ensureTable, PROVENANCE_KEY, startDynamoDb } from '../../src/local/dynamodb.ts';
import { type Ask, askLambda, behind } from '../support/ask.ts';
import { type DynamoDbProxy, startDynamoDbProxy } from '../support/dynamodb-proxy.ts';
import type { Reply } from '../support/invoke.ts';
import { POLICY, type Service } from '../support/service.ts';
import { type AuditFacts, auditsOf } from './audit.ts';

export interface Bench {
  readonly bedrock: BedrockEmulator;
  readonly store: DynamoDbProxy;
  readonly config: Config;
  /** Behind the service's back. */
  readonly make: ReturnType<typeof behind>['make'];
  /** One invocation of a Lambda of its own; `undefined` when Lambda's time ended before the answer. */
  ask(wanted: Ask, options?: { remainingMs?: number; config?: Partial<Config> }): Promise<Reply | undefined>;
  audits(): AuditFacts[];
}

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** A bench that lives as long as the test, whose own `onTestFinished` it takes: tests run side by side. */
export async function startBench(
  onTestFinished: (close: () => Promise<void>) => void,
  policyFile = POLICY,
): Promise<Bench> {
  const dynamodb = await startDynamoDb();
  const store = await startDynamoDbProxy(dynamodb.url);
  const bedrock = await startBedrockEmulator();
  onTestFinished(async () => {
    await Promise.all([bedrock.close(), store.close()]);
    await dynamodb.close();
  });
  const config: Config = {
    region: 'us-east-1',
    idempotencyTable: 'portcullis-idempotency',
    provenanceTable: 'portcullis-provenance',
    policyFile,
    endpoints: {
      dynamodb: { endpoint: store.url, credentials },
      bedrockAgent: { endpoint: bedrock.url, credentials },
    },
  };
  const direct = new DynamoDBClient({ region: 'us-east-1', endpoint: dynamodb.url, credentials });
  await ensureTable(direct, config.idempotencyTable);
  await ensureTable(direct, 'portcullis-provenance', PROVENANCE_KEY);
  direct.destroy();
  const lines: string[] = [];
  return {
    bedrock,
    store,
    config,
    make: behind({ bedrock } as Service).make,
    async ask(wanted, { remainingMs = 28_000, config: changed = {} } = {}) {
      let timer: NodeJS.Timeout | undefined;
      const ended = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), remainingMs);
      });
      const write = (line: string) => void lines.push(line);
      const answer = askLambda({ ...config, ...changed }, wanted, { remainingMs, write });
      return Promise.race([answer, ended]).finally(() => clearTimeout(timer));
    },
    audits: () => auditsOf(lines),
  };
}
