/** The contract of `GET …/action-groups/{actionGroupId}`, by status. */
import { describe, expect, test } from 'vitest';
import { ask, behind, expectAnswer, GROUPS, watch, withoutIds } from '../support/ask.ts';
import { PLATFORM, STRANGER, TRAVEL } from '../support/callers.ts';
import { expectProblem } from '../support/problem.ts';
import { AGENT, group, ISO_TIME, LAMBDA, sharedService, UUID } from '../support/service.ts';
import { EVERY_PARAMETER } from './every-parameter.ts';

const service = sharedService();
const { make, read } = behind(service);
const get = (id: string, wanted = {}) => ask(service, { method: 'GET', target: `${GROUPS}/${id}`, ...wanted });

/** Every answer with a group has them, with or without an ETag that is known. */
const headers = (etag: unknown = expect.stringMatching(/^"[0-9a-f]{32}"$/)) => ({
  'x-decision-id': expect.stringMatching(UUID),
  etag,
});

describe('200', () => {
  test('the group, as Bedrock answers it, with its ETag', async () => {
    const { id, etag } = await make();
    expectAnswer(
      await get(id),
      200,
      {
        agentActionGroup: {
          agentId: AGENT,
          agentVersion: 'DRAFT',
          actionGroupId: id,
          actionGroupName: 'bookings',
          createdAt: expect.stringMatching(ISO_TIME),
          updatedAt: expect.stringMatching(ISO_TIME),
          actionGroupExecutor: { lambda: LAMBDA },
          functionSchema: group().functionSchema,
          actionGroupState: 'ENABLED',
        },
      },
      headers(etag),
    );
  });

  // The token that Bedrock knows is derived from the caller's, and belongs to this service.
  test('no client token, neither the derived one nor the own', async () => {
    const clientToken = crypto.randomUUID();
    const made = await service.post(group({ clientToken }));
    const reply = await get(made.json.agentActionGroup.actionGroupId);
    expect(reply.text).not.toContain(clientToken);
    expect(reply.text).not.toContain('clientToken');
  });

  test.each(EVERY_PARAMETER)('%s is read as it was created', async (_name, members, as) => {
    const created = await service.post(members, { as });
    const id = created.json.agentActionGroup.actionGroupId;
    const reply = await get(id, { as });
    expectAnswer(reply, 200, created.json, headers(created.headers.etag));
    expect(reply.json.agentActionGroup).toEqual(await read(id));
  });

  test('a version that is published keeps the group as it was', async () => {
    const { id } = await make();
    service.bedrock.agents.publishVersion(AGENT);
    await behind(service).change(id, { description: 'Later.' });
    const published = await ask(service, { method: 'GET', target: `${GROUPS.replace('DRAFT', '1')}/${id}` });
    expect(published.json.agentActionGroup).toMatchObject({ agentVersion: '1', actionGroupName: 'bookings' });
    expect(published.json.agentActionGroup).not.toHaveProperty('description');
    expect((await get(id)).json.agentActionGroup.description).toBe('Later.');
  });

  test('the ETag changes with every change, and with nothing else', async () => {
    const { id, etag } = await make();
    expect((await get(id)).headers.etag).toBe(etag);
    service.bedrock.agents.setStatus(AGENT, 'PREPARED');
    expect((await get(id)).headers.etag).toBe(etag);
    await behind(service).change(id);
    expect((await get(id)).headers.etag).not.toBe(etag);
  });
});

describe('400', () => {
  test.each([
    ['an id that is none', `${GROUPS}/bookings`, 'path:actionGroupId'],
    ['an id in small letters', `${GROUPS}/abcde12345%20`, 'path:actionGroupId'],
    ['a version that is none', `${GROUPS.replace('DRAFT', 'LAST')}/GROUP12345`, 'path:agentVersion'],
    ['version 0', `${GROUPS.replace('DRAFT', '0')}/GROUP12345`, 'path:agentVersion'],
    ['an unknown parameter', `${GROUPS}/GROUP12345?dryRun=true`, 'query:dryRun'],
  ])('%s is refused by name', async (_name, target, pointer) => {
    const reply = await ask(service, { method: 'GET', target });
    expectProblem(reply, 'INVALID_REQUEST', {
      errors: [{ pointer, message: expect.any(String), fix: expect.any(String) }],
    });
    expect(service.bedrock.requests).toEqual([]);
  });
});

describe('403', () => {
  test.each([
    ['a caller in no team', STRANGER, 'caller-is-in-one-team'],
    ["another team's agent", TRAVEL, 'caller-manages-agent'],
  ])('%s: nothing is asked of Bedrock', async (_name, as, rule) => {
    service.bedrock.agents.put('DEMOAGENT1');
    const target = `${GROUPS.replace(AGENT, 'DEMOAGENT1')}/GROUP12345`;
    expectProblem(await ask(service, { method: 'GET', target, as }), 'POLICY_DENIED', {
      decided: true,
      errors: [expect.objectContaining({ rule, pointer: '', fix: expect.any(String) })],
    });
    expect(service.bedrock.requests).toEqual([]);
  });
});

describe('404', () => {
  test('an absent group, and an absent agent for a team that may touch every agent', async () => {
    const absent = await get('GROUP12345');
    const upstream = {
      error: 'ResourceNotFoundException',
      message: expect.any(String),
      requestId: service.bedrock.requests[0]!.requestId,
      status: 404,
    };
    expectProblem(absent, 'NOT_FOUND', { decided: true, upstream });
    const target = `${GROUPS.replace(AGENT, 'NOSUCHAGNT')}/GROUP12345`;
    const elsewhere = await ask(service, { method: 'GET', target, as: PLATFORM });
    expect(withoutIds(elsewhere)).toBe(withoutIds(absent));
  });
});

describe('what Bedrock does instead of answering', () => {
  test.each([
    ['throttles', { kind: 'throttle' }, 429, 'UPSTREAM_THROTTLED'],
    ['refuses our role', { kind: 'access-denied' }, 502, 'UPSTREAM_REFUSED_ROLE'],
    ['fails', { kind: 'error' }, 502, 'UPSTREAM_FAILED'],
    ['is unavailable', { kind: 'unavailable' }, 503, 'UPSTREAM_UNAVAILABLE'],
    // A read changes nothing, so there is no outcome that nobody knows.
    ['hangs up', { kind: 'drop' }, 503, 'UPSTREAM_UNAVAILABLE'],
    ['answers a web page', { kind: 'nonsense', answer: 'html' }, 503, 'UPSTREAM_UNAVAILABLE'],
    ['answers nothing', { kind: 'nonsense', answer: 'empty-object' }, 502, 'UPSTREAM_FAILED'],
  ] as const)('%s: %s', async (_name, fault, status, code) => {
    const { id } = await make();
    service.bedrock.fault({ ...fault, operation: 'GetAgentActionGroup', times: 3 });
    const since = watch(service.bedrock);
    const reply = await get(id);
    expect(reply.json).toMatchObject({ status, code, decisionId: reply.headers['x-decision-id'] });
    expect(reply.text).not.toMatch(/token/i);
    expect(since.commits()).toEqual([]);
    service.bedrock.clearFaults();
    expect((await get(id)).status).toBe(200);
  });
});
