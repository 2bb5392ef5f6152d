/** The contract of `PUT …/action-groups/{actionGroupId}`, by status. */
import { describe, expect, test } from 'vitest';
import { AGENTS, type Ask, ask, askLambda, behind, expectAnswer, GROUPS, watch, withoutIds } from '../support/ask.ts';
import { PLATFORM, STRANGER, TRAVEL } from '../support/callers.ts';
import { expectProblem } from '../support/problem.ts';
import { AGENT, group, ISO_TIME, LAMBDA, sharedService, UUID } from '../support/service.ts';
import { EVERY_PARAMETER } from './every-parameter.ts';

const service = sharedService();
const { make, change, read, remove } = behind(service);

const UPDATE = 'UpdateAgentActionGroup';
const update = (
  id: string,
  body: unknown = group(),
  { query = '', ...wanted }: Partial<Ask> & { query?: string } = {},
) => ask(service, { method: 'PUT', target: `${GROUPS}/${id}${query}`, body, ...wanted });
const ifMatch = (value: string) => ({ headers: { 'if-match': value } });
const etagOf = async (id: string) => (await ask(service, { method: 'GET', target: `${GROUPS}/${id}` })).headers.etag;

/** The whole answer to an update to `asked`; `also` where more than the group is answered. */
function expectUpdated(reply: Parameters<typeof expectAnswer>[0], id: string, asked: object, also = {}): void {
  const { parentActionGroupSignature: parentActionSignature, ...members } = asked as Record<string, unknown>;
  const agentActionGroup = {
    agentId: AGENT,
    agentVersion: 'DRAFT',
    actionGroupId: id,
    actionGroupState: 'ENABLED',
    createdAt: expect.stringMatching(ISO_TIME),
    updatedAt: expect.stringMatching(ISO_TIME),
    ...(parentActionSignature === undefined ? {} : { parentActionSignature }),
    ...members,
  };
  const headers = { 'x-decision-id': expect.stringMatching(UUID), etag: expect.stringMatching(/^"[0-9a-f]{32}"$/) };
  expectAnswer(reply, 200, { agentActionGroup, ...also }, headers);
}

describe('200', () => {
  test.each(EVERY_PARAMETER)('%s: reaches Bedrock, comes back, and is read', async (_name, asked, as) => {
    const { id } = await make({ actionGroupName: 'before', description: 'Before.' });
    const reply = await update(id, asked, { as });
    expectUpdated(reply, id, asked);
    expect(reply.json.agentActionGroup).toEqual(await read(id));
    const got = await ask(service, { method: 'GET', target: `${GROUPS}/${id}`, as });
    expect(got.json).toEqual(reply.json);
    expect(got.headers.etag).toBe(reply.headers.etag);
  });

  test('it is a full replacement: what the request leaves out is gone', async () => {
    const { id } = await make({ description: 'Books tables.', actionGroupState: 'DISABLED' });
    const bare = { actionGroupName: 'bookings' };
    expectUpdated(await update(id, bare), id, bare);
    expect(Object.keys(await read(id))).not.toEqual(expect.arrayContaining(['description']));
  });

  test('by its id a group is renamed', async () => {
    const { id } = await make();
    const renamed = group({ actionGroupName: 'reservations' });
    expectUpdated(await update(id, renamed), id, renamed);
  });

  test('a group keeps when it was created, and its ETag changes', async () => {
    const { id, etag } = await make();
    const { createdAt } = await read(id);
    const reply = await update(id);
    expect(reply.json.agentActionGroup.createdAt).toBe(createdAt);
    expect(reply.headers.etag).not.toBe(etag);
  });

  // An update may be repeated without harm, so it needs no token, and an answer that was lost is asked for again.
  test.each([
    ['before Bedrock heard it', 'before-commit'],
    ['after', 'after-commit'],
  ] as const)('an answer that is lost %s', async (_name, when) => {
    const { id } = await make();
    service.bedrock.fault({ kind: 'drop', when, operation: UPDATE });
    const asked = group({ description: 'Later.' });
    expectUpdated(await update(id, asked), id, asked);
  });

  test('the audit trail has an attempt before the change, and its outcome after', async () => {
    const { id } = await make();
    const reply = await update(id);
    const decisionId = reply.headers['x-decision-id'];
    expect(service.audits()).toMatchObject([
      { phase: 'attempt', decisionId, agentId: AGENT, actionGroupId: id },
      { phase: 'outcome', decisionId, outcome: { disposition: 'done', actionGroupId: id } },
    ]);
    expect(service.events()).toMatchObject(Array(2).fill({ api: { operation: UPDATE }, activity_name: 'Update' }));
    expect(service.bedrock.ledger.at(-1)!.userAgent).toContain(`portcullis-decision/${decisionId}`);
  });
});

