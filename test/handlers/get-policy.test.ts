/** The contract of `GET /v1/policy` and of `GET /health`. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { ask, askLambda, expectAnswer } from '../support/ask.ts';
import { DEMO, IN_TWO_TEAMS, PAYMENTS_DEPLOY, PLATFORM, SESSION, STRANGER, TRAVEL } from '../support/callers.ts';
import { policyFile } from '../support/policy-file.ts';
import { expectProblem } from '../support/problem.ts';
import { POLICY, sharedService, startService } from '../support/service.ts';

const service = sharedService();
const get = (wanted = {}) => ask(service, { method: 'GET', target: '/v1/policy', ...wanted });
const policy = { revision: 'test.1', digest: expect.stringMatching(/^[0-9a-f]{64}$/) };
const WRITES = ['CreateAgentActionGroup', 'UpdateAgentActionGroup'];

/** Of this enforcement and these settings, whatever words are found for them. */
const rule = (id: string, settings: object, enforcement = 'deny', more = {}) =>
  expect.objectContaining({
    rule: id,
    summary: expect.any(String),
    enforcement,
    operations: WRITES,
    settings,
    ...more,
  });
const LAMBDAS = rule('lambda-arn-has-required-prefix', {
  prefixes: ['arn:aws:lambda:us-east-1:111122223333:function:agents-'],
});
const BUCKETS = rule('s3-schema-is-in-allowed-bucket', { buckets: ['acme-agent-schemas'] });
const amazon = { allow: ['AMAZON.UserInput', 'AMAZON.CodeInterpreter'] };

describe('200', () => {
  test('what the caller may do, in words and as data', async () => {
    const reply = await get();
    expectAnswer(
      reply,
      200,
      {
        policy,
        team: 'payments',
        agents: ['AGENT12345'],
        rules: [
          LAMBDAS,
          rule('return-control-is-allowed', { allow: false }),
          BUCKETS,
          rule('signature-is-allowed', amazon),
        ],
        summary: expect.stringMatching(/^You are in team payments and manage AGENT12345\. .*4 rules/),
      },
      {},
    );
    expect(service.bedrock.requests).toEqual([]);
  });

  test.each([
    [
      'settings of its own',
      TRAVEL,
      'travel',
      ['AGENT12345', 'TRAVEL2345'],
      rule('return-control-is-allowed', { allow: true }),
    ],
    [
      'every agent',
      PLATFORM,
      'platform',
      ['*'],
      rule('signature-is-allowed', {
        allow: [...amazon.allow, 'ANTHROPIC.Computer', 'ANTHROPIC.Bash', 'ANTHROPIC.TextEditor'],
      }),
    ],
    ['a rule that only warns', DEMO, 'demo', ['DEMOAGENT1'], rule('signature-is-allowed', amazon, 'warn')],
    ['a colleague', PAYMENTS_DEPLOY, 'payments', ['AGENT12345'], LAMBDAS],
    ['a session of a role', SESSION, 'payments', ['AGENT12345'], LAMBDAS],
  ])('a team sees its own: %s', async (_name, as, team, agents, shown) => {
    expect((await get({ as })).json).toMatchObject({
      policy,
      team,
      agents,
      rules: expect.arrayContaining([shown]),
    });
  });

  // What other teams may do, and who they are, is theirs.
  test.each([
    ['payments', undefined, /travel|platform|demo|marketing|TRAVEL2345|DEMOAGENT1|ANTHROPIC|principals/],
    ['travel', TRAVEL, /payments|platform|demo|marketing|DEMOAGENT1|ANTHROPIC|principals/],
    ['demo', DEMO, /payments|travel|platform|marketing|AGENT12345|TRAVEL2345|ANTHROPIC|principals/],
  ])('and nothing of another: %s', async (_name, as, others) => {
    expect((await get({ as })).text).not.toMatch(others);
  });

  test.each([
    ['no team', STRANGER, /^You are in no team/],
    ['two teams', IN_TWO_TEAMS, /^You are in more than one team/],
  ])('a caller in %s may do nothing, and learns nothing else', async (_name, as, summary) => {
    expectAnswer(
      await get({ as }),
      200,
      { policy, agents: [], rules: [], summary: expect.stringMatching(summary) },
      {},
    );
  });

  test("the caller's own exemptions, while they hold", async () => {
    const exemption = (id: string, team: string, until: string) =>
      `  - { id: ${id}, rule: signature-is-allowed, team: ${team}, settings: { allow: [ANTHROPIC.Bash] }, until: ${until},
      owner: a@acme.example, reason: Why., ticket: T-1, approvedBy: b@acme.example }`;
    const file = await policyFile(
      POLICY,
      `exemptions:\n${exemption('EX-OWN', 'payments', '2099-01-01')}\n${exemption('EX-OLD', 'payments', '2020-01-01')}\n${exemption('EX-OTHER', 'travel', '2099-01-01')}\n`,
    );
    const other = await startService({ policy: file });
    onTestFinished(() => other.close());
    const { json, text } = await ask(other, { method: 'GET', target: '/v1/policy' });
    const own = { id: 'EX-OWN', settings: { allow: ['ANTHROPIC.Bash'] }, until: expect.stringMatching(/^2099-01-01/) };
    expect(json.rules).toContainEqual(
      rule('signature-is-allowed', amazon, 'deny', { exemptions: [expect.objectContaining(own)] }),
    );
    expect(text).not.toMatch(/EX-OLD|EX-OTHER|acme\.example|T-1/);
  });
});

test('400: an unknown parameter', async () => {
  expectProblem(await get({ target: '/v1/policy?team=travel' }), 'INVALID_REQUEST', {
    errors: [{ pointer: 'query:team', message: expect.any(String), fix: expect.any(String) }],
  });
});

test('503: without a policy nobody is told anything', async () => {
  const reply = await askLambda(
    { ...service.config, policyFile: 'no-such-file' },
    { method: 'GET', target: '/v1/policy' },
  );
  expectProblem(reply, 'POLICY_UNAVAILABLE', { retryAfter: '30' });
});

describe('GET /health', () => {
  test.each([
    ['anybody', '/health'],
    ['whoever adds a query', '/health?verbose=true'],
  ])('%s hears that it runs, and no more', async (_name, target) => {
    const reply = await ask(service, { method: 'GET', target, as: STRANGER });
    expect(reply).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      text: '{"status":"ok"}',
    });
    expect(service.bedrock.requests).toEqual([]);
  });
});
