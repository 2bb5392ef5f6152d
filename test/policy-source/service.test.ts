/** The whole service on a policy of AppConfig's: what callers see while it changes, breaks and comes back. */

import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { EVERY_PART } from '../../src/applying/parts.ts';
import type { Call } from '../../src/http/serve.ts';
import type { Request } from '../../src/provisioning.ts';
import { createServices } from '../../src/services.ts';
import { type AppConfigDataEmulator, startAppConfigData } from '../support/app-config-data.ts';
import { ask } from '../support/ask.ts';
import { moveDate } from '../support/date.ts';
import { eventOf, invoke } from '../support/invoke.ts';
import { expectProblem } from '../support/problem.ts';
import { POLICY, type Service, startService } from '../support/service.ts';

const MAX_AGE_MS = 60_000;
const MAX_STALE_MS = 3_600_000;

let appConfig: AppConfigDataEmulator;
let service: Service;
const yaml = await readFile(POLICY, 'utf8');

beforeAll(async () => {
  appConfig = await startAppConfigData(() => Date.now());
  service = await startService({
    policy: '',
    env: {
      POLICY_SOURCE: 'appconfig',
      POLICY_APPCONFIG_APPLICATION: 'app1234',
      POLICY_APPCONFIG_ENVIRONMENT: 'env1234',
      POLICY_APPCONFIG_PROFILE: 'pro1234',
      AWS_ENDPOINT_URL_APPCONFIGDATA: appConfig.url,
    },
  });
});
afterEach(() => {
  vi.useRealTimers();
  appConfig.reset();
});
afterAll(async () => {
  await service.close();
  await appConfig.close();
});

function deploy(revision: string): void {
  appConfig.deploy(yaml.replace('revision: test.1', `revision: ${revision}`));
}

test('a policy changes without a deployment, outlives a bad revision, ends, and comes back', async () => {
  const get = () => ask(service, { method: 'GET', target: '/v1/policy' });
  const inUse = async () => (await get()).json.policy.revision;
  deploy('a');
  expect(await inUse()).toBe('a');
  deploy('b');
  expect(await inUse()).toBe('a');
  moveDate(MAX_AGE_MS);
  expect(await inUse()).toBe('b');

  appConfig.deploy('revision: [');
  moveDate(MAX_AGE_MS);
  expect(await inUse()).toBe('b');
  moveDate(MAX_STALE_MS);
  expectProblem(await get(), 'POLICY_UNAVAILABLE', { retryAfter: '30' });

  deploy('c');
  moveDate(MAX_AGE_MS);
  expect(await inUse()).toBe('c');
});

test('there has never been a policy: nothing is created', async () => {
  const lines: string[] = [];
  const event = eventOf('create-action-group.201');
  const write = (line: string) => void lines.push(line);
  expectProblem(await invoke(service.config, event, { write }), 'POLICY_UNAVAILABLE', {
    detail: 'Nothing was created. Retrying with the same client token is safe.',
    retryAfter: '30',
  });
  appConfig.deploy('revision: [SECRET');
  expectProblem(await invoke(service.config, event, { write }), 'POLICY_UNAVAILABLE', { retryAfter: '30' });
  expect(service.bedrock.requests).toEqual([]);
  expect(lines.join()).not.toContain('SECRET');
  deploy('a');
  expect((await invoke(service.config, event, { write })).status).toBe(201);
});

test('a request that decides twice decides by one revision, whatever comes between', async () => {
  const { stagesOf } = createServices(service.config, EVERY_PART, () => {});
  const principal = { kind: 'iam', partition: 'aws', account: '111122223333', type: 'role', name: 'payments-ci' };
  const request = { operation: 'GetAgent', agentId: 'AGENT12345', caller: { principal } } as unknown as Request;
  const decidedBy = async (call: Call) => (await stagesOf(call, {}).decide(request)).policy.revision;
  const call = { account: '111122223333', header: () => [] as string[] } as Partial<Call> as Call;
  deploy('a');
  expect(await decidedBy(call)).toBe('a');
  deploy('b');
  moveDate(MAX_AGE_MS);
  expect(await decidedBy({ ...call })).toBe('b');
  expect(await decidedBy(call)).toBe('a');
});
