/** Everything a request depends on, each of which a test can break, and Lambdas with as much time as it gives them. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
// What the service loads when a request needs it, ready as after a Lambda's first request: a cold disk may take longer than
// these Lambdas have between their stages' end and their own.
import '../../src/applying/change.ts';
import '../../src/applying/create.ts';
import '../../src/applying/prepare.ts';
import '../../src/applying/read.ts';
import '../../src/bedrock/prepare-agent.ts';
import '../../src/bedrock/rehearse.ts';
import '../../src/idempotency/once.ts';
import '../../src/idempotency/store-client.ts';
import '../../src/provenance/store.ts';
import type { Config } from '../../src/config.ts';
import { type BedrockEmulator, startBedrockEmulator } from '../../src/local/bedrock/server.ts';
import { ensureTable, PROVENANCE_KEY, startDynamoDb } from '../../src/local/dynamodb.ts';
import { type Ask, behind } from '../support/ask.ts';
import { PAYMENTS } from '../support/callers.ts';
import { type DynamoDbProxy, startDynamoDbProxy } from '../support/dynamodb-proxy.ts';
import { POLICY, type Service } from '../support/service.ts';
import { type AuditFacts, auditsOf } from './audit.ts';
import { type LambdaReply, startLambda } from './lambda.ts';

export interface Bench {
  readonly bedrock: BedrockEmulator;
  readonly store: DynamoDbProxy;
  readonly config: Config;
  /** Behind the service's back. */
  readonly make: ReturnType<typeof behind>['make'];
  /** One invocation of a Lambda of its own; `undefined` when Lambda's time ended before the answer. */
  ask(wanted: Ask, options?: { remainingMs?: number; config?: Partial<Config> }): Promise<LambdaReply | undefined>;
  /** The same of one Lambda, call after call. */
  lambda(config?: Partial<Config>): (wanted: Ask, remainingMs?: number) => Promise<LambdaReply | undefined>;
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
  const write = (line: string) => void lines.push(line);
  const lambda: Bench['lambda'] = (changed = {}) => {
    const ask = startLambda({ ...config, ...changed }, write);
    return async ({ as = PAYMENTS, ...wanted }, remainingMs = 28_000) => {
      let timer: NodeJS.Timeout | undefined;
      const ended = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), remainingMs);
      });
      const answer = ask(as.arn, wanted, remainingMs);
      return Promise.race([answer, ended]).finally(() => clearTimeout(timer));
    };
  };
  return {
    bedrock,
    store,
    config,
    make: behind({ bedrock } as Service).make,
    lambda,
    ask: (wanted, { remainingMs, config: changed } = {}) => lambda(changed)(wanted, remainingMs),
    audits: () => auditsOf(lines),
  };
}
