/** What every write takes: `dryRun`, and `prepare` with what it can come to. Each write on an agent of its own, all at once. */
import { describe, expect, test } from 'vitest';
import { type Ask, ask, askLambda, behind, watch, withoutIds } from '../support/ask.ts';
import { PLATFORM, STRANGER } from '../support/callers.ts';
import { oursOf } from '../support/problem.ts';
import { group, LAMBDA, sharedService, UUID } from '../support/service.ts';

const service = sharedService();
const { make } = behind(service);

interface Write {
  readonly name: string;
  readonly agentId: string;
  readonly method: string;
  /** Below the agent's groups; `id` is of a group that is there. */
  readonly path: (id: string) => string;
  /** Whether a group named `bookings` is there before. */
  readonly given: boolean;
  readonly body?: Record<string, unknown>;
  readonly change: string;
}

const WRITES: readonly Write[] = [
  {
    name: 'create',
    agentId: 'CREATEAGNT',
    method: 'POST',
    path: () => '',
    given: false,
    body: group(),
    change: 'CreateAgentActionGroup',
  },
  {
    name: 'update',
    agentId: 'UPDATEAGNT',
    method: 'PUT',
    path: (id) => `/${id}`,
    given: true,
    body: group({ description: 'Later.' }),
    change: 'UpdateAgentActionGroup',
  },
  {
    name: 'put, creating',
    agentId: 'PUTNEWAGNT',
    method: 'PUT',
    path: () => '/by-name/bookings',
    given: false,
    body: group(),
    change: 'CreateAgentActionGroup',
  },
  {
    name: 'put, updating',
    agentId: 'PUTOLDAGNT',
    method: 'PUT',
    path: () => '/by-name/bookings',
    given: true,
    body: group({ description: 'Later.' }),
    change: 'UpdateAgentActionGroup',
  },
  {
    name: 'delete',
    agentId: 'DELETEAGNT',
    method: 'DELETE',
    path: (id) => `/${id}`,
    given: true,
    change: 'DeleteAgentActionGroup',
  },
];

/** The request of a write, with what it needs to be there made before. */
async function ready(
  { agentId, method, path, given, body }: Write,
  query: string,
  wanted: Partial<Ask> = {},
): Promise<Ask> {
  service.bedrock.agents.put(agentId);
  const { id } = given ? await make({ actionGroupState: 'DISABLED' }, agentId) : { id: '' };
  const target = `/v1/agents/${agentId}/versions/DRAFT/action-groups${path(id)}${query}`;
  return { method, target, as: PLATFORM, ...(body === undefined ? {} : { body }), ...wanted };
}

/** Does all writes at once, and tells of each what it came to. */
async function all<T>(each: (write: Write) => Promise<T>): Promise<[string, T][]> {
  return Promise.all(WRITES.map(async (write): Promise<[string, T]> => [write.name, await each(write)]));
}

const expectAll = (results: [string, unknown][], expected: (write: Write) => unknown) =>
  expect(Object.fromEntries(results)).toEqual(Object.fromEntries(WRITES.map((write) => [write.name, expected(write)])));

const STATUS: Readonly<Record<string, number>> = { create: 201, 'put, creating': 201 };
const statusOf = ({ name }: Write) => STATUS[name] ?? 200;

