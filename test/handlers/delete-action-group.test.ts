/** The contract of `DELETE …/action-groups/{actionGroupId}`, by status. */
import { describe, expect, test } from 'vitest';
import { type Ask, ask, askLambda, behind, expectAnswer, GROUPS, watch, withoutIds } from '../support/ask.ts';
import { PLATFORM, STRANGER, TRAVEL } from '../support/callers.ts';
import { expectProblem } from '../support/problem.ts';
import { AGENT, group, LAMBDA, sharedService } from '../support/service.ts';
import { EVERY_PARAMETER } from './every-parameter.ts';

const service = sharedService();
const { make, makeOf, change, read, remove } = behind(service);

const DELETE = 'DeleteAgentActionGroup';
const UPDATE = 'UpdateAgentActionGroup';
const del = (id: string, query = '', wanted: Partial<Ask> = {}) =>
  ask(service, { method: 'DELETE', target: `${GROUPS}/${id}${query}`, ...wanted });
const ifMatch = (value: string) => ({ headers: { 'if-match': value } });
const disabled = { actionGroupState: 'DISABLED' };

describe('204', () => {
  test.each<[string, object, string, string[]]>([
    ['a group that is disabled', disabled, '', [`${DELETE} bookings`]],
    ['a group that is enabled, without looking', {}, '?skipResourceInUseCheck=true', [`${DELETE} bookings`]],
    ['a group that is enabled, disabled first', {}, '?disableFirst=true', [`${UPDATE} bookings`, `${DELETE} bookings`]],
    ['a group that needs not be disabled first', disabled, '?disableFirst=true', [`${DELETE} bookings`]],
    [
      'a group that is enabled, by both ways',
      {},
      '?disableFirst=true&skipResourceInUseCheck=true',
      [`${UPDATE} bookings`, `${DELETE} bookings`],
    ],
  ])('%s', async (_name, members, query, commits) => {
    const { id } = await make({ ...members });
    const since = watch(service.bedrock);
    const reply = await del(id, query);
    expectAnswer(reply, 204, undefined);
    expect(since.commits()).toEqual(commits);
    await expect(read(id)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  // The group is sent back as it was read; what Bedrock would not take back would be lost, or refused.
  test.each(EVERY_PARAMETER)('disabling first changes nothing but the state: %s', async (_name, members) => {
    const { id } = await makeOf({ ...members, actionGroupState: 'ENABLED' });
    const before = await read(id);
    service.bedrock.fault({ kind: 'access-denied', operation: DELETE });
    expect((await del(id, '?disableFirst=true')).json).toMatchObject({
      code: 'UPSTREAM_REFUSED_ROLE',
      detail: expect.stringMatching(/^The action group was disabled, but not seen to be deleted\. /),
    });
    const after = await read(id);
    expect({ ...after, updatedAt: '' }).toEqual({ ...before, actionGroupState: 'DISABLED', updatedAt: '' });
    expectAnswer(await del(id, '?disableFirst=true'), 204, undefined);
  });

  // Tightening needs nobody's leave: what may no longer be made may still be taken away.
  test('a group that the policy would not allow', async () => {
    const { id } = await make({ actionGroupExecutor: { lambda: LAMBDA.replace('agents-', 'other-') } });
    expectAnswer(await del(id, '?disableFirst=true'), 204, undefined);
  });

  test.each([
    ['is sent again', [{ kind: 'drop' }]],
    ['is sent again, and the group that is gone is what was asked for', [{ kind: 'drop', when: 'after-commit' }]],
    [
      'is remembered while the agent is busy',
      [
        { kind: 'drop', when: 'after-commit' },
        {
          kind: 'custom',
          status: 409,
          type: 'ConflictException',
          message: "Delete operation can't be performed on Agent when it is in Preparing state.",
        },
      ],
    ],
  ] as const)('a deletion whose answer is lost %s', async (_name, faults) => {
    const { id } = await make(disabled);
    const since = watch(service.bedrock);
    service.bedrock.fault(...faults.map((fault) => ({ ...fault, operation: DELETE }) as const));
    expectAnswer(await del(id), 204, undefined);
    expect(since.commits()).toEqual([`${DELETE} bookings`]);
  });

  test('a body is not looked at', async () => {
    const { id } = await make(disabled);
    expectAnswer(await del(id, '', { body: '{' }), 204, undefined);
  });
});

describe('If-Match', () => {
  test.each<[string, (etag: string) => string, number]>([
    ['the ETag', (etag) => etag, 204],
    ['any', () => '*', 204],
    ['one of several', (etag) => `"other", ${etag}`, 204],
    ['another', () => '"other"', 412],
    ['the right one, but weak', (etag) => `W/${etag}`, 412],
    ['a star in a tag', () => '"a,*,b"', 412],
    ['no tag', () => 'abc', 400],
  ])('%s', async (_name, value, status) => {
    const { id, etag } = await make();
    const since = watch(service.bedrock);
    const reply = await del(id, '?disableFirst=true', ifMatch(value(etag)));
    expect(reply.status).toBe(status);
    if (status === 412) expectProblem(reply, 'PRECONDITION_FAILED', { decided: true });
    if (status !== 204) expect(since.commits()).toEqual([]);
  });

  test('a group that was changed since is not deleted, nor disabled', async () => {
    const { id, etag } = await make();
    await change(id);
    const since = watch(service.bedrock);
    expectProblem(await del(id, '?disableFirst=true', ifMatch(etag)), 'PRECONDITION_FAILED', { decided: true });
    expect(since.commits()).toEqual([]);
  });

  test('of one who deletes and one who changes what both have read, exactly one succeeds', async () => {
    const { id, etag } = await make(disabled);
    const since = watch(service.bedrock);
    const [deleted, updated] = await Promise.all([
      del(id, '', ifMatch(etag)),
      ask(service, { method: 'PUT', target: `${GROUPS}/${id}`, body: group(disabled), ...ifMatch(etag) }),
    ]);
    expect([`${deleted.status} ${updated.status}`]).toEqual([expect.stringMatching(/^(204 404|412 200)$/)]);
    expect(since.commits()).toHaveLength(1);
  });
});

describe('400', () => {
  test.each([
    ['a flag that is neither true nor false', '?disableFirst=yes', 'query:disableFirst'],
    ['a flag twice', '?skipResourceInUseCheck=true&skipResourceInUseCheck=false', 'query:skipResourceInUseCheck'],
    ['a misspelt flag', '?disablefirst=true', 'query:disablefirst'],
    ['an unknown mode', '?prepare=later', 'query:prepare'],
  ])('%s is refused by name', async (_name, query, pointer) => {
    const { id } = await make(disabled);
    const since = watch(service.bedrock);
    expectProblem(await del(id, query), 'INVALID_REQUEST', {
      errors: [{ pointer, message: expect.any(String), fix: expect.any(String) }],
    });
    expect(since.calls()).toEqual([]);
  });
});

describe('403', () => {
  test.each([
    ['a caller in no team', STRANGER, 'caller-is-in-one-team'],
    ["another team's agent", TRAVEL, 'caller-manages-agent'],
  ])('%s', async (_name, as, rule) => {
    const target = `${GROUPS.replace(AGENT, 'DEMOAGENT1')}/GROUP12345?skipResourceInUseCheck=true`;
    expectProblem(await ask(service, { method: 'DELETE', target, as }), 'POLICY_DENIED', {
      decided: true,
      errors: [expect.objectContaining({ rule, pointer: '', fix: expect.any(String) })],
    });
    expect(service.bedrock.requests).toEqual([]);
  });
});

describe('404', () => {
  test.each(['', '?disableFirst=true', '?skipResourceInUseCheck=true'])('an absent group%s', async (query) => {
    const reply = await del('GROUP12345', query);
    expectProblem(reply, 'NOT_FOUND', { decided: true, upstream: expect.objectContaining({ status: 404 }) });
    const target = `${GROUPS.replace(AGENT, 'NOSUCHAGNT')}/GROUP12345${query}`;
    expect(withoutIds(await ask(service, { method: 'DELETE', target, as: PLATFORM }))).toBe(withoutIds(reply));
  });

  test('a group that was deleted already', async () => {
    const { id } = await make(disabled);
    await remove(id);
    expect((await del(id)).status).toBe(404);
  });
});

describe('409', () => {
  test('a group that is enabled', async () => {
    const { id } = await make();
    const since = watch(service.bedrock);
    expectProblem(await del(id), 'CONFLICT', {
      decided: true,
      detail: expect.stringContaining('Enabled'),
      upstream: expect.objectContaining({ error: 'ConflictException' }),
    });
    expect(since.commits()).toEqual([]);
  });

  test.each(['PREPARING', 'VERSIONING'] as const)(
    'an agent that stays %s is waited for, and then told of',
    async (status) => {
      const { id } = await make(disabled);
      service.bedrock.agents.setStatus(AGENT, status);
      const since = watch(service.bedrock);
      const request = { method: 'DELETE', target: `${GROUPS}/${id}` };
      const reply = await askLambda(service.config, request, { remainingMs: 2_500 });
      expectProblem(reply, 'AGENT_BUSY', {
        decided: true,
        retryAfter: '5',
        upstream: expect.objectContaining({ error: expect.any(String) }),
      });
      expect(since.calls().length).toBeGreaterThan(1);
      expect(since.commits()).toEqual([]);
    },
  );
});

describe('429, 502, 503 and 504', () => {
  test.each([
    ['throttles', { kind: 'throttle' }, 429, 'UPSTREAM_THROTTLED'],
    ['refuses our role', { kind: 'access-denied' }, 502, 'UPSTREAM_REFUSED_ROLE'],
    ['fails', { kind: 'error' }, 502, 'UPSTREAM_FAILED'],
    ['is unavailable', { kind: 'unavailable' }, 503, 'UPSTREAM_UNAVAILABLE'],
    ['hangs up', { kind: 'drop' }, 504, 'OUTCOME_UNKNOWN'],
  ] as const)('Bedrock %s', async (_name, fault, status, code) => {
    const { id } = await make(disabled);
    service.bedrock.fault({ ...fault, operation: DELETE, times: 3 });
    const reply = await del(id);
    expect(reply.json).toMatchObject({ status, code, decisionId: reply.headers['x-decision-id'] });
    expect(reply.text).not.toMatch(/token/i);
    service.bedrock.clearFaults();
    expectAnswer(await del(id), 204, undefined);
  });
});
