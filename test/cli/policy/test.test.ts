import { describe, expect, test } from 'vitest';
import { documentWith, exemption, team } from '../../policy/policies.ts';
import { files, run } from '../run.ts';

const CI = 'arn:aws:iam::111122223333:role/payments-ci';
const signed = (parentActionGroupSignature: string) => ({ actionGroupName: 'group', parentActionGroupSignature });

/** A boring case that passes: a creation that the policy allows. */
function aCase(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'a',
    as: CI,
    agent: 'AGENT12345',
    actionGroup: { actionGroupName: 'book' },
    expect: 'allow',
    ...changes,
  };
}

async function testing(cases: unknown, document: unknown = documentWith(), ...args: string[]) {
  const paths = files({ 'policy.yaml': document, 'cases.yaml': cases });
  const ran = await run(['policy', 'test', paths['policy.yaml'], '--cases', paths['cases.yaml'], ...args]);
  const withoutPaths = (text: string) => text.replaceAll(paths['cases.yaml'], 'cases.yaml');
  return { ...ran, out: withoutPaths(ran.out), err: withoutPaths(ran.err) };
}

/** What the policy is said to answer where the cases expect something else. */
async function answer(changes: Record<string, unknown>, document?: unknown): Promise<unknown> {
  const { out } = await testing({ cases: [aCase(changes)] }, document, '--json');
  return JSON.parse(out).cases[0].actual;
}

const ALLOWED = { effect: 'allow', rules: [], warnings: [] };
const denied = (...rules: string[]) => ({ effect: 'deny', rules, warnings: [] });

describe('a case is judged as the call would be', () => {
  test.each<[string, Record<string, unknown>, unknown, unknown]>([
    ['a creation', {}, documentWith(), ALLOWED],
    ['a denial', { actionGroup: signed('ANTHROPIC.Bash') }, documentWith(), denied('signature-is-allowed')],
    [
      'another operation',
      { operation: 'PrepareAgent', agent: 'OTHER12345' },
      documentWith(),
      denied('caller-manages-agent'),
    ],
    ['a session', { as: 'arn:aws:sts::111122223333:assumed-role/payments-ci/x' }, documentWith(), ALLOWED],
    [
      'a token',
      { as: { issuer: 'https://idp.example.com/', claims: { groups: ['x', 'payments'] } } },
      documentWith({
        teams: {
          a: team({ principals: [{ issuer: 'https://idp.example.com/', claim: 'groups', equals: 'payments' }] }),
        },
      }),
      ALLOWED,
    ],
    ['a creation has a client token', {}, documentWith({ rules: { 'client-token-is-given': {} } }), ALLOWED],
    [
      'unless the case says otherwise',
      { clientToken: false },
      documentWith({ rules: { 'client-token-is-given': {} } }),
      denied('client-token-is-given'),
    ],
    [
      'a deletion that skips a check',
      { operation: 'DeleteAgentActionGroup', skipResourceInUseCheck: true },
      documentWith({ rules: { 'in-use-check-is-kept': {} } }),
      denied('in-use-check-is-kept'),
    ],
    [
      'an exemption at its time',
      { actionGroup: signed('ANTHROPIC.Bash'), at: '2027-06-01T00:00:00Z' },
      documentWith({ exemptions: [exemption()] }),
      ALLOWED,
    ],
    [
      'an exemption after its time',
      { actionGroup: signed('ANTHROPIC.Bash'), at: '2027-07-01T00:00:00Z' },
      documentWith({ exemptions: [exemption()] }),
      { ...denied('signature-is-allowed'), warnings: ['signature-is-allowed'] },
    ],
    [
      'an agent somewhere',
      {
        actionGroup: {
          actionGroupName: 'book',
          actionGroupExecutor: { lambda: 'arn:aws:lambda:eu-west-1:111122223333:function:book' },
        },
        agentAccount: '111122223333',
        agentRegion: 'us-east-1',
      },
      documentWith({ rules: { 'lambda-is-in-agent-account-and-region': {} } }),
      denied('lambda-is-in-agent-account-and-region'),
    ],
  ])('%s', async (_name, changes, document, expected) => {
    expect(await answer(changes, document)).toEqual(expected);
  });

  test('what is given for all cases yields to what one says', async () => {
    const bash = { actionGroup: signed('ANTHROPIC.Bash') };
    const cases = {
      given: { at: '2028-01-01' },
      cases: [
        aCase({
          name: 'late',
          ...bash,
          expect: 'deny',
          rules: ['signature-is-allowed'],
          warnings: ['signature-is-allowed'],
        }),
        aCase({ name: 'in time', ...bash, at: '2027-01-01T00:00:00Z' }),
      ],
    };
    expect(await testing(cases, documentWith({ exemptions: [exemption()] }))).toMatchObject({ code: 0 });
  });
});