describe('dryRun', () => {
  const decision = {
    id: expect.stringMatching(UUID),
    effect: 'allow',
    team: 'platform',
    violations: [],
    warnings: [],
    rules: expect.arrayContaining(['caller-is-in-one-team', 'caller-manages-agent']),
    exemptions: [],
    policy: { revision: 'test.1', digest: expect.any(String) },
  };
  const also: Readonly<Record<string, object>> = {
    'put, creating': { change: 'created', differences: [] },
    'put, updating': { change: 'updated', differences: expect.any(Array) },
  };

  test.each(['none', 'start', 'wait'])('answers the decision and writes nothing, with prepare=%s', async (mode) => {
    const requests = await all((write) => ready(write, `?dryRun=true&prepare=${mode}`));
    const since = watch(service.bedrock);
    const replies = await Promise.all(
      requests.map(async ([name, request]): Promise<[string, unknown]> => {
        const { status, json } = await ask(service, request);
        return [name, { status, json }];
      }),
    );
    expectAll(replies, ({ name }) => ({ status: 200, json: { decision, ...also[name] } }));
    expect(since.commits()).toEqual([]);
    expect(since.calls().filter((call) => !/^(Get|List)/.test(String(call)))).toEqual([]);
  });

  test('tells the decision of a group that need not be changed', async () => {
    const request = await ready({ ...WRITES[3]!, body: group({ actionGroupState: 'DISABLED' }) }, '?dryRun=true');
    expect((await ask(service, request)).json).toEqual({ decision, change: 'unchanged', differences: [] });
  });

  const foreign = LAMBDA.replace('agents-', 'other-');
  test.each<[string, (write: Write) => Partial<Ask> | undefined]>([
    ['a caller in no team', () => ({ as: STRANGER })],
    ['what the policy denies', ({ body }) => body && { body: { ...body, actionGroupExecutor: { lambda: foreign } } }],
    ['members that are not valid', ({ body }) => body && { body: { ...body, actionGroupState: 'enabled' } }],
    ['malformed JSON', ({ body }) => body && { body: '{' }],
    ['another content type', ({ body }) => body && { headers: { 'content-type': 'text/plain' } }],
    [
      'a condition that does not hold',
      ({ name }) => (/^(update|delete)$/.test(name) ? { headers: { 'if-match': '"other"' } } : undefined),
    ],
    [
      'a condition that is none',
      ({ name }) => (/^(update|delete)$/.test(name) ? { headers: { 'if-match': 'other' } } : undefined),
    ],
    ['an absent agent', ({ name }) => (name === 'create' ? undefined : { target: absent('NOSUCHAGNT', name) })],
    [
      'an absent group',
      ({ name, agentId }) => (/^(update|delete)$/.test(name) ? { target: absent(agentId, name) } : undefined),
    ],
  ])('is refused exactly as the real call: %s', async (_name, wanted) => {
    const pairs = await all(async (write) => {
      const changes = wanted(write);
      if (changes === undefined) return undefined;
      const request = { ...(await ready(write, '')), ...changes };
      const since = watch(service.bedrock);
      const tried = await ask(service, { ...request, target: `${request.target}?dryRun=true` });
      const real = await ask(service, request);
      return { tried, real, writes: since.commits().filter((commit) => commit.includes(write.agentId)) };
    });
    for (const [name, pair] of pairs) {
      if (pair === undefined) continue;
      expect([name, pair.real.status]).toEqual([name, expect.toSatisfy((status: number) => status >= 400)]);
      expect([name, withoutIds(pair.tried)]).toEqual([name, withoutIds(pair.real)]);
      expect(pair.writes).toEqual([]);
    }
  });

  test('a deletion of an enabled group, which Bedrock refuses', async () => {
    const { id } = await make();
    const target = `/v1/agents/AGENT12345/versions/DRAFT/action-groups/${id}`;
    const since = watch(service.bedrock);
    const statuses = async (query: string) =>
      (await ask(service, { method: 'DELETE', target: `${target}${query}` })).status;
    expect(await statuses('?dryRun=true')).toBe(409);
    expect(await statuses('')).toBe(409);
    expect(await statuses('?dryRun=true&disableFirst=true')).toBe(200);
    expect(await statuses('?dryRun=true&skipResourceInUseCheck=true')).toBe(200);
    expect(since.commits()).toEqual([]);
  });

  test('a name that is taken', async () => {
    const request = await ready({ ...WRITES[0]!, given: true }, '');
    const since = watch(service.bedrock);
    const tried = await ask(service, { ...request, target: `${request.target}?dryRun=true` });
    expect(since.commits()).toEqual([]);
    const real = await ask(service, request);
    expect({ ...oursOf(tried), code: tried.json.code }).toMatchObject({ code: 'NAME_TAKEN' });
    expect([tried.status, tried.json.title]).toEqual([real.status, real.json.title]);
  });
});

/** A group that is not there; by its name it would be made. */
function absent(agentId: string, write: string): string {
  const groups = `/v1/agents/${agentId}/versions/DRAFT/action-groups`;
  return write.startsWith('put') ? `${groups}/by-name/bookings` : `${groups}/GROUP12345`;
}

