/** The contract of `PUT …/action-groups/by-name/{actionGroupName}`, by status: what a pipeline runs again and again. */
import { describe, expect, test } from 'vitest';
import { type Ask, ask, askLambda, behind, expectAnswer, GROUPS, watch } from '../support/ask.ts';
import { PLATFORM, STRANGER, TRAVEL } from '../support/callers.ts';
import { expectProblem } from '../support/problem.ts';
import { AGENT, group, ISO_TIME, LAMBDA, sharedService, UUID } from '../support/service.ts';
import { EVERY_PARAMETER, OPENAPI } from './every-parameter.ts';

const service = sharedService();
const { make, makeOf, change, read, remove } = behind(service);

const CREATE = 'CreateAgentActionGroup';
const UPDATE = 'UpdateAgentActionGroup';
const GET = 'GetAgentActionGroup';

const put = (
  body: unknown = group(),
  { name = 'bookings', query = '', ...wanted }: Partial<Ask> & { name?: string; query?: string } = {},
) => ask(service, { method: 'PUT', target: `${GROUPS}/by-name/${name}${query}`, body, ...wanted });

const headers = {
  'x-decision-id': expect.stringMatching(UUID),
  etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
};
/** The group that `asked` makes, as it is answered. */
const answered = ({ parentActionGroupSignature, ...members }: Record<string, unknown>, actionGroupId: unknown) => ({
  agentId: AGENT,
  agentVersion: 'DRAFT',
  actionGroupId,
  actionGroupState: 'ENABLED',
  createdAt: expect.stringMatching(ISO_TIME),
  updatedAt: expect.stringMatching(ISO_TIME),
  ...(parentActionGroupSignature === undefined ? {} : { parentActionSignature: parentActionGroupSignature }),
  ...members,
});

describe('201', () => {
  test('a group that was not there is created', async () => {
    const reply = await put();
    const { actionGroupId } = reply.json.agentActionGroup;
    expectAnswer(
      reply,
      201,
      {
        agentActionGroup: answered(group(), expect.stringMatching(/^[0-9A-Z]{10}$/)),
        change: 'created',
        differences: [],
      },
      { ...headers, location: `${GROUPS}/${actionGroupId}` },
    );
    const got = await ask(service, { method: 'GET', target: String(reply.headers.location) });
    expect(got.json.agentActionGroup).toEqual(reply.json.agentActionGroup);
    expect(got.headers.etag).toBe(reply.headers.etag);
  });

  test.each([
    ['the name in the path alone', { actionGroupName: undefined }, {}],
    ['an encoded name', {}, { name: 'book%69ngs' }],
    ['a trailing slash', {}, { name: 'bookings/' }],
  ])('%s', async (_name, members, wanted) => {
    const reply = await put(group(members), wanted);
    expect(reply).toMatchObject({ status: 201, json: { agentActionGroup: { actionGroupName: 'bookings' } } });
    expect(reply.headers.location).toBe(`${GROUPS}/${reply.json.agentActionGroup.actionGroupId}`);
  });

  test('a group on a later page of the list is found all the same', async () => {
    for (let index = 0; index < 11; index++) await make({ actionGroupName: `group-${index}` });
    const { id } = await make();
    expect((await put()).json).toMatchObject({ change: 'unchanged', agentActionGroup: { actionGroupId: id } });
  });

  test('a name that only begins like another is another', async () => {
    await make({ actionGroupName: 'bookings2' });
    expect((await put()).json.change).toBe('created');
  });
});