describe('a case that fails', () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      'other effect',
      { expect: 'deny', rules: ['signature-is-allowed'] },
      'expected deny by signature-is-allowed\n  but got  allow\n',
    ],
    [
      'another rule',
      { actionGroup: signed('ANTHROPIC.Bash'), expect: 'deny', rules: ['caller-manages-agent'] },
      'expected deny by caller-manages-agent\n  but got  deny by signature-is-allowed\n',
    ],
    [
      'one rule more',
      { actionGroup: signed('ANTHROPIC.Bash'), agent: 'OTHER12345', expect: 'deny', rules: ['signature-is-allowed'] },
      'expected deny by signature-is-allowed\n  but got  deny by caller-manages-agent, signature-is-allowed\n',
    ],
    [
      'a missing warning',
      { warnings: ['signature-is-allowed'] },
      'expected allow, warned by signature-is-allowed\n  but got  allow\n',
    ],
  ])('%s is shown where it stands', async (_name, changes, expected) => {
    const { code, out } = await testing(`cases:\n  - ${JSON.stringify(aCase(changes))}\n`);
    expect(code).toBe(1);
    expect(out).toContain(`cases.yaml:2:6 failed: a\n  ${expected}`);
    expect(out).toContain('0 passed, 1 failed; coverage ');
  });
});

describe('cases with a mistake are refused where it stands', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['an unknown key', { expects: 'allow' }, 'Unknown key "expects". — Did you mean `expect`?'],
    ['no caller', { as: 'arn:aws:iam::111122223333:role/payments-*' }, 'names no caller.'],
    ['no time', { at: 'yesterday' }, '"yesterday" is not a point in time.'],
    [
      'no operation',
      { operation: 'CreateActionGroup' },
      '"CreateActionGroup" is not possible here. — Did you mean `CreateAgentActionGroup`?',
    ],
    ['an unknown rule', { expect: 'deny', rules: ['signature-is-alowed'] }, 'Did you mean `signature-is-allowed`?'],
    ['a denial by nobody', { expect: 'deny' }, '`rules` is missing. — Name the rules that deny'],
    ['rules that allow', { rules: ['signature-is-allowed'] }, 'What is allowed breaks no rules.'],
  ])('%s', async (_name, changes, expected) => {
    const { code, out, err } = await testing({ cases: [aCase(changes)] });
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/cases\.yaml:\d+:\d+ /);
    expect(err).toContain(expected);
  });

  test('a request that could never reach the policy', async () => {
    const yaml = [
      'cases:',
      '  - name: a',
      `    as: ${CI}`,
      '    agent: AGENT',
      '    actionGroup:',
      '      actionGroupName: book',
      '      parentActionGroupSignature: AMAZON.Userinput',
      '      functionSchema: { functions: [{ name: book, parameters: { "no space": { type: string } } }] }',
      '    expect: allow',
      '  - name: a',
      `    as: ${CI}`,
      '    agent: AGENT12345',
      '    operation: ListAgentActionGroups',
      '    expect: allow',
      '',
    ].join('\n');
    const { code, err } = await testing(yaml);
    const places = err.match(/cases\.yaml:\d+:\d+/g);
    expect([code, places]).toEqual([
      2,
      ['cases.yaml:4:12', 'cases.yaml:7:35', 'cases.yaml:8:23', 'cases.yaml:8:77', 'cases.yaml:10:11'],
    ]);
  });
});