describe('If-Match', () => {
  test('Create, read and update answer an ETag that the next update may carry', async () => {
    const created = await service.post(group());
    const id = created.json.agentActionGroup.actionGroupId;
    expect(await etagOf(id)).toBe(created.headers.etag);
    const first = await update(id, group({ description: 'First.' }), ifMatch(String(created.headers.etag)));
    expect(first.status).toBe(200);
    expect(await etagOf(id)).toBe(first.headers.etag);
    const second = await update(id, group({ description: 'Second.' }), ifMatch(String(first.headers.etag)));
    expect(second.status).toBe(200);
  });

  test.each<[string, (etag: string) => string]>([
    ['any group', () => '*'],
    ['any group, with space around', () => ' * '],
    ['one of several', (etag) => `"other", ${etag}`],
    ['one of several without spaces', (etag) => `"other",${etag},"another"`],
    ['the strong one beside a weak one', (etag) => `W/"other", ${etag}`],
    ['one beside a tag with a comma', (etag) => `"a,b", ${etag}`],
  ])('200 for %s', async (_name, value) => {
    const { id, etag } = await make();
    expect((await update(id, group(), ifMatch(value(etag)))).status).toBe(200);
  });

  test.each<[string, (etag: string) => string]>([
    ['another tag', () => '"other"'],
    ['none of several', () => '"other", "another"'],
    ['the right one, but weak', (etag) => `W/${etag}`],
    ['an empty tag', () => '""'],
    ['a tag that holds a star', () => '"*"'],
    ['a tag that holds a star between commas', () => '"a,*,b"'],
    ['a tag that holds the right one without its quotes', (etag) => `"a,${etag.slice(1, -1)}"`],
  ])('412 for %s, and nothing is changed', async (_name, value) => {
    const { id, etag } = await make();
    const since = watch(service.bedrock);
    const reply = await update(id, group({ description: 'Changed.' }), ifMatch(value(etag)));
    expectProblem(reply, 'PRECONDITION_FAILED', { decided: true, detail: expect.stringContaining('read it again') });
    expect(since.commits()).toEqual([]);
    expect(await etagOf(id)).toBe(etag);
  });

  test('412 once somebody else has changed the group, by whatever way', async () => {
    const { id, etag } = await make();
    await change(id);
    expectProblem(await update(id, group(), ifMatch(etag)), 'PRECONDITION_FAILED', { decided: true });
  });

  test('404 where there is no group, also for any', async () => {
    const { id } = await make();
    await remove(id);
    expect((await update(id, group(), ifMatch('*'))).json).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  test.each([
    ['no quotes', 'abc'],
    ['a quote too few', '"abc'],
    ['nothing', ''],
    ['a star among tags', '*, "abc"'],
    ['two stars', '*, *'],
    ['a weak star', 'W/*'],
    ['a small w', 'w/"abc"'],
    ['a space in a tag', '"a b"'],
    ['no comma', '"a" "b"'],
  ])('400 for what is no list of tags: %s', async (_name, value) => {
    const { id } = await make();
    const since = watch(service.bedrock);
    expectProblem(await update(id, group(), ifMatch(value)), 'INVALID_REQUEST', {
      errors: [{ pointer: 'header:If-Match', message: expect.any(String), fix: expect.any(String) }],
    });
    expect(since.calls()).toEqual([]);
  });

  // Comparing and changing are two calls to Bedrock; a lease on the agent makes them one.
  test('of many who change what they read, exactly one succeeds', async () => {
    const { id, etag } = await make();
    const since = watch(service.bedrock);
    const names = Array.from({ length: 8 }, (_, index) => `Change ${index}.`);
    const replies = await Promise.all(
      names.map((description, index) =>
        update(id, group({ description }), { ...ifMatch(etag), ...(index % 2 === 0 ? {} : { as: TRAVEL }) }),
      ),
    );
    const done = replies.filter(({ status }) => status === 200);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...names.slice(1).map(() => 412)]);
    expect(since.commits()).toEqual([`${UPDATE} bookings`]);
    expect(done[0]!.json.agentActionGroup.description).toBe((await read(id)).description);
  });
});

