/**
 * The contract of `POST …/action-groups`, by status. Long because it is the operation's whole contract; what only an attacker
 * or a broken client sends is in `create-action-group.hostile.test.ts`.
 */

import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetAgentActionGroupCommand } from '@aws-sdk/client-bedrock-agent';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { RULES } from '../../src/policy/rules/index.ts';
import { clientOf } from '../local/bedrock/support.ts';
import type { Got } from '../local/gateway/gateway.ts';
import { DEMO, IN_TWO_TEAMS, PAYMENTS_DEPLOY, PLATFORM, STRANGER, TRAVEL } from '../support/callers.ts';
import { eventOf, invoke } from '../support/invoke.ts';
import { expectProblem, oursOf } from '../support/problem.ts';
import {
  AGENT,
  freshToken,
  group,
  ISO_TIME,
  LAMBDA,
  NOWHERE,
  POLICY,
  type Post,
  sharedService,
  startService,
  UUID,
} from '../support/service.ts';
import { EVERY_PARAMETER, OPENAPI } from './every-parameter.ts';

const service = sharedService();

/** The SDK sends a call three times. */
const EVERY_ATTEMPT = 3;
const CREATE = 'CreateAgentActionGroup';

/** The whole answer to a creation of `asked`, with `shown` where Bedrock answers under another name. */
function expectCreated(reply: Got, asked: Record<string, unknown>, shown: Record<string, unknown> = {}): void {
  const { parentActionGroupSignature, ...answered } = asked;
  expect(reply.json).toEqual({
    agentActionGroup: {
      agentId: AGENT,
      agentVersion: 'DRAFT',
      actionGroupId: expect.stringMatching(/^[0-9A-Z]{10}$/),
      actionGroupState: 'ENABLED',
      createdAt: expect.stringMatching(ISO_TIME),
      updatedAt: expect.stringMatching(ISO_TIME),
      ...(parentActionGroupSignature === undefined ? {} : { parentActionSignature: parentActionGroupSignature }),
      ...answered,
      ...shown,
    },
  });
  const { agentId, actionGroupId } = reply.json.agentActionGroup;
  expect({ status: reply.status, ...oursOf(reply) }).toEqual({
    status: 201,
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-request-id': expect.stringMatching(UUID),
    'x-decision-id': expect.stringMatching(UUID),
    location: `/v1/agents/${agentId}/versions/DRAFT/action-groups/${actionGroupId}`,
    'retry-after': undefined,
    'idempotent-replayed': undefined,
  });
}

