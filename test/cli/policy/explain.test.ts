import { describe, expect, test } from 'vitest';
import { documentWith, exemption, team } from '../../policy/policies.ts';
import { files, run } from '../run.ts';

const CI = 'arn:aws:iam::111122223333:role/payments-ci';

const body = (actionGroup: unknown = { actionGroupName: 'book' }, changes: Record<string, unknown> = {}) => ({
  operation: 'CreateAgentActionGroup',
  agentId: 'AGENT12345',
  agentVersion: 'DRAFT',
  actionGroup,
  ...changes,
});
const BASH = body({ actionGroupName: 'sh', parentActionGroupSignature: 'ANTHROPIC.Bash' });
const LAMBDA = body({
  actionGroupName: 'book',
  actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:111122223333:function:book' },
});

interface Asked {
  readonly document?: unknown;
  readonly request?: unknown;
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
}

async function explain({ document = documentWith(), request = body(), args = ['--as', CI], env = {} }: Asked) {
  const paths = files({ 'policy.yaml': document, 'request.json': request });
  const line = ['policy', 'explain', paths['request.json'], '--policy', paths['policy.yaml'], ...args];
  const { code, out, err } = await run(line, { env });
  const withoutPaths = (text: string) => text.replaceAll(paths['request.json'], 'request.json');
  return { code, out: withoutPaths(out), err: withoutPaths(err) };
}

/** `rule: verdict` of each rule but membership. */
async function verdicts(asked: Asked): Promise<string[]> {
  const { out } = await explain({ ...asked, args: [...(asked.args ?? ['--as', CI]), '--json'] });
  const { rules } = JSON.parse(out) as { rules: { rule: string; verdict: string; exemption?: string }[] };
  return rules
    .filter(({ rule }) => !rule.startsWith('caller-'))
    .map(({ rule, verdict, exemption: id }) => `${rule}: ${verdict}${id === undefined ? '' : ` by ${id}`}`);
}

describe('every rule is told with its verdict', () => {
  test.each<[string, Asked, string[]]>([
    ['one that passes', {}, ['signature-is-allowed: passes']],
    ['one that denies', { request: BASH }, ['signature-is-allowed: denies']],
    [
      'one that warns',
      {
        request: BASH,
        document: documentWith({ rules: { 'signature-is-allowed': { enforcement: 'warn', allow: [] } } }),
      },
      ['signature-is-allowed: warns'],
    ],
    [
      'one that passes by an exemption',
      { request: BASH, document: documentWith({ exemptions: [exemption()] }) },
      ['signature-is-allowed: passes by EX-1'],
    ],
    [
      'one whose exemption has ended by then',
      {
        request: BASH,
        document: documentWith({ exemptions: [exemption()] }),
        args: ['--as', CI, '--at', '2027-07-01'],
      },
      ['signature-is-allowed: denies'],
    ],
    ['none of a caller in no team', { args: ['--as', CI.replace('payments', 'x')] }, []],
    [
      'for whoever shows a token',
      {
        document: documentWith({
          teams: { a: team({ principals: [{ issuer: 'https://idp/', claim: 'groups', equals: 'b=c' }] }) },
        }),
        args: ['--issuer', 'https://idp/', '--claim', 'groups=a', '--claim', 'groups=b=c', '--claim', 'sub=me'],
      },
      ['signature-is-allowed: passes'],
    ],
    [
      'with a client token in the body',
      {
        document: documentWith({ rules: { 'client-token-is-given': {} } }),
        request: body({ actionGroupName: 'book', clientToken: 'x'.repeat(33) }),
      },
      ['client-token-is-given: passes'],
    ],
    [
      'without one',
      { document: documentWith({ rules: { 'client-token-is-given': {} } }) },
      ['client-token-is-given: denies'],
    ],
    [
      'where the agent is in the account of the caller and the region of the environment',
      {
        document: documentWith({ rules: { 'lambda-is-in-agent-account-and-region': {} } }),
        request: LAMBDA,
        env: { AWS_REGION: 'us-east-1' },
      },
      ['lambda-is-in-agent-account-and-region: passes'],
    ],
    [
      'where the agent is somewhere else',
      {
        document: documentWith({ rules: { 'lambda-is-in-agent-account-and-region': {} } }),
        request: LAMBDA,
        args: ['--as', CI, '--agent-account', '999922223333', '--agent-region', 'us-east-1'],
      },
      ['lambda-is-in-agent-account-and-region: denies'],
    ],
  ])('%s', async (_name, asked, expected) => {
    expect(await verdicts(asked)).toEqual(expected);
  });
});

test('the decision in words', async () => {
  const { code, out, err } = await explain({ request: BASH });
  expect([code, err]).toEqual([1, '']);
  expect(out.replace(/digest \w{64}/, 'digest …')).toBe(`decision  deny
caller    arn:aws:iam::111122223333:role/payments-ci, team payments
request   CreateAgentActionGroup of agent AGENT12345 (111122223333)
at        2026-11-20T12:00:00.000Z
policy    revision 1, digest …

RULE                   VERDICT
caller-is-in-one-team  passes
caller-manages-agent   passes
signature-is-allowed   denies

signature-is-allowed denies /parentActionGroupSignature
  The signature ANTHROPIC.Bash is not allowed.
  allowed: AMAZON.UserInput
  fix: Use an allowed signature, or ask the policy owners for an exemption.
`);
});

test('the decision as JSON', async () => {
  const { code, out } = await explain({ args: ['--as', CI, '--json'] });
  expect([code, JSON.parse(out)]).toEqual([
    0,
    {
      at: '2026-11-20T12:00:00.000Z',
      decision: {
        effect: 'allow',
        team: 'payments',
        violations: [],
        warnings: [],
        rules: ['caller-is-in-one-team', 'caller-manages-agent', 'signature-is-allowed'],
        exemptions: [],
        policy: { revision: '1', digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
      rules: expect.any(Array),
    },
  ]);
});

describe('2: there is nothing to explain', () => {
  test.each<[string, Asked, RegExp]>([
    [
      'a request that is not valid',
      { request: body({}) },
      /request\.json#\/actionGroup\/actionGroupName `actionGroupName` is missing/,
    ],
    ['a request that is no JSON', { request: '{"a": }' }, /request\.json: .* line 1, column 7/],
    ['a name that is given twice', { request: '{"a": 1, "a": 2}' }, /request\.json#\/a .*more than once/],
    ['a request that is no text', { request: Uint8Array.of(0xff) }, /is not UTF-8 text/],
    ['nobody who asks', { args: [] }, /say who asks/],
    ['two who ask', { args: ['--as', CI, '--issuer', 'https://idp/'] }, /say who asks/],
    ['a pattern that asks', { args: ['--as', `${CI}*`] }, /names no caller/],
    ['a claim without a value', { args: ['--issuer', 'https://idp/', '--claim', 'x'] }, /not NAME=VALUE/],
    ['no time', { args: ['--as', CI, '--at', 'noon'] }, /--at noon is no point in time/],
    ['a policy with a mistake', { document: { revison: '1' } }, /policy\.yaml:2:3 Unknown key "revison"/],
  ])('%s', async (_name, asked, message) => {
    const { code, out, err } = await explain(asked);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  });
});