describe('prepare', () => {
  const done = async (query: string, how?: (write: Write) => void, remainingMs?: number) => {
    const requests = await all((write) => ready(write, query));
    for (const write of WRITES) how?.(write);
    const since = watch(service.bedrock);
    const replies = await Promise.all(
      requests.map(async ([name, request]) => {
        const reply =
          remainingMs === undefined
            ? await ask(service, request)
            : await askLambda(service.config, request, { remainingMs });
        const { preparation, agentActionGroup } = reply.text === '' ? {} : reply.json;
        return [name, { status: reply.status, preparation, id: agentActionGroup?.actionGroupId }] as [string, unknown];
      }),
    );
    const prepares = since.commits().filter((commit) => commit === 'PrepareAgent').length;
    return { replies, prepares };
  };
  /** Whatever became of the preparation, the change is made, and its id answered. */
  const made = (preparation: unknown) => (write: Write) => ({
    status: write.name === 'delete' && preparation === undefined ? 204 : statusOf(write),
    preparation,
    id: write.name === 'delete' ? undefined : expect.stringMatching(/^[0-9A-Z]{10}$/),
  });

  test.each(['', '?prepare=none'])('is not done unless asked for: %s', async (query) => {
    const { replies, prepares } = await done(query);
    expectAll(replies, made(undefined));
    expect(prepares).toBe(0);
  });

  test('start: it is under way', async () => {
    service.bedrock.configure({ prepareMs: null });
    const { replies, prepares } = await done('?prepare=start');
    expectAll(replies, made({ status: 'PREPARING' }));
    expect(prepares).toBe(WRITES.length);
  });

  test('wait: the change is live', async () => {
    const { replies, prepares } = await done('?prepare=wait');
    expectAll(replies, made({ status: 'PREPARED' }));
    expect(prepares).toBe(WRITES.length);
  });

  test('wait, and it fails: the reasons', async () => {
    const { replies } = await done('?prepare=wait', ({ agentId }) =>
      service.bedrock.agents.failNextPrepare(agentId, 'The role cannot be assumed.'),
    );
    expectAll(replies, made({ status: 'FAILED', failureReasons: ['The role cannot be assumed.'] }));
  });

  test('wait, and the time runs out: it is under way', async () => {
    service.bedrock.configure({ prepareMs: null });
    const { replies } = await done('?prepare=wait', undefined, 3_500);
    expectAll(replies, made({ status: 'PREPARING' }));
  });

  test.each([
    ['Bedrock refuses our role', { kind: 'access-denied' }],
    ['Bedrock fails', { kind: 'error' }],
    ['Bedrock refuses it', { kind: 'custom', status: 400, type: 'ValidationException', message: 'No model.' }],
  ] as const)('it cannot be started: %s', async (_name, fault) => {
    const { replies } = await done('?prepare=wait', () =>
      service.bedrock.fault({ ...fault, operation: 'PrepareAgent', times: 3 }),
    );
    expectAll(replies, made({ status: 'NOT_PREPARED', failureReasons: [expect.any(String)] }));
  });

  test('the agent cannot even be looked at', async () => {
    const { replies } = await done('?prepare=start', () =>
      service.bedrock.fault({ kind: 'access-denied', operation: 'GetAgent' }),
    );
    expectAll(replies, made({ status: 'NOT_PREPARED', failureReasons: [expect.any(String)] }));
  });

  test('of a group that is unchanged and live, there is nothing to prepare', async () => {
    const request = await ready({ ...WRITES[2]!, body: group() }, '?prepare=wait');
    expect((await ask(service, request)).json).toMatchObject({
      change: 'created',
      preparation: { status: 'PREPARED' },
    });
    const since = watch(service.bedrock);
    expect((await ask(service, request)).json).toMatchObject({
      change: 'unchanged',
      preparation: { status: 'PREPARED' },
    });
    expect(since.commits()).toEqual([]);
  });

  test('of a group that is unchanged and not yet live, the agent is prepared', async () => {
    const request = await ready({ ...WRITES[2]!, body: group() }, '');
    await ask(service, request);
    const since = watch(service.bedrock);
    const reply = await ask(service, { ...request, target: `${request.target}?prepare=wait` });
    expect(reply.json).toMatchObject({ change: 'unchanged', preparation: { status: 'PREPARED' } });
    expect(since.commits()).toEqual(['PrepareAgent']);
  });

  test('and the audit trail tells how far the change is live', async () => {
    const reply = await ask(service, await ready(WRITES[0]!, '?prepare=wait'));
    const decisionId = reply.headers['x-decision-id'];
    expect(service.audits().map(({ phase, decisionId: id }) => [phase, id])).toEqual([
      ['attempt', decisionId],
      ['outcome', decisionId],
      ['preparation', decisionId],
    ]);
    expect(service.audits()[2]).toMatchObject({ preparation: { status: 'PREPARED' } });
  });
});