/** The first answer again: equal but for its ids and the header that says so. */
function expectReplay(reply: Got, first: Got): void {
  expect(reply.json).toEqual(first.json);
  expect({ status: reply.status, ...oursOf(reply) }).toEqual({
    status: 201,
    ...oursOf(first),
    'x-request-id': expect.stringMatching(UUID),
    'x-decision-id': expect.stringMatching(UUID),
    'idempotent-replayed': 'true',
  });
  expect(reply.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
  expect(reply.headers['x-decision-id']).not.toBe(first.headers['x-decision-id']);
}

/** Ids differ from answer to answer; everything else of two answers can be compared. */
function withoutIds(reply: Got): unknown {
  const { requestId: _request, decisionId: _decision, ...body } = reply.json;
  return { ...oursOf(reply), 'x-request-id': '', 'x-decision-id': '', status: reply.status, body };
}

const nothingWasSent = () => expect(service.bedrock.requests).toEqual([]);
const nothingWasMade = () => expect(service.bedrock.ledger).toEqual([]);

describe('201', () => {
  test('the group is made, and answered as Bedrock answers it', async () => {
    const reply = await service.post(group());
    expectCreated(reply, group());
    expect(service.bedrock.ledger).toMatchObject([
      { operation: CREATE, agentId: AGENT, actionGroupId: reply.json.agentActionGroup.actionGroupId, name: 'bookings' },
    ]);
  });

  const saysNothingOfRequired = { guests: { description: 'How many.', type: 'integer' } };
  test.each<(typeof EVERY_PARAMETER)[number]>([
    ...EVERY_PARAMETER,
    [
      'a parameter that leaves out required',
      group({ functionSchema: { functions: [{ name: 'book', parameters: saysNothingOfRequired }] } }),
    ],
  ])('%s reaches Bedrock, comes back, and comes back again', async (_name, asked, as) => {
    const wanted = as && { as };
    const clientToken = freshToken();
    const body = { ...asked, clientToken };
    const first = await service.post(body, wanted);
    expectCreated(first, JSON.parse(JSON.stringify(body)));

    // What Bedrock holds is what was asked for; the token alone is this service's own.
    const { actionGroupId } = first.json.agentActionGroup;
    const bedrock = clientOf(service.bedrock.url);
    const held = await bedrock.send(
      new GetAgentActionGroupCommand({ agentId: AGENT, agentVersion: 'DRAFT', actionGroupId }),
    );
    const shown = JSON.parse(JSON.stringify(held.agentActionGroup));
    expect({ ...shown, clientToken }).toEqual(first.json.agentActionGroup);

    // A replay has stored no more than the id, the state and two times.
    expectReplay(await service.post(body, wanted), first);
    expect(service.bedrock.ledger).toHaveLength(1);
  });

  test.each([
    ['clientToken', (token: string) => ({ clientToken: token }), () => ({})],
    ['Idempotency-Key, bare', () => ({}), (token: string) => ({ 'idempotency-key': token })],
    ['Idempotency-Key, quoted', () => ({}), (token: string) => ({ 'Idempotency-Key': `"${token}"` })],
    ['both', (token: string) => ({ clientToken: token }), (token: string) => ({ 'idempotency-key': token })],
    [
      'both, one quoted',
      (token: string) => ({ clientToken: token }),
      (token: string) => ({ 'idempotency-key': `"${token}"` }),
    ],
  ])('a token carried by %s makes the repeat a replay', async (_name, inBody, inHeaders) => {
    const token = freshToken();
    const request = [group(inBody(token)), { headers: inHeaders(token) }] as const;
    const first = await service.post(...request);
    expectCreated(first, group({ clientToken: token }));
    expectReplay(await service.post(...request), first);
    expect(service.bedrock.requests).toHaveLength(1);
  });

  test('a key shorter than any clientToken is a key all the same', async () => {
    const key = freshToken().slice(0, 8);
    const first = await service.post(group(), { headers: { 'idempotency-key': key } });
    expectReplay(await service.post(group(), { headers: { 'idempotency-key': `"${key}"` } }), first);
  });

  test('header and body carry the same token: a retry may change the carrier', async () => {
    const clientToken = freshToken();
    const first = await service.post(group({ clientToken }));
    expectReplay(await service.post(group(), { headers: { 'idempotency-key': clientToken } }), first);
  });

  test('the same request in another order and spacing is the same request', async () => {
    const body = group({ clientToken: freshToken(), description: 'Books tables.' });
    const first = await service.post(body);
    const respelt = JSON.stringify(Object.fromEntries(Object.entries(body).reverse()), undefined, 4);
    expectReplay(await service.post(respelt), first);
  });

  test('a colleague in the same team, with the same token, is answered the same', async () => {
    const body = group({ clientToken: freshToken() });
    const first = await service.post(body);
    expectReplay(await service.post(body, { as: PAYMENTS_DEPLOY }), first);
  });

  test('without a token two requests are two requests', async () => {
    await service.post(group({ actionGroupName: 'first' }));
    await service.post(group({ actionGroupName: 'second' }));
    expect(service.bedrock.ledger.map(({ name }) => name)).toEqual(['first', 'second']);
  });

  test.each([
    ['given', { clientToken: freshToken() }],
    ['not given', {}],
  ])("Bedrock never sees the caller's token: %s", async (_name, members) => {
    await service.post(group(members));
    expect(service.bedrock.ledger).toEqual([
      expect.objectContaining({ clientToken: expect.stringMatching(/^[0-9a-f]{64}$/) }),
    ]);
  });

  // One role makes all calls: with a raw token one team would be given the other's group.
  test('another team with the same token gets its own group, on the same agent', async () => {
    const clientToken = freshToken();
    const ours = await service.post(group({ clientToken }));
    const theirs = await service.post(group({ clientToken, actionGroupName: 'trips' }), { as: TRAVEL });
    expectCreated(ours, group({ clientToken }));
    expectCreated(theirs, group({ clientToken, actionGroupName: 'trips' }));
    expect(theirs.json.agentActionGroup.actionGroupId).not.toBe(ours.json.agentActionGroup.actionGroupId);
    expect(new Set(service.bedrock.ledger.map((commit) => commit.clientToken)).size).toBe(2);
  });

  test('another agent with the same token gets its own group', async () => {
    const body = group({ clientToken: freshToken() });
    await service.post(body, { as: TRAVEL });
    expectCreated(await service.post(body, { as: TRAVEL, agentId: 'TRAVEL2345' }), { ...body, agentId: 'TRAVEL2345' });
    expect(service.bedrock.ledger.map(({ agentId }) => agentId)).toEqual([AGENT, 'TRAVEL2345']);
  });

  test.each(['same-group', 'no-group', 'name-taken', 'different-group'] as const)(
    'an answer that was lost costs no second group, when Bedrock answers a repeated token with: %s',
    async (tokenRepeat) => {
      service.bedrock.configure({ tokenRepeat });
      service.bedrock.fault({ kind: 'drop', when: 'after-commit', operation: CREATE });
      const body = group({ clientToken: freshToken() });
      const first = await service.post(body);
      expect(service.bedrock.ledger).toHaveLength(1);
      expect(first.json.agentActionGroup.actionGroupId).toBe(service.bedrock.ledger[0]!.actionGroupId);
      expectCreated(first, body);
      expectReplay(await service.post(body), first);
    },
  );

  test.each([
    ['a parameter', 'application/json; charset=utf-8'],
    ['a suffix', 'application/vnd.acme.action-group+json'],
    ['capitals', 'Application/JSON'],
  ])('JSON by another content type is JSON: %s', async (_name, contentType) => {
    const reply = await service.post(group(), { headers: { 'content-type': contentType } });
    expect(reply.status).toBe(201);
  });

  test('a trailing slash in the path leaves no trace in Location', async () => {
    const reply = await service.post(group(), { query: '/' });
    expectCreated(reply, group());
  });
});

describe('201, with warnings', () => {
  test('a rule that only warns lets the group through, says so in the body and counts it in a header', async () => {
    const shell = { actionGroupName: 'shell', parentActionGroupSignature: 'ANTHROPIC.Bash' };
    const reply = await service.post(shell, { as: DEMO, agentId: 'DEMOAGENT1' });
    expect(reply.status).toBe(201);
    expect(reply.json.warnings).toMatchObject([
      { rule: 'signature-is-allowed', pointer: '/parentActionGroupSignature', fix: expect.any(String) },
    ]);
    expect(reply.headers['x-policy-warnings']).toBe('1');
  });
});

describe('200, for a dry run', () => {
  const dry = { query: '?dryRun=true' };

  test('the decision is answered, and nothing happens', async () => {
    const reply = await service.post(group(), dry);
    expect(reply.json).toEqual({
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
    expect({ status: reply.status, ...oursOf(reply) }).toEqual({
      status: 200,
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-request-id': expect.stringMatching(UUID),
      'x-decision-id': expect.stringMatching(UUID),
      'retry-after': undefined,
      location: undefined,
      'idempotent-replayed': undefined,
    });
    expect(service.bedrock.ledger).toEqual([]);
    expect(service.bedrock.requests.map(({ operation }) => operation)).toEqual(['ListAgentActionGroups']);
  });

  test('it meets what the real call would meet: a taken name, a token spent on another body', async () => {
    const clientToken = freshToken();
    const first = group({ clientToken });
    expectCreated(await service.post(first), first);
    expectProblem(await service.post(group(), dry), 'NAME_TAKEN', { decided: true });
    expectProblem(await service.post(group({ clientToken, description: 'Other.' }), dry), 'IDEMPOTENCY_KEY_REUSED', {
      decided: true,
    });
    expect((await service.post(first, dry)).json.decision).toMatchObject({ effect: 'allow' });
    expect(service.bedrock.ledger).toHaveLength(1);
  });

  test('an earlier try with the token, of which nobody knew the outcome, stands in no way: the real call finds its group', async () => {
    const body = group({ clientToken: freshToken() });
    service.bedrock.fault({ kind: 'drop', when: 'after-commit', operation: 'CreateAgentActionGroup', times: 3 });
    service.bedrock.fault({ kind: 'error', operation: 'ListAgentActionGroups', times: 3 });
    expect((await service.post(body)).json).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true });
    expect((await service.post(body, dry)).json.decision).toMatchObject({ effect: 'allow' });
    expectProblem(await service.post(group(), dry), 'NAME_TAKEN', { decided: true });
    expectCreated(await service.post(body), body);
    expect(service.bedrock.ledger).toHaveLength(1);
  });

  test('it spends no token: the real call may carry it, even with another body', async () => {
    const clientToken = freshToken();
    await service.post(group({ clientToken }), dry);
    const body = group({ clientToken, description: 'Changed after the dry run.' });
    expectCreated(await service.post(body), body);
  });

  test('a rule that only warns is shown in the decision', async () => {
    const shell = { actionGroupName: 'shell', parentActionGroupSignature: 'ANTHROPIC.Bash' };
    const reply = await service.post(shell, { ...dry, as: DEMO, agentId: 'DEMOAGENT1' });
    expect(reply.json.decision).toMatchObject({
      effect: 'allow',
      violations: [],
      warnings: [{ rule: 'signature-is-allowed', pointer: '/parentActionGroupSignature' }],
    });
  });

  test.each<[string, unknown, Post]>([
    ['a denial', group({ actionGroupExecutor: { lambda: LAMBDA.replace('agents-', 'other-') } }), {}],
    [
      'a denial with a token',
      { actionGroupName: 'x', parentActionGroupSignature: 'ANTHROPIC.Bash', clientToken: freshToken() },
      {},
    ],
    ["another team's agent", group(), { agentId: 'TRAVEL2345' }],
    ['no team', group(), { as: STRANGER }],
    ['invalid members', group({ actionGroupName: 'no spaces', state: 'ENABLED' }), {}],
    ['malformed JSON', '{', {}],
    ['no JSON', 'a=b', { headers: { 'content-type': 'text/plain' } }],
  ])('where the real call is refused, the dry run is refused alike: %s', async (_name, body, wanted) => {
    const real = await service.post(body, wanted);
    const tried = await service.post(body, { ...wanted, ...dry });
    expect(withoutIds(tried)).toEqual(withoutIds(real));
    expect(tried.status).toBeGreaterThanOrEqual(400);
    nothingWasSent();
  });
});

describe('400', () => {
  test('every fault of path, query, header and body is in one answer', async () => {
    const body = group({ actionGroupName: 'no spaces', descripton: 'Books.', actionGroupState: 'enabled' });
    const reply = await service.post(body, {
      agentId: 'AGENT',
      agentVersion: '1',
      query: '?dryrun=true',
      headers: { 'idempotency-key': '"' },
    });
    expectProblem(reply, 'INVALID_REQUEST', {
      detail: expect.stringMatching(/^7 things to mend\. The first: /),
      errors: [
        { pointer: 'path:agentId', message: expect.any(String), fix: expect.any(String) },
        { pointer: 'path:agentVersion', message: expect.any(String), fix: expect.any(String) },
        {
          pointer: 'query:dryrun',
          message: expect.any(String),
          fix: expect.stringMatching(/^Did you mean `dryRun`\?/),
        },
        { pointer: 'header:Idempotency-Key', message: expect.any(String), fix: expect.any(String) },
        { pointer: '/actionGroupName', message: expect.any(String), fix: expect.any(String) },
        { pointer: '/actionGroupState', message: expect.any(String), fix: expect.stringMatching(/"ENABLED"/) },
        { pointer: '/descripton', message: expect.any(String), fix: expect.stringMatching(/`description`/) },
      ],
    });
    nothingWasSent();
  });

  const none = {};
  test.each<[string, unknown, Post, string]>([
    ['a member that is unknown', group({ tags: {} }), none, '/tags'],
    ['a member that is misspelt', group({ actiongroupState: 'ENABLED' }), none, '/actiongroupState'],
    [
      'an unknown member far inside',
      group({ functionSchema: { functions: [{ name: 'a', parameters: { b: { type: 'string', default: 'c' } } }] } }),
      none,
      '/functionSchema/functions/0/parameters/b/default',
    ],
    [
      "Bedrock's name for the signature in answers",
      { actionGroupName: 'a', parentActionSignature: 'AMAZON.UserInput' },
      none,
      '/parentActionSignature',
    ],
    ['null for absent', group({ description: null }), none, '/description'],
    ['a list instead of an object', [], none, ''],
    ['a bare string', '"bookings"', none, ''],
    [
      'a signature with a description',
      { actionGroupName: 'a', parentActionGroupSignature: 'AMAZON.UserInput', description: 'b' },
      none,
      '/description',
    ],
    ['two schemas', group({ apiSchema: { payload: OPENAPI } }), none, '/functionSchema'],
    [
      'two executors',
      group({ actionGroupExecutor: { lambda: LAMBDA, customControl: 'RETURN_CONTROL' } }),
      none,
      '/actionGroupExecutor',
    ],
    [
      'an S3 schema without its bucket',
      { actionGroupName: 'a', apiSchema: { s3: { s3ObjectKey: 'b' } } },
      none,
      '/apiSchema/s3/s3BucketName',
    ],
    [
      'a schema that is not text',
      { actionGroupName: 'a', apiSchema: { payload: { openapi: '3.0.0' } } },
      none,
      '/apiSchema/payload',
    ],
    ['a token of 32 characters', group({ clientToken: 'a'.repeat(32) }), none, '/clientToken'],
    [
      'header and body that disagree',
      group({ clientToken: freshToken() }),
      { headers: { 'idempotency-key': freshToken() } },
      'header:Idempotency-Key',
    ],
    ['a key of 256 characters', group(), { headers: { 'idempotency-key': 'a'.repeat(256) } }, 'header:Idempotency-Key'],
    ['a key with a space', group(), { headers: { 'idempotency-key': 'a b' } }, 'header:Idempotency-Key'],
    ['an empty key', group(), { headers: { 'idempotency-key': '' } }, 'header:Idempotency-Key'],
    ['a parameter that is unknown', group(), { query: '?force=true' }, 'query:force'],
    ['a flag in capitals', group(), { query: '?dryRun=TRUE' }, 'query:dryRun'],
    ['an empty flag', group(), { query: '?dryRun' }, 'query:dryRun'],
    ['a flag twice', group(), { query: '?dryRun=true&dryRun=false' }, 'query:dryRun'],
    ['a parameter called __proto__', group(), { query: '?__proto__=true' }, 'query:__proto__'],
    ['a version that cannot be written', group(), { agentVersion: '1' }, 'path:agentVersion'],
  ])('%s is refused by name', async (_name, body, wanted, pointer) => {
    const reply = await service.post(body, wanted);
    expectProblem(reply, 'INVALID_REQUEST', {
      errors: [{ pointer, message: expect.any(String), fix: expect.any(String) }],
    });
    nothingWasSent();
  });

  test("what Bedrock refuses is told in Bedrock's words, with the cause that it hides in its field list", async () => {
    const payload = JSON.stringify({
      openapi: '3.0.0',
      paths: { '/book': { post: { operationId: 'book', responses: {} } } },
    });
    const reply = await service.post({ actionGroupName: 'bookings', apiSchema: { payload } });
    const message = 'Failed to create OpenAPI 3 model from the JSON/YAML object that you provided for action: bookings';
    expectProblem(reply, 'UPSTREAM_INVALID', {
      decided: true,
      detail: `Bedrock refuses the request: ${message}`,
      errors: [
        { pointer: 'APISchemaException', message: "'description' is missing for path: /book", fix: expect.any(String) },
      ],
      upstream: {
        error: 'ValidationException',
        message,
        requestId: service.bedrock.requests[0]!.requestId,
        status: 400,
      },
    });
    nothingWasMade();
  });

  test('what was refused is not remembered: the mended request may carry the same token', async () => {
    const clientToken = freshToken();
    expect((await service.post(group({ clientToken, actionGroupName: '' }))).status).toBe(400);
    expect(
      (await service.post({ actionGroupName: 'a', clientToken, apiSchema: { payload: 'no schema' } })).status,
    ).toBe(400);
    expectCreated(await service.post(group({ clientToken })), group({ clientToken }));
  });
});

describe('403', () => {
  const found = (rule: string, pointer: string, allowed?: unknown) => ({
    rule,
    pointer,
    message: expect.any(String),
    ...(allowed === undefined ? {} : { allowed }),
    fix: expect.any(String),
  });
  const foreignLambda = found('lambda-arn-has-required-prefix', '/actionGroupExecutor/lambda', [
    'arn:aws:lambda:us-east-1:111122223333:function:agents-',
  ]);
  const foreignBucket = found('s3-schema-is-in-allowed-bucket', '/apiSchema/s3/s3BucketName', ['acme-agent-schemas']);

  test('a denial shows every violation with its remedy', async () => {
    const reply = await service.post(
      {
        actionGroupName: 'bookings',
        actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:999922223333:function:agents-book' },
        apiSchema: { s3: { s3BucketName: 'elsewhere', s3ObjectKey: 'a.json' } },
      },
      { agentId: 'TRAVEL2345' },
    );
    expectProblem(reply, 'POLICY_DENIED', {
      decided: true,
      detail:
        'Denied by caller-manages-agent, lambda-arn-has-required-prefix, s3-schema-is-in-allowed-bucket.' +
        ' Every violation is listed with its remedy. The first: The agent TRAVEL2345 is not one of team payments. ' +
        'Check the agent id, or ask the policy owners to give the agent to the team.',
      errors: [found('caller-manages-agent', '', [AGENT]), foreignLambda, foreignBucket],
    });
    nothingWasSent();
  });

  test.each<[string, Record<string, unknown>, ReturnType<typeof found>]>([
    [
      'a Lambda function of another account',
      group({ actionGroupExecutor: { lambda: LAMBDA.replace('111122223333', '999922223333') } }),
      foreignLambda,
    ],
    [
      'a Lambda function in another region',
      group({ actionGroupExecutor: { lambda: LAMBDA.replace('us-east-1', 'us-west-2') } }),
      foreignLambda,
    ],
    [
      'a Lambda function by another name',
      group({ actionGroupExecutor: { lambda: LAMBDA.replace('agents-', 'Agents-') } }),
      foreignLambda,
    ],
    [
      'return of control',
      group({ actionGroupExecutor: { customControl: 'RETURN_CONTROL' } }),
      found('return-control-is-allowed', '/actionGroupExecutor/customControl', []),
    ],
    [
      'a schema in a strange bucket',
      { actionGroupName: 'a', apiSchema: { s3: { s3BucketName: 'elsewhere', s3ObjectKey: 'b' } } },
      foreignBucket,
    ],
    [
      'a signature',
      { actionGroupName: 'a', parentActionGroupSignature: 'ANTHROPIC.Bash' },
      found('signature-is-allowed', '/parentActionGroupSignature', ['AMAZON.UserInput', 'AMAZON.CodeInterpreter']),
    ],
  ])('%s that the policy does not allow', async (_name, body, violation) => {
    expectProblem(await service.post(body), 'POLICY_DENIED', { decided: true, errors: [violation] });
    nothingWasSent();
  });

  test("an absent agent and another team's look the same", async () => {
    const [theirs, absent] = await Promise.all(
      ['TRAVEL2345', 'NOSUCHAGNT'].map((agentId) => service.post(group(), { agentId })),
    );
    expectProblem(theirs!, 'POLICY_DENIED', { decided: true, errors: [found('caller-manages-agent', '', [AGENT])] });
    const unnamed = (reply: Got) => JSON.stringify(withoutIds(reply)).replaceAll(/TRAVEL2345|NOSUCHAGNT/g, 'AGENT');
    expect(unnamed(theirs!)).toBe(unnamed(absent!));
    nothingWasSent();
  });

  test.each([
    ['no team', STRANGER],
    ['two teams', IN_TWO_TEAMS],
  ])('a caller in %s learns nothing else of the policy', async (_name, as) => {
    const reply = await service.post(
      { actionGroupName: 'a', parentActionGroupSignature: 'ANTHROPIC.Bash', clientToken: freshToken() },
      { as },
    );
    expectProblem(reply, 'POLICY_DENIED', { decided: true, errors: [found('caller-is-in-one-team', '')] });
    expect(reply.text).not.toMatch(/payments'|travel'|agents-|acme/);
    nothingWasSent();
  });

  test('a withdrawn permission gets a denial, never the replay of an earlier answer', async () => {
    const body = group({ clientToken: freshToken() });
    expect((await service.post(body)).status).toBe(201);

    const directory = await mkdtemp(join(tmpdir(), 'policy-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const policy = join(directory, 'withdrawn.yaml');
    await writeFile(policy, 'revision: test.2\n');
    const reply = await invoke({ ...service.config, policyFile: policy }, eventWith(body));
    expectProblem(reply, 'POLICY_DENIED', {
      decided: true,
      detail: expect.stringContaining('If you sent this client token before, that request may have succeeded'),
      errors: [found('caller-is-in-one-team', '')],
    });
    expect(service.bedrock.requests).toHaveLength(1);
  });

  test('a denial is not remembered: once allowed, the same request with the same token is made', async () => {
    const clientToken = freshToken();
    const body = group({ clientToken, actionGroupExecutor: { customControl: 'RETURN_CONTROL' } });
    expect((await service.post(body)).status).toBe(403);
    expectCreated(await service.post(body, { as: TRAVEL }), body);
  });

  test('a rule that cannot judge denies, says so, and tells its cause to the log alone', async () => {
    const rule = vi.spyOn(RULES.get('signature-is-allowed')!, 'check').mockImplementation(() => {
      throw new TypeError('cause of the broken rule');
    });
    onTestFinished(() => rule.mockRestore());
    const reply = await service.post(group());
    expectProblem(reply, 'POLICY_DENIED', { decided: true, errors: [found('signature-is-allowed', '')] });
    expect(reply.text).not.toContain('cause of the broken rule');
    expect(service.lines.filter((line) => line.includes('cause of the broken rule'))).toHaveLength(1);
    nothingWasSent();
  });
});

describe('404', () => {
  test('an agent that Bedrock does not know, for a team that may touch every agent', async () => {
    const reply = await service.post(group(), { as: PLATFORM, agentId: 'NOSUCHAGNT' });
    const message = expect.stringContaining("Failed to retrieve resource because it doesn't exist.");
    expectProblem(reply, 'NOT_FOUND', {
      decided: true,
      detail: message,
      upstream: {
        error: 'ResourceNotFoundException',
        message,
        requestId: service.bedrock.requests[0]!.requestId,
        status: 404,
      },
    });
    nothingWasMade();
  });
});

describe('409', () => {
  const refusedBy = (error: string, status: number) => ({
    error,
    message: expect.any(String),
    requestId: service.bedrock.requests.findLast((request) => request.status === status)!.requestId,
    status,
  });

  test.each([
    ['without a token', () => ({})],
    ['with another token', () => ({ clientToken: freshToken() })],
  ])('the name is taken, %s', async (_name, members) => {
    await service.post(group());
    const reply = await service.post(group(members()));
    expectProblem(reply, 'NAME_TAKEN', { decided: true, upstream: refusedBy('ConflictException', 409) });
    expect(service.bedrock.ledger).toHaveLength(1);
  });

  test('a quota is exceeded, which Bedrock answers with 402', async () => {
    service.bedrock.configure({ quotas: { actionGroupsPerAgent: 0 } });
    const reply = await service.post(group());
    expectProblem(reply, 'QUOTA_EXCEEDED', {
      decided: true,
      detail: expect.stringContaining('The maximum number of resources is 0'),
      upstream: refusedBy('ServiceQuotaExceededException', 402),
    });
  });

  test.each([
    ['PREPARING', 'ConflictException', 409],
    ['VERSIONING', 'ValidationException', 400],
  ] as const)('the agent is %s, in whichever class Bedrock says it', async (status, error, upstreamStatus) => {
    service.bedrock.agents.setStatus(AGENT, status);
    const body = group({ clientToken: freshToken() });
    // The wait for the agent is a share of the time there is.
    const busy = await invoke(service.config, eventWith(body), { remainingMs: 2_500 });
    expectProblem(busy, 'AGENT_BUSY', {
      decided: true,
      retryAfter: '5',
      upstream: refusedBy(error, upstreamStatus),
    });
    // What was refused is not remembered: the advice to send it again holds.
    service.bedrock.agents.setStatus(AGENT, 'PREPARED');
    expectCreated(await service.post(body), body);
  });

  test('the first request with this token is still running', async () => {
    service.bedrock.fault({ kind: 'delay', delayMs: 60_000 });
    const body = group({ clientToken: freshToken() });
    const first = service.post(body);
    await vi.waitUntil(() => service.bedrock.requests.length === 1);
    expectProblem(await service.post(body), 'REQUEST_IN_PROGRESS', { decided: true, retryAfter: '2' });
    expect(service.bedrock.requests).toHaveLength(1);
    service.bedrock.reset(); // which ends the delay
    expectCreated(await first, body);
    expectReplay(await service.post(body), await first);
  });
});

describe('413', () => {
  test('a body of one byte more than 1 MB is refused', async () => {
    const reply = await service.post(JSON.stringify(group()).padEnd(1_048_577));
    expectProblem(reply, 'BODY_TOO_LARGE', { detail: expect.stringContaining('1048576 bytes') });
    nothingWasSent();
  });

  test('bytes count, not characters', async () => {
    const reply = await service.post(group({ apiSchema: { payload: '☃'.repeat(349_600) } }));
    expectProblem(reply, 'BODY_TOO_LARGE');
  });

  test('a body of exactly 1 MB is accepted', async () => {
    expectCreated(await service.post(JSON.stringify(group()).padEnd(1_048_576)), group());
  });

  test('so is a schema that fills it', async () => {
    const empty = { actionGroupName: 'bookings', apiSchema: { payload: `${OPENAPI} ` } };
    const room = 1_048_576 - JSON.stringify(empty).length;
    const body = { ...empty, apiSchema: { payload: OPENAPI + ' '.repeat(room + 1) } };
    expectCreated(await service.post(body), body);
  });
});

describe('415', () => {
  test.each([
    ['none', undefined],
    ['a form', 'application/x-www-form-urlencoded'],
    ['text', 'text/plain'],
    ['something that begins like JSON', 'application/json5'],
    ['a list of types', 'text/plain, application/json'],
  ])('the content type is %s', async (_name, contentType) => {
    const reply = await service.post(group(), { headers: { 'content-type': contentType } });
    expectProblem(reply, 'UNSUPPORTED_MEDIA_TYPE', { detail: expect.stringContaining('application/json') });
    nothingWasSent();
  });
});

describe('422', () => {
  test.each<[string, Record<string, unknown>]>([
    ['another name', { actionGroupName: 'refunds' }],
    ['one member more', { description: 'Books tables.' }],
    ['one member less', { functionSchema: undefined }],
    ['a default written out', { actionGroupState: 'ENABLED' }],
  ])('the token was used for another body: %s', async (_name, members) => {
    const clientToken = freshToken();
    const first = await service.post(group({ clientToken }));
    const other = await service.post(group({ clientToken, ...members }));
    expectProblem(other, 'IDEMPOTENCY_KEY_REUSED', { decided: true });
    expect(service.bedrock.requests).toHaveLength(1);
    // And the first request is still answered.
    expectReplay(await service.post(group({ clientToken })), first);
  });

  test('a token whose first outcome is unknown is kept for its own body', async () => {
    service.bedrock.fault({ kind: 'drop', times: 2 * EVERY_ATTEMPT });
    const clientToken = freshToken();
    expect((await service.post(group({ clientToken }))).status).toBe(504);
    const other = await service.post(group({ clientToken, actionGroupName: 'refunds' }));
    expect(other.status).not.toBe(201);
    nothingWasMade();
    expectCreated(await service.post(group({ clientToken })), group({ clientToken }));
  });
});

describe('429', () => {
  test('Bedrock throttles, and the same request may be sent again', async () => {
    service.bedrock.fault({ kind: 'throttle', times: EVERY_ATTEMPT });
    const body = group({ clientToken: freshToken() });
    const reply = await service.post(body);
    expectProblem(reply, 'UPSTREAM_THROTTLED', {
      decided: true,
      retryAfter: '2',
      upstream: {
        error: 'ThrottlingException',
        message: expect.any(String),
        requestId: service.bedrock.requests.at(-1)!.requestId,
        status: 429,
      },
    });
    expect(service.bedrock.requests.map(({ operation }) => operation)).toEqual([CREATE, CREATE, CREATE]);
    nothingWasMade();
    expectCreated(await service.post(body), body);
  });
});

describe('502', () => {
  // A 403 would send the caller looking for a fault of their own, and the role's name is not theirs to know.
  test.each(['access-denied', 'expired-token', 'unrecognized-client'] as const)(
    "Bedrock refuses this service's own role: %s",
    async (kind) => {
      service.bedrock.fault({ kind, times: EVERY_ATTEMPT });
      const reply = await service.post(group());
      expectProblem(reply, 'UPSTREAM_REFUSED_ROLE', {
        decided: true,
        upstream: { requestId: service.bedrock.requests.at(-1)!.requestId, status: 403 },
      });
      expect(reply.text).not.toContain('assumed-role');
      nothingWasMade();
    },
  );

  test.each([
    ['with a token it is safe to repeat', () => ({ clientToken: freshToken() }), true, 'Retry with the same token'],
    ['without one it is not', () => ({}), false, "read the agent's action groups before sending it again"],
  ])('Bedrock fails: %s', async (_name, members, retryable, advice) => {
    service.bedrock.fault({ kind: 'error', operation: CREATE, times: EVERY_ATTEMPT });
    const reply = await service.post(group(members()));
    expectProblem(reply, 'UPSTREAM_FAILED', {
      decided: true,
      detail: expect.stringContaining(advice),
      retryable,
      retryAfter: retryable ? '2' : undefined,
      upstream: { requestId: expect.stringMatching(UUID), status: 500 },
    });
    nothingWasMade();
  });
});

describe('503', () => {
  test('Bedrock is unavailable', async () => {
    service.bedrock.fault({ kind: 'unavailable', operation: CREATE, times: EVERY_ATTEMPT });
    const reply = await service.post(group({ clientToken: freshToken() }));
    expectProblem(reply, 'UPSTREAM_UNAVAILABLE', {
      decided: true,
      retryAfter: '2',
      upstream: { requestId: expect.stringMatching(UUID), status: 503 },
    });
    nothingWasMade();
  });

  test('Bedrock cannot be reached', async () => {
    const endpoint = { endpoint: NOWHERE, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
    const config = { ...service.config, endpoints: { ...service.config.endpoints, bedrockAgent: endpoint } };
    const reply = await invoke(config, eventWith(group()));
    expectProblem(reply, 'UPSTREAM_UNAVAILABLE', { decided: true, retryAfter: '2', upstream: {} });
  });

  test('the idempotency store cannot be reached: nothing is created without it', async () => {
    const endpoint = { endpoint: NOWHERE, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
    const config = { ...service.config, endpoints: { ...service.config.endpoints, dynamodb: endpoint } };
    const reply = await invoke(config, eventWith(group({ clientToken: freshToken() })));
    expectProblem(reply, 'STORE_UNAVAILABLE', { decided: true, retryAfter: '2' });
    nothingWasSent();
    // A request without a token makes no use of the store.
    expect((await invoke(config, eventWith(group()))).status).toBe(201);
  });

  test.each([
    ['is not there', undefined],
    ['is empty', ''],
    ['is no YAML', 'revision: ['],
    ['names an unknown rule', 'revision: a\nrules: { no-such-rule: {} }\n'],
    ['is not UTF-8', Buffer.from([0x72, 0xff])],
    ['is compiled, and cut short', '{"digest": "ab", "docum', 'policy.json'],
  ])('the policy %s: nothing is created without it', async (_name, contents, file = 'policy.yaml') => {
    const directory = await mkdtemp(join(tmpdir(), 'policy-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const policyFile = join(directory, file);
    if (contents !== undefined) await writeFile(policyFile, contents);
    const reply = await invoke({ ...service.config, policyFile }, eventWith(group({ clientToken: freshToken() })));
    expectProblem(reply, 'POLICY_UNAVAILABLE', {
      detail: 'Nothing was created. Retrying with the same client token is safe.',
      retryAfter: '30',
    });
    expect(reply.text).not.toContain(directory);
    nothingWasSent();
  });

  test('a policy that cannot be read is read again by the next request', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'policy-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const policy = join(directory, 'policy.yaml');
    await copyFile(POLICY, policy);
    const other = await startService({ policy });
    onTestFinished(() => other.close());
    await rm(policy);
    expectProblem(await other.post(group()), 'POLICY_UNAVAILABLE', { retryAfter: '30' });
    await copyFile(POLICY, policy);
    expectCreated(await other.post(group()), group());
  });
});

describe('504', () => {
  test('Bedrock gives no answer: with a token the same request may be sent again, and makes one group', async () => {
    service.bedrock.fault({ kind: 'drop', when: 'after-commit', times: 2 * EVERY_ATTEMPT });
    const body = group({ clientToken: freshToken() });
    const reply = await service.post(body);
    expectProblem(reply, 'OUTCOME_UNKNOWN', {
      decided: true,
      detail: expect.stringContaining('Retry with the same token'),
      retryAfter: '2',
    });
    expect(service.bedrock.ledger).toHaveLength(1);
    service.bedrock.clearFaults();
    const { actionGroupId } = service.bedrock.ledger[0]!;
    const retried = await service.post(body);
    expectCreated(retried, body, { actionGroupId });
    expectReplay(await service.post(body), retried);
    expect(service.bedrock.ledger).toHaveLength(1);
  });

  test('without a token nobody is told to repeat it', async () => {
    service.bedrock.fault({ kind: 'drop', times: 2 * EVERY_ATTEMPT });
    const reply = await service.post(group());
    expectProblem(reply, 'OUTCOME_UNKNOWN', {
      decided: true,
      retryable: false,
      detail: expect.stringContaining("read the agent's action groups before sending it again"),
    });
  });

  test.each(['html', 'truncated', 'empty-object'] as const)(
    'a success without our group is no success: %s',
    async (answer) => {
      service.bedrock.fault({ kind: 'nonsense', answer, times: 2 * EVERY_ATTEMPT });
      const reply = await service.post(group({ clientToken: freshToken() }));
      expect(reply.json).toMatchObject({ status: 504, code: 'OUTCOME_UNKNOWN', retryable: true });
      nothingWasMade();
    },
  );

  test('Bedrock hangs: the caller is answered all the same', async () => {
    service.bedrock.fault({ kind: 'hang', operation: CREATE });
    const body = group({ clientToken: freshToken() });
    const reply = await invoke(service.config, eventWith(body), { remainingMs: 3_000 });
    expectProblem(reply, 'OUTCOME_UNKNOWN', { decided: true, retryAfter: '2' });
    nothingWasMade();
    service.bedrock.clearFaults();
    expect((await invoke(service.config, eventWith(body))).status).toBe(201);
    expect(service.bedrock.ledger).toHaveLength(1);
  });
});

/** The event of a good request of team payments, with another body. */
function eventWith(body: Record<string, unknown>) {
  return { ...eventOf('create-action-group.201'), body: JSON.stringify(body) };
}