describe('200, unchanged', () => {
  // Bedrock need not be told again what it has, and the agent stays prepared.
  test.each(EVERY_PARAMETER)('%s, put twice: nothing is written', async (_name, asked, as) => {
    const name = String(asked.actionGroupName);
    const first = await put(asked, { name, as });
    expect(first.status).toBe(201);
    const since = watch(service.bedrock);
    const second = await put(asked, { name, as });
    expectAnswer(
      second,
      200,
      { agentActionGroup: first.json.agentActionGroup, change: 'unchanged', differences: [] },
      { ...headers, etag: first.headers.etag },
    );
    expect(since.calls()).toEqual(['ListAgentActionGroups', GET]);
  });

  const parameters = (detail: object) => ({ guest: { type: 'string', ...detail } });
  const functions = (members: object, detail: object) => ({
    functionSchema: { functions: [{ name: 'book', ...members, parameters: parameters(detail) }] },
  });
  // What is there may have been made by another client, or answered by Bedrock with what it takes for granted.
  test.each<[string, object, object]>([
    ['the state', { actionGroupState: 'ENABLED' }, {}],
    ['requireConfirmation', functions({ requireConfirmation: 'DISABLED' }, {}), functions({}, {})],
    ['required', functions({}, { required: false }), functions({}, {})],
    [
      'no parameters',
      { functionSchema: { functions: [{ name: 'book', parameters: {} }] } },
      { functionSchema: { functions: [{ name: 'book' }] } },
    ],
  ])('what Bedrock fills in makes no difference: %s', async (_name, one, other) => {
    for (const [held, asked] of [
      [one, other],
      [other, one],
    ]) {
      service.bedrock.reset();
      await make({ ...held });
      const since = watch(service.bedrock);
      expect((await put(group({ ...asked }))).json).toMatchObject({ change: 'unchanged', differences: [] });
      expect(since.commits()).toEqual([]);
    }
  });
});

describe('200, updated', () => {
  const [book, cancel] = ['book', 'cancel'].map((name) => ({ name, description: `Does ${name}.` }));
  test.each<[string, Record<string, unknown>, Record<string, unknown>, object[]]>([
    [
      'a member that changes',
      group({ description: 'Before.' }),
      group({ description: 'After.' }),
      [{ pointer: '/description', before: 'Before.', after: 'After.' }],
    ],
    ['a member that comes', group(), group({ description: 'After.' }), [{ pointer: '/description', after: 'After.' }]],
    [
      'a member that goes',
      group({ description: 'Before.' }),
      group(),
      [{ pointer: '/description', before: 'Before.' }],
    ],
    [
      // Without a state a group is enabled: a pipeline that says nothing of it does not leave it as it was.
      'the state, which is enabled unless told',
      group({ actionGroupState: 'DISABLED' }),
      group(),
      [{ pointer: '/actionGroupState', before: 'DISABLED', after: 'ENABLED' }],
    ],
    [
      'the executor',
      group(),
      group({ actionGroupExecutor: { lambda: `${LAMBDA}:live` } }),
      [{ pointer: '/actionGroupExecutor/lambda', before: LAMBDA, after: `${LAMBDA}:live` }],
    ],
    [
      'a default that is not taken',
      group({ functionSchema: { functions: [{ name: 'book', parameters: { guest: { type: 'string' } } }] } }),
      group({
        functionSchema: {
          functions: [
            { name: 'book', requireConfirmation: 'ENABLED', parameters: { guest: { type: 'string', required: true } } },
          ],
        },
      }),
      [
        { pointer: '/functionSchema/functions/0/parameters/guest/required', before: false, after: true },
        { pointer: '/functionSchema/functions/0/requireConfirmation', before: 'DISABLED', after: 'ENABLED' },
      ],
    ],
    [
      'a function more',
      group({ functionSchema: { functions: [book] } }),
      group({ functionSchema: { functions: [book, cancel] } }),
      [
        {
          pointer: '/functionSchema/functions/1',
          after: { ...cancel, requireConfirmation: 'DISABLED', parameters: {} },
        },
      ],
    ],
    [
      // The model calls payloads sensitive, and they are long.
      'a payload, by its name alone',
      { actionGroupName: 'bookings', apiSchema: { payload: OPENAPI } },
      { actionGroupName: 'bookings', apiSchema: { payload: OPENAPI.replace('Books.', 'Secret.') } },
      [{ pointer: '/apiSchema/payload' }],
    ],
    [
      'a payload that comes',
      { actionGroupName: 'bookings' },
      { actionGroupName: 'bookings', apiSchema: { payload: OPENAPI.replace('Books.', 'Secret.') } },
      [{ pointer: '/apiSchema/payload' }],
    ],
    [
      'a payload that goes, for a schema in S3',
      { actionGroupName: 'bookings', apiSchema: { payload: OPENAPI.replace('Books.', 'Secret.') } },
      { actionGroupName: 'bookings', apiSchema: { s3: { s3BucketName: 'acme-agent-schemas', s3ObjectKey: 'a.json' } } },
      [
        { pointer: '/apiSchema/payload' },
        { pointer: '/apiSchema/s3', after: { s3BucketName: 'acme-agent-schemas', s3ObjectKey: 'a.json' } },
      ],
    ],
    [
      'a signature in place of a function',
      group(),
      { actionGroupName: 'bookings', parentActionGroupSignature: 'AMAZON.UserInput' },
      [
        { pointer: '/actionGroupExecutor', before: { lambda: LAMBDA } },
        { pointer: '/functionSchema', before: expect.any(Object) },
        { pointer: '/parentActionGroupSignature', after: 'AMAZON.UserInput' },
      ],
    ],
  ])('%s', async (_name, held, asked, differences) => {
    const { id } = await makeOf(held);
    const since = watch(service.bedrock);
    const reply = await put(asked);
    const { differences: told, ...body } = reply.json;
    expectAnswer(
      { ...reply, json: body, text: 'parsed above' },
      200,
      { agentActionGroup: answered(asked, id), change: 'updated' },
      headers,
    );
    const byPointer = (one: { pointer: string }, other: { pointer: string }) => (one.pointer < other.pointer ? -1 : 1);
    expect(told.sort(byPointer)).toEqual(differences);
    expect(JSON.stringify(told)).not.toContain('Secret.');
    expect(since.commits()).toEqual([`${UPDATE} bookings`]);
    expect((await put(asked)).json.change).toBe('unchanged');
  });
});

