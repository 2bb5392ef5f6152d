/** The contract of `POST /v1/policy/evaluations`: the decision of the real call, without the call. */
import { describe, expect, test } from 'vitest';
import { AGENTS, type Ask, ask, askLambda, behind, expectAnswer, watch } from '../support/ask.ts';
import { type Caller, DEMO, IN_TWO_TEAMS, PAYMENTS, PLATFORM, SESSION, STRANGER, TRAVEL } from '../support/callers.ts';
import { policyFile } from '../support/policy-file.ts';
import { expectProblem } from '../support/problem.ts';
import { AGENT, type AuditLine, freshToken, group, LAMBDA, sharedService, UUID } from '../support/service.ts';

const service = sharedService();
const { make } = behind(service);
const evaluate = (body: unknown, wanted: Partial<Ask> = {}) =>
  ask(service, { method: 'POST', target: '/v1/policy/evaluations', body, ...wanted });

const draft = { agentId: AGENT, agentVersion: 'DRAFT' };
const creation = (actionGroup: object = group(), place: object = draft) => ({
  operation: 'CreateAgentActionGroup',
  ...place,
  actionGroup,
});

describe('200', () => {
  test('the decision, of which nothing comes', async () => {
    const reply = await evaluate(creation());
    expectAnswer(reply, 200, {
      decision: {
        id: reply.headers['x-decision-id'],
        effect: 'allow',
        team: 'payments',
        violations: [],
        warnings: [],
        rules: [
          'caller-is-in-one-team',
          'caller-manages-agent',
          'lambda-arn-has-required-prefix',
          'return-control-is-allowed',
          's3-schema-is-in-allowed-bucket',
          'signature-is-allowed',
        ],
        exemptions: [],
        policy: { revision: 'test.1', digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
    });
    expect(service.bedrock.requests).toEqual([]);
  });

  test.each(['PrepareAgent', 'GetAgent', 'ListAgentActionGroups'])(
    '%s is on record as a question',
    async (operation) => {
      const reply = await evaluate({
        operation,
        agentId: 'AGENT12345',
        ...(/Group/.test(operation) && { agentVersion: 'DRAFT' }),
      });
      expect(reply.status).toBe(200);
      const lines = service.lines.map((line) => JSON.parse(line)).filter(({ class_uid }) => class_uid === 6003);
      expect(lines.map(({ unmapped, disposition }) => [unmapped.phase, unmapped.dryRun, disposition])).toEqual([
        ['attempt', true, 'Logged'],
        ['outcome', true, 'Logged'],
      ]);
    },
  );

  test('a denial is an answer, not a failure', async () => {
    const reply = await evaluate(creation(group({ actionGroupExecutor: { customControl: 'RETURN_CONTROL' } })));
    expect(reply).toMatchObject({
      status: 200,
      json: {
        decision: {
          effect: 'deny',
          violations: [
            {
              rule: 'return-control-is-allowed',
              pointer: '/actionGroupExecutor/customControl',
              message: expect.any(String),
              allowed: [],
              fix: expect.any(String),
            },
          ],
        },
      },
    });
  });

  test('the question is on record, as one that was only asked', async () => {
    const reply = await evaluate(creation());
    const decisionId = reply.headers['x-decision-id'];
    expect(decisionId).toMatch(UUID);
    const asked = { api: { operation: 'CreateAgentActionGroup' }, disposition: 'Logged' };
    expect(service.events()).toMatchObject([
      { ...asked, status: 'Unknown', unmapped: { phase: 'attempt', decisionId } },
      { ...asked, status: 'Success', unmapped: { phase: 'outcome', decisionId, outcome: { disposition: 'dry-run' } } },
    ]);
  });
});

describe('the same decision as the real call and its dry run', () => {
  const foreignLambda = { actionGroupExecutor: { lambda: LAMBDA.replace('agents-', 'other-') } };
  const everything = {
    actionGroupName: 'bookings',
    ...foreignLambda,
    apiSchema: { s3: { s3BucketName: 'elsewhere', s3ObjectKey: 'a.json' } },
  };
  const shell = { actionGroupName: 'shell', parentActionGroupSignature: 'ANTHROPIC.Bash' };
  const control = group({ actionGroupExecutor: { customControl: 'RETURN_CONTROL' } });

  const GROUPS: readonly [string, Record<string, unknown>][] = [
    ['a boring group', group()],
    ["another account's function", group(foreignLambda)],
    ['return of control', control],
    ['a shell', shell],
    ['all that can be wrong', everything],
    ['a client token', group({ clientToken: freshToken() })],
  ];
  const CALLERS: readonly [string, Caller | undefined, string][] = [
    ['its own team', undefined, AGENT],
    ['a session of its team', SESSION, AGENT],
    ['a team with other settings', TRAVEL, AGENT],
    ['a team that is only warned', DEMO, 'DEMOAGENT1'],
    ['a team with every agent', PLATFORM, AGENT],
    ["another team's agent", TRAVEL, 'DEMOAGENT1'],
    ['an absent agent', undefined, 'NOSUCHAGNT'],
    ['a caller in no team', STRANGER, AGENT],
    ['a caller in two teams', IN_TWO_TEAMS, AGENT],
  ];

  /** What the policy said of the request that was answered last, as the audit trail has it. */
  const decided = (decisionId: unknown) => {
    const { policy, unmapped } =
      service.events().find(({ metadata }) => metadata.uid === `${decisionId}:attempt`) ?? {};
    const { team, effect, decision } = unmapped;
    return { team, effect, policy: { revision: policy.version, digest: policy.uid }, ...decision };
  };
  const ofAnswer = ({ id: _, ...decision }: AuditLine): AuditLine => ({ team: undefined, ...decision });

  async function expectSame(evaluation: object, real: Ask): Promise<void> {
    const asked = await evaluate(evaluation, real.as === undefined ? {} : { as: real.as });
    expect(asked.status).toBe(200);
    const decision = ofAnswer(asked.json.decision);
    const acted = await ask(service, real);
    expect(decision).toEqual(decided(acted.headers['x-decision-id']));
    expect(acted.json.code === 'POLICY_DENIED').toBe(decision.effect === 'deny');
    if (decision.effect === 'deny') expect(acted.json.violations).toEqual(decision.violations);
    else if ('agentActionGroup' in acted.json) expect(acted.json.warnings ?? []).toEqual(decision.warnings);
  }

  /** The same by the dry run: where the real call goes on, its answer; else its error. */
  async function expectDry(evaluation: object, real: Ask): Promise<void> {
    const asked = await evaluate(evaluation, real.as === undefined ? {} : { as: real.as });
    const tried = await ask(service, { ...real, target: `${real.target}?dryRun=true` });
    const decision = ofAnswer(asked.json.decision);
    if (tried.status === 200) expect(ofAnswer(tried.json.decision)).toEqual(decision);
    else if (decision.effect === 'deny') expect(tried.json.violations).toEqual(decision.violations);
    else expect(tried.json.code).toBe('NOT_FOUND');
  }

  for (const [who, as, agentId] of CALLERS) {
    const place = { agentId, agentVersion: 'DRAFT' };
    const groups = `${AGENTS}/${agentId}/versions/DRAFT/action-groups`;
    const by = as === undefined ? {} : { as };

    test.each(GROUPS)(`${who} creates or updates: %s`, async (_name, actionGroup) => {
      if (agentId !== 'NOSUCHAGNT') service.bedrock.agents.put(agentId);
      const post = { method: 'POST', target: groups, body: actionGroup, ...by };
      await expectDry(creation(actionGroup, place), post);
      await expectSame(creation(actionGroup, place), post);

      const { clientToken: _, ...update } = actionGroup as Record<string, unknown>;
      const id = agentId === 'NOSUCHAGNT' ? 'GROUP12345' : (await make({ actionGroupName: 'other' }, agentId)).id;
      const evaluation = {
        operation: 'UpdateAgentActionGroup',
        ...place,
        actionGroupId: id,
        actionGroup: { ...update, actionGroupName: 'third' },
      };
      const put = { method: 'PUT', target: `${groups}/${id}`, body: { ...update, actionGroupName: 'third' }, ...by };
      await expectDry(evaluation, put);
      await expectSame(evaluation, put);
    });

    test(`${who} deletes, reads, lists and prepares`, async () => {
      if (agentId !== 'NOSUCHAGNT') service.bedrock.agents.put(agentId);
      const id = 'GROUP12345';
      const remove = { method: 'DELETE', target: `${groups}/${id}`, ...by };
      const deletion = { operation: 'DeleteAgentActionGroup', ...place, actionGroupId: id };
      await expectDry(deletion, remove);
      await expectSame(deletion, remove);
      await expectSame(
        { ...deletion, skipResourceInUseCheck: true },
        { ...remove, target: `${groups}/${id}?skipResourceInUseCheck=true` },
      );
      const get = { method: 'GET', target: `${groups}/${id}`, ...by };
      await expectSame({ operation: 'GetAgentActionGroup', ...place, actionGroupId: id }, get);
      await expectSame({ operation: 'ListAgentActionGroups', ...place }, { ...get, target: groups });
      await expectSame({ operation: 'GetAgent', agentId }, { ...get, target: `${AGENTS}/${agentId}` });
      const prepare = { method: 'POST', target: `${AGENTS}/${agentId}/prepare`, ...by };
      service.bedrock.fault({
        kind: 'custom',
        operation: 'GetAgent',
        status: 404,
        type: 'ResourceNotFoundException',
        message: 'Gone.',
      });
      await expectSame({ operation: 'PrepareAgent', agentId }, prepare);
    });
  }
});

describe('400', () => {
  const at = (pointer: string) => ({ pointer, message: expect.any(String), fix: expect.any(String) });
  test.each<[string, unknown, string[]]>([
    ['nothing', {}, ['/operation', '/agentId']],
    ['a list', [], ['']],
    ['an operation that there is not', { ...creation(), operation: 'CreateAgent' }, ['/operation']],
    ['a creation without its group', { operation: 'CreateAgentActionGroup', ...draft }, ['/actionGroup']],
    ['a group that is none', creation([]), ['/actionGroup']],
    ['an agent that is none', { ...creation(), agentId: 'AGENT 2345' }, ['/agentId']],
    ['no version', { ...creation(), agentVersion: undefined }, ['/agentVersion']],
    ['a version that cannot be written', { ...creation(), agentVersion: '1' }, ['/agentVersion']],
    ['an update without its id', { ...creation(), operation: 'UpdateAgentActionGroup' }, ['/actionGroupId']],
    ['a member that is unknown', { ...creation(), dryRun: true }, ['/dryRun']],
    // Pointers are into this request: the group is one step further inside than in the real one.
    [
      'what is wrong with the group itself',
      creation(group({ actionGroupState: 'enabled', actionGroupExecutor: { lambda: 'x' } })),
      ['/actionGroup/actionGroupExecutor/lambda', '/actionGroup/actionGroupState'],
    ],
    [
      'a flag in words',
      { operation: 'DeleteAgentActionGroup', ...draft, actionGroupId: 'GROUP12345', skipResourceInUseCheck: 'true' },
      ['/skipResourceInUseCheck'],
    ],
  ])('%s', async (_name, body, pointers) => {
    const reply = await evaluate(body);
    expect([...new Set<string>(reply.json.errors?.map((fault: { pointer: string }) => fault.pointer))]).toEqual(
      pointers,
    );
    expectProblem(reply, 'INVALID_REQUEST', {
      errors: reply.json.errors.map(({ pointer }: { pointer: string }) => at(pointer)),
    });
    expect(service.bedrock.requests).toEqual([]);
  });

  test('a query', async () => {
    const reply = await evaluate(creation(), { target: '/v1/policy/evaluations?dryRun=true' });
    expectProblem(reply, 'INVALID_REQUEST', { errors: [at('query:dryRun')] });
  });

  test('a key that is none', async () => {
    const reply = await evaluate(creation(), { headers: { 'idempotency-key': 'a b' } });
    expectProblem(reply, 'INVALID_REQUEST', { errors: [at('header:Idempotency-Key')] });
  });

  test('malformed JSON', async () => {
    expectProblem(await evaluate('{'), 'MALFORMED_BODY');
  });
});

// Some rules ask for a token; the real call may carry it in either place, and so may the question.
test.each<[string, Record<string, unknown>, Record<string, string>, string]>([
  ['in the body', { clientToken: 'a'.repeat(40) }, {}, 'allow'],
  ['in the header', {}, { 'idempotency-key': 'abc' }, 'allow'],
  ['nowhere', {}, {}, 'deny'],
])('a client token %s', async (_name, members, headers, effect) => {
  const policy = await policyFile(
    undefined,
    JSON.stringify({
      revision: 'tokens',
      rules: { 'client-token-is-given': { enforcement: 'deny' } },
      teams: { payments: { principals: [PAYMENTS.arn], agents: [AGENT] } },
    }),
  );
  const body = creation(group(members));
  const request = { method: 'POST', target: '/v1/policy/evaluations', body, headers };
  const reply = await askLambda({ ...service.config, policyFile: policy }, request);
  expect(reply.json.decision).toMatchObject({ effect });
});

test('503: without a policy there is no decision', async () => {
  const config = { ...service.config, policyFile: 'no-such-file' };
  const request = { method: 'POST', target: '/v1/policy/evaluations', body: creation() };
  expectProblem(await askLambda(config, request), 'POLICY_UNAVAILABLE', { retryAfter: '30' });
});

test('nothing is ever written, however often it is asked', async () => {
  const since = watch(service.bedrock);
  await Promise.all(Array.from({ length: 20 }, () => evaluate(creation(group({ clientToken: 'a'.repeat(40) })))));
  expect(since.calls()).toEqual([]);
});
