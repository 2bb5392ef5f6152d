/**
 * What somebody tries who is not allowed something: every way in, for every rule that there is, and what is left to learn of
 * other teams. Judged by Bedrock's own records: nothing was changed, and no change was asked for.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ActionGroupFunction } from '../../src/policy/request.ts';
import type { Example, Settings } from '../../src/policy/rule.ts';
import { RULES } from '../../src/policy/rules/index.ts';
import { type Got, raw } from '../local/gateway/gateway.ts';
import { AGENTS, type Ask, ask, behind, GROUPS, type Watch, watch, withoutIds } from '../support/ask.ts';
import { type Caller, STRANGER } from '../support/callers.ts';
import { AGENT, freshToken, group, LAMBDA, type Service, sharedService, startService } from '../support/service.ts';

const AWS_GROUPS = `/aws/agents/${AGENT}/agentversions/DRAFT/actiongroups`;

function expectNothing(since: Watch): void {
  expect(since.commits()).toEqual([]);
  expect(since.calls().filter((call) => !/^(Get|List)/.test(String(call)))).toEqual([]);
}

describe('each rule, on every way in', () => {
  // A team of its own for each example, with the example's settings.
  const examples = [...RULES].flatMap(([id, rule]) => rule.examples.map((example) => ({ id, rule, example })));
  const callers = examples.map((_, index): Caller => {
    const name = `example-${index}`;
    const arn = `arn:aws:iam::111122223333:role/${name}`;
    return { accessKeyId: `AKIDEXAMPLE${index}`, secretAccessKey: name, arn };
  });
  const teams = examples.map(({ id, example }, index) => [
    `example-${index}`,
    {
      principals: [callers[index]!.arn],
      agents: [AGENT],
      rules: { [id]: { enforcement: 'deny', ...example.settings } },
    },
  ]);

  let service: Service;
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'policy-'));
    const policy = join(directory, 'policy.yaml');
    await writeFile(policy, JSON.stringify({ revision: 'evasions', teams: Object.fromEntries(teams) }));
    service = await startService({ policy, env: { LOCAL_PRINCIPALS: JSON.stringify(callers) } });
  });
  beforeEach(() => service.reset());
  afterAll(async () => {
    await service.close();
    await rm(directory, { recursive: true });
  });

  /** The example's group as a request carries it. */
  const bodyOf = ({ actionGroup }: Example<Settings>) => ({
    actionGroupName: 'forbidden',
    ...actionGroup,
    ...(actionGroup?.functionSchema?.functions === undefined
      ? {}
      : { functionSchema: { functions: actionGroup.functionSchema.functions.map(typed) } }),
  });
  /** Examples leave out what their rule does not look at, and requests may not. */
  const typed = (one: ActionGroupFunction) =>
    one.parameters === undefined
      ? one
      : {
          ...one,
          parameters: Object.fromEntries(
            Object.entries(one.parameters).map(([name, detail]) => [name, { type: 'string', ...(detail as object) }]),
          ),
        };

  /** Every request by which the example's group could come to be, or its deletion be done. */
  async function waysIn(operations: readonly string[], example: Example<Settings>): Promise<Ask[]> {
    const body = bodyOf(example);
    const name = encodeURIComponent(body.actionGroupName);
    const named = { name, there: (await behind(service).makeOf({ actionGroupName: 'there' })).id };
    const token = example.request?.clientTokenGiven === false ? {} : { clientToken: freshToken() };
    const skip = `skipResourceInUseCheck=${example.request?.skipResourceInUseCheck ?? true}`;
    const put = (target: string, headers = {}) => ({ method: 'PUT', target, body, headers });
    const options = ['', '?prepare=wait', '?dryRun=true', '?dryRun=true&prepare=wait'];
    const ways: Ask[] = [];
    if (operations.includes('CreateAgentActionGroup')) {
      const created = { ...body, ...token };
      ways.push(
        ...options.map((query) => ({ method: 'POST', target: `${GROUPS}${query}`, body: created })),
        ...options.map((query) => put(`${GROUPS}/by-name/${named.name}${query}`)),
        { method: 'PUT', target: `${AWS_GROUPS}/`, body: created },
        { method: 'PUT', target: AWS_GROUPS, body: created },
        { method: 'PUT', target: AWS_GROUPS.replace('/aws/', '/aws//'), body: created },
      );
    }
    if (operations.includes('UpdateAgentActionGroup')) {
      ways.push(
        ...options.map((query) => put(`${GROUPS}/${named.there}${query}`)),
        put(`${GROUPS}/${named.there}`, { 'if-match': '*' }),
        put(`${AWS_GROUPS}/${named.there}/`),
        put(`${AWS_GROUPS}/${named.there}`),
      );
    }
    if (operations.includes('DeleteAgentActionGroup')) {
      ways.push(
        ...['', '&prepare=wait', '&dryRun=true', '&disableFirst=true'].map((more) => ({
          method: 'DELETE',
          target: `${GROUPS}/${named.there}?${skip}${more}`,
        })),
        { method: 'DELETE', target: `${AWS_GROUPS}/${named.there}/?${skip}` },
      );
    }
    return ways;
  }

  /** Whether the answer is a denial by this rule; what no client may send at all is refused before. */
  function deniedBy(rule: string, { status, text }: Got): boolean {
    if (status === 400) return false;
    expect({ status, text }).toEqual({ status: 403, text: expect.stringContaining(rule) });
    return true;
  }

  /** Whether the service could be in the example's place: where its agents live is not the caller's to say. */
  function fits({ rule, example }: (typeof examples)[number]): boolean {
    const { agentAccount, agentRegion } = example.request ?? {};
    if (rule.examples.every(({ request }) => request?.agentAccount === undefined)) return true;
    return agentAccount === '111122223333' && agentRegion === service.config.region;
  }

  describe.each([...RULES.keys()])('%s', (id) => {
    const own = examples.map((each, index) => ({ ...each, as: callers[index]! })).filter((each) => each.id === id);

    test('denies wherever the group comes in', async () => {
      let denied = 0;
      for (const { rule, example, as } of own.filter((each) => fits(each) && each.example.verdict === 'denied')) {
        service.reset();
        const ways = await waysIn(rule.operations, example);
        const since = watch(service.bedrock);
        const replies = await Promise.all(ways.map((way) => ask(service, { ...way, as })));
        const denials = replies.map((reply) => deniedBy(id, reply));
        expect([example.name, new Set(denials).size]).toEqual([example.name, 1]);
        if (denials[0]) denied += 1;
        expectNothing(since);
      }
      expect(denied).toBeGreaterThan(0);
    });

    // Else a service that denies everything would pass.
    test('and lets pass what it allows', async () => {
      for (const { rule, example, as } of own.filter((each) => fits(each) && each.example.verdict === 'allowed')) {
        if (!rule.operations.includes(example.request?.operation ?? 'CreateAgentActionGroup')) continue;
        service.reset();
        const [way] = await waysIn(rule.operations, example);
        const reply = await ask(service, { ...way!, as });
        expect([example.name, reply.status === 403 ? reply.text : '']).toEqual([example.name, '']);
      }
    });
  });
});