describe('400', () => {
  test('every fault of path, query, header and body is in one answer', async () => {
    const reply = await update('nothing', group({ clientToken: 'a'.repeat(40), actionGroupName: 'no spaces' }), {
      query: '?dryrun=true',
      ...ifMatch('abc'),
    });
    const at = (pointer: string) => ({ pointer, message: expect.any(String), fix: expect.any(String) });
    expectProblem(reply, 'INVALID_REQUEST', {
      errors: [
        ...new Array(reply.json.errors.length - 4).fill(expect.objectContaining({ pointer: 'path:actionGroupId' })),
        at('query:dryrun'),
        at('header:If-Match'),
        at('/actionGroupName'),
        at('/clientToken'),
      ],
    });
    expect(service.bedrock.requests).toEqual([]);
  });

  test('only DRAFT can be written', async () => {
    const target = `${GROUPS.replace('DRAFT', '1')}/GROUP12345`;
    expectProblem(await ask(service, { method: 'PUT', target, body: group() }), 'INVALID_REQUEST', {
      errors: [{ pointer: 'path:agentVersion', message: expect.any(String), fix: expect.any(String) }],
    });
  });

  test("what Bedrock refuses is told in Bedrock's words", async () => {
    const { id } = await make();
    const since = watch(service.bedrock);
    const reply = await update(id, { actionGroupName: 'bookings', apiSchema: { payload: 'no schema' } });
    expect(reply.json).toMatchObject({ code: 'UPSTREAM_INVALID', upstream: { error: 'ValidationException' } });
    expect(since.commits()).toEqual([]);
  });
});

describe('403', () => {
  const forbidden = group({ actionGroupExecutor: { lambda: LAMBDA.replace('agents-', 'other-') } });

  test.each<[string, object, Partial<Ask>, string[]]>([
    ['what a creation may not have', forbidden, {}, ['lambda-arn-has-required-prefix']],
    ['whatever the caller saw before', forbidden, ifMatch('*'), ['lambda-arn-has-required-prefix']],
    ['a caller in no team', forbidden, { as: STRANGER }, ['caller-is-in-one-team']],
    [
      "another team's agent, and all else that is wrong",
      forbidden,
      { as: TRAVEL, target: `${GROUPS.replace(AGENT, 'DEMOAGENT1')}/GROUP12345` },
      ['caller-manages-agent', 'lambda-arn-has-required-prefix'],
    ],
  ])('%s', async (_name, body, wanted, rules) => {
    const { id } = await make();
    const since = watch(service.bedrock);
    const reply = await update(id, body, wanted);
    expectProblem(reply, 'POLICY_DENIED', {
      decided: true,
      errors: rules.map((rule) => expect.objectContaining({ rule, fix: expect.any(String) })),
    });
    // The denial says nothing of tokens: an update carries none.
    expect(reply.json.detail).not.toContain('token');
    expect(since.calls()).toEqual([]);
  });
});