describe('with others', () => {
  test('many who put the same new name make one group', async () => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => put()));
    expect(service.bedrock.ledger).toHaveLength(1);
    expect(replies.map(({ status }) => status).sort()).toEqual([...new Array(7).fill(200), 201]);
    expect(new Set(replies.map(({ json }) => json.agentActionGroup.actionGroupId)).size).toBe(1);
    expect(replies.map(({ json }) => json.change).sort()).toEqual(['created', ...new Array(7).fill('unchanged')]);
  });

  test('a few who put the same new name with other contents make one group, and it is one of theirs', async () => {
    const texts = ['One.', 'Two.', 'Three.'];
    const replies = await Promise.all(texts.map((description) => put(group({ description }))));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    const { actionGroupId } = replies[0]!.json.agentActionGroup;
    expect(service.bedrock.ledger.map((commit) => commit.actionGroupId)).toEqual(new Array(3).fill(actionGroupId));
    expect(texts).toContain((await read(actionGroupId)).description);
  });

  /** The first answer of Bedrock is as if somebody had been faster. */
  test.each([
    ['deleted between the list and the read', GET, 404, 'ResourceNotFoundException'],
    ['deleted between the read and the update', UPDATE, 404, 'ResourceNotFoundException'],
  ] as const)('a group that was %s is looked for again', async (_name, operation, status, type) => {
    const { id } = await make();
    service.bedrock.fault({ kind: 'custom', operation, status, type, message: 'Gone.' });
    const reply = await put(group({ description: 'Wanted.' }));
    // In truth it is still there, so that a second look finds it.
    expect(reply.json).toMatchObject({ change: 'updated', agentActionGroup: { actionGroupId: id } });
  });

  test('a group that was made between the list and the creation is updated', async () => {
    service.bedrock.fault({
      kind: 'custom',
      operation: CREATE,
      status: 409,
      type: 'ConflictException',
      message: 'An ActionGroup with name bookings already exists.',
    });
    const since = watch(service.bedrock);
    expect((await put()).json.change).toBe('created');
    expect(since.calls().filter((call) => call === 'ListAgentActionGroups')).toHaveLength(2);
  });

  test('a group cannot be refused its own name: such a conflict is told at once', async () => {
    await put();
    const message = 'An ActionGroup with name bookings already exists.';
    service.bedrock.fault({ kind: 'custom', operation: UPDATE, status: 409, type: 'ConflictException', message });
    const since = watch(service.bedrock);
    expect((await put(group({ description: 'Wanted.' }))).status).toBe(409);
    expect(since.calls().filter((call) => call === UPDATE)).toHaveLength(1);
  });

  test('a group that somebody deleted is created again', async () => {
    const first = await put();
    await remove(first.json.agentActionGroup.actionGroupId);
    const again = await put();
    expect(again.json.change).toBe('created');
    expect(again.json.agentActionGroup.actionGroupId).not.toBe(first.json.agentActionGroup.actionGroupId);
  });

  test('a group that somebody changed is put right', async () => {
    const first = await put();
    await change(first.json.agentActionGroup.actionGroupId, { description: 'By hand.' });
    const again = await put();
    expect(again.json).toMatchObject({
      change: 'updated',
      differences: [{ pointer: '/description', before: 'By hand.' }],
    });
  });
});