describe('the coverage', () => {
  const missing = async (cases: unknown[], document?: unknown): Promise<string[]> => {
    const { out } = await testing({ cases }, document, '--json');
    const { items } = JSON.parse(out).coverage as { items: { what: string; covered: boolean }[] };
    return items.filter(({ covered }) => !covered).map(({ what }) => what);
  };
  const membership = [
    aCase({ name: 'nobody', as: CI.replace('payments', 'x'), expect: 'deny', rules: ['caller-is-in-one-team'] }),
    aCase({ name: 'not its agent', agent: 'OTHER12345', expect: 'deny', rules: ['caller-manages-agent'] }),
  ];
  const bash = aCase({
    name: 'bash',
    actionGroup: signed('ANTHROPIC.Bash'),
    expect: 'deny',
    rules: ['signature-is-allowed'],
  });
  const input = aCase({ name: 'input', actionGroup: signed('AMAZON.UserInput') });

  test.each<[string, unknown[], unknown, string[]]>([
    ['is whole', [...membership, bash, input], documentWith(), []],
    ['wants both answers of a rule', [...membership, input], documentWith(), ['signature-is-allowed finds something']],
    [
      'wants every setting to matter, also where the rule was seen to pass',
      [...membership, bash],
      documentWith(),
      ['signature-is-allowed: allow AMAZON.UserInput'],
    ],
    [
      'wants every team to be used',
      [...membership, bash, input],
      documentWith({ teams: { payments: team(), other: team({ principals: [CI.replace('payments', 'other')] }) } }),
      ['team other'],
    ],
    [
      'wants every exemption to be needed',
      [
        ...membership,
        input,
        { ...bash, expect: 'allow', rules: undefined },
        { ...bash, name: 'computer', actionGroup: signed('ANTHROPIC.Computer') },
      ].map((one) => JSON.parse(JSON.stringify(one))),
      documentWith({ exemptions: [exemption(), exemption({ id: 'EX-2', agent: 'OTHER12345' })] }),
      ['exemption EX-2: allow ANTHROPIC.Bash', 'exemption EX-2'],
    ],
    [
      'wants a limit to be met or passed by one',
      [
        ...membership,
        aCase({
          name: 'many',
          actionGroup: {
            actionGroupName: 'x',
            functionSchema: { functions: ['a', 'b', 'c', 'd'].map((name) => ({ name })) },
          },
        }),
      ],
      documentWith({ rules: { 'function-count-is-limited': { max: 5 } } }),
      ['function-count-is-limited finds something', 'function-count-is-limited: max 5'],
    ],
    [
      'asks no rule for what it cannot answer',
      [...membership, aCase({ name: 'x', operation: 'DeleteAgentActionGroup' })],
      documentWith({ rules: { 'deletion-is-allowed': { allow: true } } }),
      [],
    ],
    [
      'wants a team’s own settings to matter, and not those that no team is held to',
      [...membership, input, bash],
      documentWith({
        teams: {
          payments: team({ rules: { 'signature-is-allowed': { allow: ['AMAZON.UserInput', 'ANTHROPIC.Computer'] } } }),
        },
      }),
      ['signature-is-allowed of team payments: allow ANTHROPIC.Computer'],
    ],
  ])('%s', async (_name, cases, document, expected) => {
    expect(await missing(cases, document)).toEqual(expected);
  });

  test('is shown as a table, and as what is missing', async () => {
    const { code, out } = await testing({ cases: [...membership, bash] });
    expect(code).toBe(0);
    expect(out).toBe(`RULE                   PASSES  FINDS  SETTINGS
caller-is-in-one-team  yes     yes
caller-manages-agent   yes     yes
signature-is-allowed   yes     yes    0 of 1
No case depends on:
  signature-is-allowed: allow AMAZON.UserInput
3 passed, 0 failed; coverage 87% (7 of 8).
`);
  });

  test.each([
    ['87', 0],
    ['88', 1],
    ['101', 2],
    ['most', 2],
  ])('--min-coverage %s: %d', async (wanted, expected) => {
    const { code } = await testing({ cases: [...membership, bash] }, documentWith(), '--min-coverage', wanted);
    expect(code).toBe(expected);
  });
});

describe('where the cases are', () => {
  const document = JSON.stringify(documentWith());
  const cases = JSON.stringify({ cases: [aCase()] });

  test.each<[string, (folder: string) => string[], number]>([
    ['a file', (folder) => [`${folder}/a.yaml`], 0],
    ['a pattern', (folder) => [`${folder}/*.yaml`], 0],
    ['two files', (folder) => [`${folder}/a.yaml`, '--cases', `${folder}/b.yaml`], 0],
    ['nowhere', (folder) => [`${folder}/c*.yaml`], 2],
  ])('%s', async (_name, where, expected) => {
    const { 'policy.yml': policy } = files({ 'policy.yml': document, 'a.yaml': cases, 'b.yaml': cases });
    const folder = policy.replace('/policy.yml', '');
    expect((await run(['policy', 'test', policy, '--cases', ...where(folder)])).code).toBe(expected);
  });

  test('the organisation that is shipped passes its own, with everything covered', async () => {
    const { code, out, err } = await run(['policy', 'test', '--min-coverage', '100']);
    expect({ code, err, out: out.trim().split('\n').at(-1) }).toEqual({
      code: 0,
      err: '',
      out: expect.stringMatching(/^\d+ passed, 0 failed; coverage 100% /),
    });
  });
});