const service = sharedService();
const { make } = behind(service);
const FOREIGN = LAMBDA.replace('agents-', 'other-');
const forbidden = group({ actionGroupName: 'forbidden', actionGroupExecutor: { lambda: FOREIGN } });
const allowed = group({ actionGroupName: 'forbidden' });

describe('no trick brings a forbidden group to Bedrock', () => {
  const text = JSON.stringify(forbidden);
  const [yes, no] = [JSON.stringify(LAMBDA), JSON.stringify(FOREIGN)];
  const executors = (...members: string[]) => `{"actionGroupName": "forbidden", ${members.join(', ')}}`;

  test.each<[string, (id: string) => Ask[]]>([
    [
      'a header that names another method',
      (id) =>
        ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', '_method'].flatMap((name) => [
          { method: 'GET', target: GROUPS, headers: { [name]: 'POST' }, body: forbidden },
          { method: 'POST', target: `${GROUPS}/${id}`, headers: { [name]: 'PUT' }, body: forbidden },
          { method: 'GET', target: `${GROUPS}/${id}`, headers: { [name]: 'PUT' }, body: forbidden },
          { method: 'POST', target: `${AWS_GROUPS}/`, headers: { [name]: 'PUT' }, body: forbidden },
        ]),
    ],
    [
      'a method that the operation has not',
      (id) => [
        ...['PUT', 'PATCH', 'post', 'LINK', 'TRACE'].map((method) => ({ method, target: GROUPS, body: forbidden })),
        ...['POST', 'PATCH', 'put'].map((method) => ({ method, target: `${GROUPS}/${id}`, body: forbidden })),
        ...['POST', 'PATCH', 'put'].map((method) => ({ method, target: `${AWS_GROUPS}/${id}/`, body: forbidden })),
      ],
    ],
    [
      'a path that reads differently to two readers',
      (id) =>
        [
          `/${GROUPS}`,
          `${GROUPS}//`,
          `/v1/../v1${GROUPS.slice(3)}`,
          `/v1/%2e%2e/v1${GROUPS.slice(3)}`,
          GROUPS.toUpperCase(),
          GROUPS.replace('agents', '%61gents'),
          `${GROUPS};a=b`,
          `${GROUPS}%3FdryRun=true`,
          `${GROUPS}#x`,
          `${GROUPS}/by-name/forbidden/..`,
          `/prod${GROUPS}`,
          `${GROUPS}/${id}/../${id}`,
        ].flatMap((target) => ['POST', 'PUT'].map((method) => ({ method, target, body: forbidden }))),
    ],
    [
      'a path of the AWS protocol that does',
      (id) =>
        [
          `/aws/aws${AWS_GROUPS.slice(4)}/`,
          `/aws/..${AWS_GROUPS}/`,
          `/aws/%2e%2e${AWS_GROUPS}/`,
          `/AWS${AWS_GROUPS.slice(4)}/`,
          `/aws/%61gents${AWS_GROUPS.slice(11)}/`,
          `${AWS_GROUPS}%2F`,
          `${AWS_GROUPS}/${id}%2f`,
          `${AWS_GROUPS}/;/`,
          `//aws${AWS_GROUPS.slice(4)}/`,
          `/v1/aws${AWS_GROUPS.slice(4)}/`,
          `/_emulator/faults`,
        ].flatMap((target) => ['PUT', 'POST'].map((method) => ({ method, target, body: forbidden }))),
    ],
    [
      'a version that is not DRAFT',
      () => [
        ...['1', 'draft', 'DRAFT%20', '%44RAFT'].map((version) => ({
          method: 'POST',
          target: GROUPS.replace('DRAFT', version),
          body: forbidden,
        })),
        { method: 'PUT', target: `${AWS_GROUPS.replace('DRAFT', '1')}/`, body: forbidden },
      ],
    ],
    [
      'a member given twice, spelt in two ways',
      () =>
        [
          executors(`"actionGroupExecutor": {"lambda": ${yes}}`, `"actionGroupExecutor": {"lambda": ${no}}`),
          executors(`"actionGroupExecutor": {"lambda": ${no}}`, `"actionGroupExecutor": {"lambda": ${yes}}`),
          executors(`"actionGroupExecutor": {"lambda": ${yes}, "lambda": ${no}}`),
          executors(`"actionGroupExecutor": {"lambda": ${yes}, "l\\u0061mbda": ${no}}`),
          executors(`"actionGroupExecutor": {"lambda": ${yes}}`, `"ActionGroupExecutor": {"lambda": ${no}}`),
          executors(`"__proto__": {"actionGroupExecutor": {"lambda": ${no}}}`),
          executors(`"constructor": {"prototype": {"actionGroupExecutor": {"lambda": ${no}}}}`),
          executors(`"actionGroupExecutor": {"lambda": ${yes}, "customControl": "RETURN_CONTROL"}`),
          executors(`"actionGroupExecutor": {"lambda": [${yes}, ${no}]}`),
          executors(`"actionGroupExecutor": [{"lambda": ${no}}]`),
          executors(`"actionGroupExecutor": ${JSON.stringify(`{"lambda": ${no}}`)}`),
          `[${text}]`,
          JSON.stringify({ agentActionGroup: forbidden }),
          `${JSON.stringify(allowed)}${text}`,
          `${JSON.stringify(allowed)}\n${text}`,
        ].flatMap((body) => [
          { method: 'POST', target: GROUPS, body },
          { method: 'PUT', target: `${GROUPS}/by-name/forbidden`, body },
          { method: 'PUT', target: `${AWS_GROUPS}/`, body },
        ]),
    ],
    [
      'an ARN that is spelt in another way',
      () =>
        [
          `${LAMBDA}\u0000${FOREIGN}`,
          ` ${FOREIGN}`,
          `${FOREIGN}\n`,
          FOREIGN.replace('function:', 'FUNCTION:'),
          FOREIGN.replace('other-', 'agents\u2010'),
          FOREIGN.replace('other-', '%61gents-'),
          FOREIGN.replace('other-', '../agents-'),
          LAMBDA.replace('111122223333', '111122223333:function:agents-:999922223333'),
          LAMBDA.replace('aws', 'aws-cn'),
          LAMBDA.replace('us-east-1', 'us-east-1\t'),
        ].flatMap((lambda) => {
          const body = { ...forbidden, actionGroupExecutor: { lambda } };
          return [
            { method: 'POST', target: GROUPS, body },
            { method: 'PUT', target: `${AWS_GROUPS}/`, body },
          ];
        }),
    ],
    [
      'a body in another encoding, or by another name',
      () =>
        (
          [
            { body: Buffer.from(text, 'utf16le'), headers: { 'content-type': 'application/json; charset=utf-16le' } },
            { body: text, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
            { body: text, headers: { 'content-type': 'application/x-amz-json-1.1' } },
            { body: text, headers: { 'content-encoding': 'gzip' } },
            { body: Buffer.from(text).toString('base64'), headers: {} },
            { body: `\ufeff${text}`, headers: {} },
            { body: `)]}'\n${text}`, headers: {} },
          ] as { body: string | Buffer; headers: Record<string, string> }[]
        ).flatMap((sent) => [
          { method: 'POST', target: GROUPS, ...sent },
          { method: 'PUT', target: `${AWS_GROUPS}/`, ...sent },
        ]),
    ],
    [
      'what the policy looks at, in the query or in a header',
      (id) =>
        [
          '?dryRun=false&dryRun=true',
          '?dryRun=true&dryRun=false',
          '?dryRun=',
          '?DRYRUN=true',
          '?actionGroupName=other',
          '?agentId=TRAVEL2345',
          '?team=platform',
          '?policy=off',
          '?prepare=wait&prepare=none',
        ].flatMap((query) => [
          { method: 'POST', target: `${GROUPS}${query}`, body: forbidden },
          { method: 'PUT', target: `${AWS_GROUPS}/${query}`, body: forbidden },
          { method: 'PUT', target: `${GROUPS}/${id}${query}`, body: forbidden },
        ]),
    ],
    [
      'a caller who says to be another',
      () =>
        Object.entries({
          'x-amzn-caller': 'arn:aws:iam::111122223333:role/platform-ci',
          'x-forwarded-user': 'platform-ci',
          'x-portcullis-team': 'platform',
          'x-original-url': `${GROUPS}?dryRun=true`,
          'x-rewrite-url': '/health',
          'x-amz-security-token': 'arn:aws:iam::111122223333:role/platform-ci',
          'x-amz-target': 'AmazonBedrockAgent.CreateAgentActionGroup',
          'user-agent': 'platform-ci',
          forwarded: 'for=127.0.0.1;host=bedrock',
        }).flatMap(([name, value]) => [
          { method: 'POST', target: GROUPS, headers: { [name]: value }, body: forbidden },
          { method: 'PUT', target: `${AWS_GROUPS}/`, headers: { [name]: value }, body: forbidden },
        ]),
    ],
    [
      'a condition, or a wish to be prepared',
      (id) =>
        [
          { 'if-match': '*' },
          { 'if-none-match': '*' },
          { 'idempotency-key': 'abc' },
          { prefer: 'handling=lenient' },
          { expect: '100-continue' },
        ].flatMap((headers) =>
          [`${GROUPS}/${id}?prepare=wait`, `${GROUPS}/by-name/forbidden?prepare=start`, `${AWS_GROUPS}/${id}/`].map(
            (target) => ({ method: 'PUT', target, headers: headers as never, body: forbidden }),
          ),
        ),
    ],
  ])('%s', async (_name, tricks) => {
    const { id } = await make();
    const since = watch(service.bedrock);
    for (const trick of tricks(id)) {
      const reply = await ask(service, trick).catch((error: NodeJS.ErrnoException) => error.code);
      // Reading is nothing forbidden; what was meant to write is refused, or no HTTP at all.
      if (typeof reply === 'object' && trick.method !== 'GET')
        expect([trick, reply.status >= 400]).toEqual([trick, true]);
    }
    expectNothing(since);
  });

  test.each([
    [
      'a length and chunks',
      (host: string) => [
        `POST ${GROUPS} HTTP/1.1`,
        host,
        'Content-Type: application/json',
        'Content-Length: 4',
        'Transfer-Encoding: chunked',
      ],
    ],
    [
      'two lengths',
      (host: string) => [
        `POST ${GROUPS} HTTP/1.1`,
        host,
        'Content-Type: application/json',
        'Content-Length: 4',
        `Content-Length: ${text.length}`,
      ],
    ],
    [
      'a line that is folded',
      (host: string) => [
        `POST ${GROUPS} HTTP/1.1`,
        host,
        'Content-Type: application/json',
        'X-A: b',
        ' Content-Length: 0',
        `Content-Length: ${text.length}`,
      ],
    ],
    [
      'the whole address',
      (host: string) => [
        `POST http://bedrock-agent.us-east-1.amazonaws.com${GROUPS} HTTP/1.1`,
        host,
        'Content-Type: application/json',
        `Content-Length: ${text.length}`,
      ],
    ],
    [
      'an old protocol',
      (host: string) => [
        `POST ${GROUPS} HTTP/1.0`,
        host,
        'Content-Type: application/json',
        `Content-Length: ${text.length}`,
      ],
    ],
  ])('a request that two servers would cut in two places: %s', async (_name, head) => {
    const port = Number(new URL(service.url).port);
    const since = watch(service.bedrock);
    const answer = await raw(port, [...head(`Host: localhost:${port}`), 'Connection: close', '', text].join('\r\n'));
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expectNothing(since);
  });
});

