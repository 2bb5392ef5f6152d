/** Ten thousand requests, and the service is as large as after three thousand. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { createStoreClient } from '../../src/idempotency/store-client.ts';
import { startBedrockEmulator } from '../../src/local/bedrock/server.ts';
import { ensureTable, PROVENANCE_KEY, startDynamoDb } from '../../src/local/dynamodb.ts';
import { POLICY } from '../support/service.ts';
import type { Measured } from './memory-child.ts';

const REQUESTS = 10_000;
/** What is loaded late, compiled and cached grows until then. */
const WARM = 3_000;
/** Half of what one forgotten timer a request comes to; what compiles late leaves some tens. */
const MOST_BYTES_A_REQUEST = 128;

let measured: Measured;
beforeAll(async () => {
  const [dynamodb, bedrock] = await Promise.all([startDynamoDb(), startBedrockEmulator()]);
  const env = {
    AWS_REGION: 'us-east-1',
    IDEMPOTENCY_TABLE: 'memory-idempotency',
    PROVENANCE_TABLE: 'memory-provenance',
    POLICY_FILE: POLICY,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
    AWS_ENDPOINT_URL_BEDROCK_AGENT: bedrock.url,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = createStoreClient({
    region: env.AWS_REGION,
    endpoints: { dynamodb: { endpoint: dynamodb.url, credentials }, bedrockAgent: undefined },
  });
  await ensureTable(client, env.IDEMPOTENCY_TABLE);
  await ensureTable(client, env.PROVENANCE_TABLE, PROVENANCE_KEY);
  client.destroy();
  const child = fork(fileURLToPath(new URL('memory-child.ts', import.meta.url)), [String(REQUESTS), '500'], {
    env,
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The measured process ended with ${code}, and told nothing.`);
  });
  [measured] = (await Promise.race([once(child, 'message'), ended])) as [Measured];
  ended.catch(() => {});
  await Promise.all([dynamodb.close(), bedrock.close()]);
}, 120_000);

test('what is in use after a collection grows with no request', () => {
  const warm = measured.samples.filter(({ requests }) => requests >= WARM);
  expect(warm.length).toBeGreaterThan(10);
  expect(slope(warm), `bytes a request; ${JSON.stringify(measured.samples)}`).toBeLessThan(MOST_BYTES_A_REQUEST);
});

describe('nothing is left behind', () => {
  test('no listener too many, no other warning', () => {
    expect(measured.warnings).toEqual([]);
  });

  test('one connection to each of DynamoDB and Bedrock, and no timer', () => {
    const count = (kind: string) => measured.resources.filter((each) => each === kind).length;
    expect({ sockets: count('TCPSocketWrap') <= 2, timers: count('Timeout') }, String(measured.resources)).toEqual({
      sockets: true,
      timers: 0,
    });
  });
});

test('each kind of request ended as it should', () => {
  expect(Object.keys(measured.statuses).sort()).toEqual([
    'aws list 200',
    'bad name 400',
    'create 201',
    'deep 400',
    'delete 204',
    'denied 403',
    'evaluate 200',
    'get 200',
    'gone 404',
    'policy 200',
    'replay 201',
    'reuse 422',
    'stranger 403',
    'unknown member 400',
    'unknown parameter 400',
    'update 200',
  ]);
});

/** Of the straight line nearest to the samples. */
function slope(samples: Measured['samples']): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(samples.map(({ requests }) => requests));
  const y = mean(samples.map(({ bytes }) => bytes));
  const rise = samples.reduce((sum, { requests, bytes }) => sum + (requests - x) * (bytes - y), 0);
  return rise / samples.reduce((sum, { requests }) => sum + (requests - x) ** 2, 0);
}
