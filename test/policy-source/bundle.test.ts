/** What is deployed, as it is bundled: another thing than the sources that the other tests run. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { bundleFunction, bundleOutsidePolicy } from '../../src/bundle/bundling.ts';
import type { LambdaHandler } from '../../src/http/serve.ts';
import { lambdaContext } from '../../src/local/gateway/context.ts';
import { startAppConfigData } from '../support/app-config-data.ts';
import { eventOf } from '../support/invoke.ts';
import { POLICY } from '../support/service.ts';

let folder: string;
let func: Metafile;
let outside: Metafile;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portcullis-'));
  func = await bundleFunction('src/handlers/get-policy.ts', folder);
  outside = await bundleOutsidePolicy(folder);
  return () => rm(folder, { recursive: true });
});

test('a policy of AppConfig is read in YAML by the deployed function', async () => {
  const appConfig = await startAppConfigData(() => Date.now());
  onTestFinished(() => appConfig.close());
  onTestFinished(() => void vi.unstubAllEnvs());
  const environment = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_APPCONFIGDATA: appConfig.url,
    IDEMPOTENCY_TABLE: 'none',
    POLICY_FILE: '',
    POLICY_SOURCE: 'appconfig',
    POLICY_APPCONFIG_APPLICATION: 'app1234',
    POLICY_APPCONFIG_ENVIRONMENT: 'env1234',
    POLICY_APPCONFIG_PROFILE: 'pro1234',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  appConfig.deploy(await readFile(POLICY, 'utf8'));
  const { handler } = (await import(join(folder, 'index.mjs'))) as { handler: LambdaHandler };
  const event = { ...eventOf('create-action-group.201'), httpMethod: 'GET', resource: '/v1/policy', body: null };
  const facts = { functionName: 'get-policy', region: 'us-east-1', accountId: '111122223333', timeoutMs: 28_000 };
  const { statusCode, body } = await handler(event, lambdaContext({ ...facts, now: Date.now }));
  expect([statusCode, JSON.parse(body).policy?.revision]).toEqual([200, 'test.1']);
});

test('the clients of AppConfig and the YAML parser are apart from the function', () => {
  const brought = ({ outputs }: Metafile) =>
    Object.values(outputs)
      .flatMap(({ inputs }) => Object.keys(inputs))
      .map((input) => /client-appconfigdata|powertools\/parameters|node_modules\/yaml\//.exec(input)?.[0]);
  expect(brought(func).filter(Boolean)).toEqual([]);
  expect(new Set(brought(outside).filter(Boolean)).size).toBe(3);
});
