/** What is deployed, as it is bundled: another thing than the sources that the other tests run. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildResult, build } from 'esbuild';
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { BUNDLING } from '../../src/bundle/bundling.ts';
import type { LambdaHandler } from '../../src/http/serve.ts';
import { lambdaContext } from '../../src/local/gateway/context.ts';
import { startAppConfigData } from '../support/app-config-data.ts';
import { eventOf } from '../support/invoke.ts';
import { POLICY } from '../support/service.ts';

let folder: string;
let metafile: NonNullable<BuildResult['metafile']>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portcullis-'));
  const built = await build({ ...BUNDLING, entryPoints: { index: 'src/handlers/get-policy.ts' }, outdir: folder });
  metafile = built.metafile;
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

test('the clients of AppConfig and the YAML parser are loaded only where they are asked for', () => {
  const output = (path: string) => metafile.outputs[path]!;
  const entry = Object.keys(metafile.outputs).find((path) => output(path).entryPoint?.endsWith('get-policy.ts'))!;
  const atStart = new Set([entry]);
  for (const path of atStart) {
    for (const { path: next, kind, external } of output(path).imports) {
      if (kind === 'import-statement' && !external) atStart.add(next);
    }
  }
  const apart = (paths: Iterable<string>) =>
    [...paths]
      .flatMap((path) => Object.keys(output(path).inputs))
      .filter((input) => /client-appconfigdata|powertools\/parameters|node_modules\/yaml\//.test(input));
  expect(apart(atStart)).toEqual([]);
  expect(apart(Object.keys(metafile.outputs))).not.toEqual([]);
});