describe("another team's agent cannot be told apart from one that there is not", () => {
  const THEIRS = 'TRAVEL2345';
  const ABSENT = 'NOSUCHAGNT';
  const evaluation = (operation: string, agentId: string) => ({
    operation,
    agentId,
    agentVersion: 'DRAFT',
    actionGroupId: 'GROUP12345',
    actionGroup: group(),
  });

  const rest = (agentId: string) => `${AGENTS}/${agentId}/versions/DRAFT/action-groups`;
  const aws = (agentId: string) => `/aws/agents/${agentId}/agentversions/DRAFT/actiongroups/`;
  const REQUESTS: readonly [string, (agentId: string, id: string) => Ask][] = [
    ['create', (agentId) => ({ method: 'POST', target: rest(agentId), body: group() })],
    ['create, dry', (agentId) => ({ method: 'POST', target: `${rest(agentId)}?dryRun=true`, body: group() })],
    ['list', (agentId) => ({ method: 'GET', target: rest(agentId) })],
    ['read', (agentId, id) => ({ method: 'GET', target: `${rest(agentId)}/${id}` })],
    ['update', (agentId, id) => ({ method: 'PUT', target: `${rest(agentId)}/${id}`, body: group() })],
    [
      'update under a condition',
      (agentId, id) => ({
        method: 'PUT',
        target: `${rest(agentId)}/${id}`,
        body: group(),
        headers: { 'if-match': '*' },
      }),
    ],
    ['put', (agentId) => ({ method: 'PUT', target: `${rest(agentId)}/by-name/bookings`, body: group() })],
    ['delete', (agentId, id) => ({ method: 'DELETE', target: `${rest(agentId)}/${id}?disableFirst=true` })],
    ['prepare', (agentId) => ({ method: 'POST', target: `${AGENTS}/${agentId}/prepare?wait=true` })],
    ['read the agent', (agentId) => ({ method: 'GET', target: `${AGENTS}/${agentId}` })],
    ...[
      'CreateAgentActionGroup',
      'UpdateAgentActionGroup',
      'DeleteAgentActionGroup',
      'GetAgentActionGroup',
      'ListAgentActionGroups',
      'PrepareAgent',
      'GetAgent',
    ].map((operation): [string, (agentId: string) => Ask] => [
      `evaluate ${operation}`,
      (agentId) => ({ method: 'POST', target: '/v1/policy/evaluations', body: evaluation(operation, agentId) }),
    ]),
    ['AWS create', (agentId) => ({ method: 'PUT', target: aws(agentId), body: group() })],
    ['AWS list', (agentId) => ({ method: 'POST', target: aws(agentId), body: {} })],
    ['AWS read', (agentId, id) => ({ method: 'GET', target: `${aws(agentId)}${id}/` })],
    ['AWS update', (agentId, id) => ({ method: 'PUT', target: `${aws(agentId)}${id}/`, body: group() })],
    ['AWS delete', (agentId, id) => ({ method: 'DELETE', target: `${aws(agentId)}${id}/` })],
    ['AWS prepare', (agentId) => ({ method: 'POST', target: `/aws/agents/${agentId}/` })],
    ['AWS read the agent', (agentId) => ({ method: 'GET', target: `/aws/agents/${agentId}/` })],
  ];

  test.each(REQUESTS)('%s', async (_name, request) => {
    const { id } = await make({}, THEIRS);
    const since = watch(service.bedrock);
    for (const caller of [{}, { as: STRANGER }]) {
      const answers = [];
      for (const [agentId, groupId] of [
        [THEIRS, id],
        [THEIRS, 'GROUP12345'],
        [ABSENT, id],
        [ABSENT, 'GROUP12345'],
      ] as const) {
        const reply = await ask(service, { ...request(agentId, groupId), ...caller });
        expect(reply.text).toMatch(/caller-(manages-agent|is-in-one-team)/);
        answers.push(withoutIds(reply, agentId, groupId));
      }
      expect(new Set(answers).size).toBe(1);
    }
    expect(since.calls()).toEqual([]);
  });
});