describe('400', () => {
  test.each<[string, object, Parameters<typeof put>[1], string]>([
    ['a name in the body that is not the one in the path', { actionGroupName: 'others' }, {}, '/actionGroupName'],
    ['a name in other case', { actionGroupName: 'Bookings' }, {}, '/actionGroupName'],
    ['a client token, which it has no use for', { clientToken: 'a'.repeat(40) }, {}, '/clientToken'],
    ['a misspelt flag', {}, { query: '?dryrun=true' }, 'query:dryrun'],
    ['a condition, which nobody would look at', {}, { headers: { 'if-match': '"a"' } }, 'header:If-Match'],
  ])('%s', async (_name, members, wanted, pointer) => {
    expectProblem(await put(group({ ...members }), wanted), 'INVALID_REQUEST', {
      errors: [{ pointer, message: expect.any(String), fix: expect.any(String) }],
    });
    expect(service.bedrock.requests).toEqual([]);
  });

  test.each(['no%20spaces', 'a%2Fb', '%2e%2e', 'a'.repeat(201)])('a name that is none: %s', async (name) => {
    const reply = await put(group({ actionGroupName: undefined }), { name });
    expect(reply.json).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
    expect(service.bedrock.requests).toEqual([]);
  });
});

describe('403', () => {
  test.each<[string, object, Partial<Ask>, string]>([
    [
      'what a creation may not have',
      { actionGroupExecutor: { customControl: 'RETURN_CONTROL' } },
      {},
      'return-control-is-allowed',
    ],
    ['a caller in no team', {}, { as: STRANGER }, 'caller-is-in-one-team'],
  ])('%s: nothing is asked of Bedrock', async (_name, members, wanted, rule) => {
    expectProblem(await put(group({ ...members }), wanted), 'POLICY_DENIED', {
      decided: true,
      errors: [expect.objectContaining({ rule, fix: expect.any(String) })],
    });
    expect(service.bedrock.requests).toEqual([]);
  });

  test("another team's agent", async () => {
    const target = `${GROUPS.replace(AGENT, 'DEMOAGENT1')}/by-name/bookings`;
    expectProblem(await put(group(), { target, as: TRAVEL }), 'POLICY_DENIED', {
      decided: true,
      errors: [expect.objectContaining({ rule: 'caller-manages-agent' })],
    });
    expect(service.bedrock.requests).toEqual([]);
  });

  // It may have been made before the policy, or round this service; finding it as it is would be an approval.
  test('a group that is there and forbidden is not "unchanged"', async () => {
    const forbidden = { actionGroupExecutor: { lambda: LAMBDA.replace('agents-', 'other-') } };
    await make(forbidden);
    expect((await put(group(forbidden))).json).toMatchObject({ status: 403, code: 'POLICY_DENIED' });
  });
});

test('404: an absent agent, for a team that may touch every agent', async () => {
  const target = `${GROUPS.replace(AGENT, 'NOSUCHAGNT')}/by-name/bookings`;
  expectProblem(await put(group(), { target, as: PLATFORM }), 'NOT_FOUND', {
    decided: true,
    upstream: expect.objectContaining({ status: 404 }),
  });
});

describe('409', () => {
  test('an agent that stays busy is waited for, and then told of', async () => {
    await make();
    service.bedrock.agents.setStatus(AGENT, 'PREPARING');
    const since = watch(service.bedrock);
    const request = { method: 'PUT', target: `${GROUPS}/by-name/bookings`, body: group({ description: 'Later.' }) };
    const reply = await askLambda(service.config, request, { remainingMs: 2_500 });
    expectProblem(reply, 'AGENT_BUSY', { decided: true, retryAfter: '5', upstream: expect.any(Object) });
    expect(since.commits()).toEqual([]);
  });
});

describe('504', () => {
  test('a declaration whose answer was lost may be sent again, and says so', async () => {
    service.bedrock.fault({ operation: CREATE, kind: 'drop', times: 3 });
    expectProblem(await put(), 'OUTCOME_UNKNOWN', {
      decided: true,
      retryAfter: '2',
      detail: expect.stringMatching(/Send the same declaration again/),
    });
    service.bedrock.clearFaults();
    expect((await put()).status).toBe(201);
  });
});
