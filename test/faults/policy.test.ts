/** The policy is absent, malformed, hung, or another one than a moment ago: no operation goes on without one, nor by two. */
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type AppConfigDataEmulator, startAppConfigData } from '../support/app-config-data.ts';
import { PLATFORM } from '../support/callers.ts';
import { moveDate } from '../support/date.ts';
import { policyFile } from '../support/policy-file.ts';
import { freshToken, group, POLICY } from '../support/service.ts';
import { type Bench, startBench } from './bench.ts';
import { OPERATION_CASES, ready } from './operations.ts';

let appConfig: AppConfigDataEmulator;
beforeAll(async () => {
  appConfig = await startAppConfigData(() => Date.now());
});
afterEach(() => {
  vi.useRealTimers();
  appConfig.reset();
});
afterAll(() => appConfig.close());

const allowed = await readFile(POLICY, 'utf8');
/** Without teams nobody is allowed anything. */
const forbidden = 'revision: nobody.1\n';

function fromAppConfig() {
  const ids = { application: 'app1234', environment: 'env1234', profile: 'pro1234' };
  const endpoint = { endpoint: appConfig.url, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  return { policyFile: undefined, appConfig: { ...ids, maxAgeSeconds: 60, maxStaleSeconds: 3_600, endpoint } };
}

/** Asks everything at once, and tells what is neither 503 nor, on the AWS surface, 500; and what was done all the same. */
async function refusals(bench: Bench, config: object): Promise<unknown> {
  const requests = await Promise.all(OPERATION_CASES.map((operation) => ready(bench, operation)));
  const [heard, committed] = [bench.bedrock.requests.length, bench.bedrock.ledger.length];
  bench.store.reset();
  const replies = await Promise.all(requests.map((request) => bench.ask(request, { config })));
  const refused = replies.map((reply) => `${reply?.status} ${reply?.body.code ?? reply?.body.message}`);
  return {
    refused: [...new Set(refused)].sort(),
    heard: bench.bedrock.requests.slice(heard),
    committed: bench.bedrock.ledger.slice(committed),
    stored: bench.store.calls,
    onRecord: bench.audits(),
  };
}

const nothing = {
  refused: ['500 Nothing was created. Retrying with the same client token is safe.', '503 POLICY_UNAVAILABLE'],
  heard: [],
  committed: [],
  stored: [],
  onRecord: [],
};

describe('every operation is refused, and nothing is done', () => {
  test.each([
    ['absent', undefined],
    ['empty', ''],
    ['not YAML', 'revision: ['],
    ['cut off', allowed.slice(0, allowed.indexOf('teams:') + 20)],
    ['of an unknown rule', allowed.replace('signature-is-allowed:', 'signature-is-alowed:')],
  ])('the policy is %s', async (_what, text) => {
    const bench = await startBench(onTestFinished);
    const policy = text === undefined ? '/nowhere/policy.yaml' : await policyFile(undefined, text);
    expect(await refusals(bench, { policyFile: policy })).toEqual(nothing);
  });

  test('AppConfig hangs, and there has never been one', async () => {
    const bench = await startBench(onTestFinished);
    appConfig.deploy(allowed);
    appConfig.fault({ do: 'hang', times: 999 });
    expect(await refusals(bench, fromAppConfig())).toEqual(nothing);
  });
});

describe('another policy comes while a request is under way', () => {
  const as = PLATFORM;
  const place = '/v1/agents/AGENT12345/versions/DRAFT/action-groups';

  /** One Lambda, so one policy source, and a policy that is swapped while Bedrock takes its time. */
  async function swappedWhile(operation: 'ListAgentActionGroups' | 'CreateAgentActionGroup') {
    const bench = await startBench(onTestFinished);
    const lambda = bench.lambda(fromAppConfig());
    appConfig.deploy(allowed);
    bench.bedrock.fault({ kind: 'delay', delayMs: 300, operation });
    const swap = async () => {
      await vi.waitUntil(() => bench.bedrock.requests.some((request) => request.operation === operation));
      appConfig.deploy(forbidden);
      moveDate(60_000);
    };
    return { bench, lambda, swap };
  }

  test('a declaration decides by the first one to its end; the next request by the other', async () => {
    const { bench, lambda, swap } = await swappedWhile('ListAgentActionGroups');
    const wanted = { as, method: 'PUT', target: `${place}/by-name/bookings`, body: group() };
    const [reply] = await Promise.all([lambda(wanted), swap()]);
    expect([reply?.status, reply?.body.change]).toEqual([201, 'created']);
    expect(bench.audits().map(({ revision }) => revision)).toEqual(bench.audits().map(() => 'test.1'));
    expect((await lambda(wanted))?.body.code).toBe('POLICY_DENIED');
    expect(bench.audits().at(-1)?.revision).toBe('nobody.1');
    expect(bench.bedrock.ledger).toHaveLength(1);
  });

  test('a creation is made by the first; the retry of its token is denied by the other, and not replayed', async () => {
    const { bench, lambda, swap } = await swappedWhile('CreateAgentActionGroup');
    const wanted = { as, method: 'POST', target: place, body: group({ clientToken: freshToken() }) };
    const [reply] = await Promise.all([lambda(wanted), swap()]);
    expect(reply?.body.agentActionGroup?.actionGroupId).toBe(bench.bedrock.ledger[0]?.actionGroupId);
    const again = await lambda(wanted);
    expect([again?.status, again?.body.code]).toEqual([403, 'POLICY_DENIED']);
    expect(bench.bedrock.ledger).toHaveLength(1);
  });
});