describe('404', () => {
  test('an absent group, and an absent agent for a team that may touch every agent', async () => {
    const absent = await update('GROUP12345');
    expectProblem(absent, 'NOT_FOUND', { decided: true, upstream: expect.objectContaining({ status: 404 }) });
    const target = `${GROUPS.replace(AGENT, 'NOSUCHAGNT')}/GROUP12345`;
    expect(withoutIds(await update('', group(), { target, as: PLATFORM }))).toBe(withoutIds(absent));
  });
});

describe('409', () => {
  test('the name of another group', async () => {
    await make({ actionGroupName: 'reservations' });
    const { id } = await make();
    const reply = await update(id, group({ actionGroupName: 'reservations' }));
    expectProblem(reply, 'NAME_TAKEN', {
      decided: true,
      detail: expect.stringContaining('already has an action group of this name'),
      upstream: expect.objectContaining({ error: 'ConflictException' }),
    });
  });

  test('a quota', async () => {
    const { id } = await make({ actionGroupState: 'DISABLED' });
    service.bedrock.configure({ quotas: { enabledActionGroupsPerAgent: 0 } });
    expectProblem(await update(id), 'QUOTA_EXCEEDED', {
      decided: true,
      upstream: expect.objectContaining({ status: 402 }),
    });
  });

  test.each(['PREPARING', 'VERSIONING'] as const)(
    'an agent that stays %s is waited for, and then told of',
    async (status) => {
      const { id } = await make();
      service.bedrock.agents.setStatus(AGENT, status);
      const since = watch(service.bedrock);
      const request = { method: 'PUT', target: `${GROUPS}/${id}`, body: group() };
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

  test('an agent that is prepared meanwhile is waited for, and then changed', async () => {
    service.bedrock.configure({ prepareMs: 300 });
    const { id } = await make();
    await ask(service, { method: 'POST', target: `${AGENTS}/${AGENT}/prepare` });
    const since = watch(service.bedrock);
    expect((await update(id)).status).toBe(200);
    expect(since.commits()).toEqual([`${UPDATE} bookings`]);
  });
});

describe('429, 502, 503 and 504', () => {
  test.each([
    ['throttles', { kind: 'throttle' }, 429, 'UPSTREAM_THROTTLED'],
    ['refuses our role', { kind: 'access-denied' }, 502, 'UPSTREAM_REFUSED_ROLE'],
    ['fails', { kind: 'error' }, 502, 'UPSTREAM_FAILED'],
    ['is unavailable', { kind: 'unavailable' }, 503, 'UPSTREAM_UNAVAILABLE'],
    ['hangs up', { kind: 'drop' }, 504, 'OUTCOME_UNKNOWN'],
    ['hangs up after the change', { kind: 'drop', when: 'after-commit' }, 504, 'OUTCOME_UNKNOWN'],
    ['answers nothing', { kind: 'nonsense', answer: 'empty-object' }, 504, 'OUTCOME_UNKNOWN'],
  ] as const)('Bedrock %s', async (_name, fault, status, code) => {
    const { id } = await make();
    service.bedrock.fault({ ...fault, operation: UPDATE, times: 3 });
    const reply = await update(id, group({ description: 'Later.' }));
    expect(reply.json).toMatchObject({ status, code, decisionId: reply.headers['x-decision-id'] });
    // No token protects an update, and none has to: the same request may be sent again.
    expect(reply.text).not.toMatch(/token/i);
    service.bedrock.clearFaults();
    expect((await update(id, group({ description: 'Later.' }))).status).toBe(200);
  });

  test('without its store nothing is changed: nobody would know who else changes the agent', async () => {
    const { id } = await make();
    const since = watch(service.bedrock);
    const { endpoints } = service.config;
    const dynamodb = { ...endpoints.dynamodb!, endpoint: 'http://127.0.0.1:1' };
    const config = { ...service.config, endpoints: { ...endpoints, dynamodb } };
    const reply = await askLambda(config, { method: 'PUT', target: `${GROUPS}/${id}`, body: group() });
    expect(reply.json).toMatchObject({ status: 503, code: 'STORE_UNAVAILABLE' });
    expect(since.commits()).toEqual([]);
  });
});
