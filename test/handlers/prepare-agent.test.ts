/** The contract of `POST /v1/agents/{agentId}/prepare`, by status. */
import { describe, expect, test } from 'vitest';
import { AGENTS, ask, askLambda, behind, expectAnswer, watch, withoutIds } from '../support/ask.ts';
import { PLATFORM, STRANGER, TRAVEL } from '../support/callers.ts';
import { expectProblem } from '../support/problem.ts';
import { AGENT, ISO_TIME, sharedService } from '../support/service.ts';

const service = sharedService();
const PREPARE = 'PrepareAgent';
const target = (agentId: string, query = '') => `${AGENTS}/${agentId}/prepare${query}`;
const prepare = (query = '', { agentId = AGENT, ...wanted } = {}) =>
  ask(service, { method: 'POST', target: target(agentId, query), ...wanted });

const answer = (status: string, more = {}) => ({
  agentId: AGENT,
  agentStatus: status,
  agentVersion: 'DRAFT',
  preparedAt: expect.stringMatching(ISO_TIME),
  preparation: { status },
  ...more,
});

describe('202', () => {
  test.each(['', '?wait=false'])('the preparation is under way: %s', async (query) => {
    service.bedrock.configure({ prepareMs: null });
    expectAnswer(await prepare(query), 202, answer('PREPARING'));
    expect(service.bedrock.ledger).toMatchObject([{ operation: PREPARE, agentId: AGENT }]);
  });

  test('one that is under way already serves', async () => {
    service.bedrock.agents.setStatus(AGENT, 'PREPARING');
    const since = watch(service.bedrock);
    expectAnswer(await prepare(), 202, { ...answer('PREPARING'), preparedAt: undefined });
    expect(since.commits()).toEqual([]);
  });

  test('waiting for one that takes longer than the time there is', async () => {
    service.bedrock.configure({ prepareMs: null });
    const request = { method: 'POST', target: target(AGENT, '?wait=true') };
    const reply = await askLambda(service.config, request, { remainingMs: 2_500 });
    expectAnswer(reply, 202, answer('PREPARING', { preparedAt: undefined }));
    expect(service.bedrock.ledger).toHaveLength(1);
  });
});

describe('200', () => {
  test('waited for until the agent is prepared', async () => {
    await behind(service).make();
    expectAnswer(await prepare('?wait=true'), 200, answer('PREPARED'));
  });

  test('waited for until it fails, with the reasons', async () => {
    service.bedrock.agents.failNextPrepare(AGENT, 'The role cannot be assumed.');
    const failureReasons = ['The role cannot be assumed.'];
    const { preparedAt: _, ...body } = answer('FAILED', { preparation: { status: 'FAILED', failureReasons } });
    expectAnswer(await prepare('?wait=true'), 200, body);
  });

  test('a body is not looked at', async () => {
    expect((await prepare('?wait=true', { body: '{' } as object)).status).toBe(200);
  });
});

describe('many at once', () => {
  // Bedrock takes two prepares a second for all agents, and refuses changes while it prepares.
  test('are one prepare, and each hears how it ended', async () => {
    service.bedrock.configure({ prepareMs: null });
    const replies = Promise.all(Array.from({ length: 6 }, () => prepare('?wait=true')));
    await expect.poll(() => service.bedrock.ledger.length, { interval: 10, timeout: 5_000 }).toBe(1);
    const sent = service.bedrock.requests.findIndex(({ operation }) => operation === PREPARE);
    const lookers = () =>
      new Set(service.bedrock.requests.slice(sent + 1).map(({ userAgent }) => /decision\/(\S+)/.exec(userAgent)?.[1]));
    await expect.poll(() => lookers().size, { interval: 10, timeout: 5_000 }).toBe(6);
    service.bedrock.agents.setStatus(AGENT, 'PREPARED');
    for (const reply of await replies) expectAnswer(reply, 200, answer('PREPARED'));
    expect(service.bedrock.ledger).toHaveLength(1);
  });
});

describe('400', () => {
  test.each([
    ['an id that is none', target('AGENT'), 'path:agentId'],
    ['a flag that is neither true nor false', target(AGENT, '?wait=1'), 'query:wait'],
    ['a parameter of the writes', target(AGENT, '?dryRun=true'), 'query:dryRun'],
  ])('%s is refused by name', async (_name, wanted, pointer) => {
    const reply = await ask(service, { method: 'POST', target: wanted });
    expectProblem(reply, 'INVALID_REQUEST', {
      errors: expect.arrayContaining([{ pointer, message: expect.any(String), fix: expect.any(String) }]),
    });
    expect(service.bedrock.requests).toEqual([]);
  });
});

describe('403', () => {
  test.each([
    ['a caller in no team', STRANGER, 'caller-is-in-one-team'],
    ["another team's agent", TRAVEL, 'caller-manages-agent'],
  ])('%s', async (_name, as, rule) => {
    service.bedrock.agents.put('DEMOAGENT1');
    expectProblem(await prepare('', { agentId: 'DEMOAGENT1', as } as object), 'POLICY_DENIED', {
      decided: true,
      errors: [expect.objectContaining({ rule, pointer: '', fix: expect.any(String) })],
    });
    expect(service.bedrock.requests).toEqual([]);
  });
});

test('404: an absent agent, for a team that may touch every agent', async () => {
  const reply = await prepare('', { agentId: 'NOSUCHAGNT', as: PLATFORM } as object);
  expectProblem(reply, 'NOT_FOUND', { decided: true, upstream: expect.objectContaining({ status: 404 }) });
  const waiting = await prepare('?wait=true', { agentId: 'NOSUCHAGNT', as: PLATFORM } as object);
  expect(withoutIds(waiting)).toBe(withoutIds(reply));
});

describe('409', () => {
  test.each(['VERSIONING', 'UPDATING'] as const)(
    'an agent that stays %s is waited for, and then told of',
    async (status) => {
      service.bedrock.agents.setStatus(AGENT, status);
      const request = { method: 'POST', target: target(AGENT) };
      expectProblem(await askLambda(service.config, request, { remainingMs: 2_500 }), 'AGENT_BUSY', {
        decided: true,
        retryAfter: '5',
        detail: expect.stringContaining(status),
      });
      expect(service.bedrock.ledger).toEqual([]);
    },
  );
});

describe('429', () => {
  test('throttling is waited out', async () => {
    service.bedrock.configure({ prepareMs: null });
    service.bedrock.fault({ kind: 'throttle', operation: PREPARE, times: 3 });
    expectAnswer(await prepare(), 202, answer('PREPARING'));
  });
});

describe('502 and 503', () => {
  test.each([
    ['refuses our role', { kind: 'access-denied' }, 502, 'UPSTREAM_REFUSED_ROLE'],
    ['fails', { kind: 'error' }, 502, 'UPSTREAM_FAILED'],
    ['is unavailable', { kind: 'unavailable' }, 503, 'UPSTREAM_UNAVAILABLE'],
  ] as const)('Bedrock %s', async (_name, fault, status, code) => {
    service.bedrock.fault({ ...fault, operation: PREPARE, times: 3 });
    const reply = await prepare();
    expect(reply.json).toMatchObject({ status, code, decisionId: reply.headers['x-decision-id'] });
    expect(reply.text).not.toMatch(/token/i);
    service.bedrock.clearFaults();
    expect((await prepare()).status).toBe(202);
  });
});
