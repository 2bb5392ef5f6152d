import { describe, expect, test } from 'vitest';
import { documentWith, exemption, PREFIX, team } from '../../policy/policies.ts';
import { files, run } from '../run.ts';

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;

/** What is found in a boring document with these changes: severities and messages, without notes on rules that are off. */
async function found(changes: Record<string, unknown>): Promise<string[]> {
  const { 'policy.yaml': path } = files({ 'policy.yaml': documentWith(changes) });
  const { out } = await run(['policy', 'check', path, '--json']);
  const { findings } = JSON.parse(out) as { findings: { severity: string; message: string }[] };
  return findings
    .map(({ severity, message }) => `${severity}: ${message}`)
    .filter((line) => !line.startsWith('note: Not named, and so off'));
}

describe('beyond the grammar, it finds', () => {
  test.each<[string, Record<string, unknown>, (string | RegExp)[]]>([
    ['nothing in a boring document', {}, []],
    ['no teams at all', { teams: {} }, ['warning: There are no teams, so nobody is allowed anything.']],
    [
      'a team that nobody is in',
      { teams: { a: team({ principals: [] }) } },
      ['warning: Team a is unreachable: it has no principals.'],
    ],
    ['a team without agents', { teams: { a: team({ agents: [] }) } }, [/^warning: Team a has no agents/]],
    [
      'a team whose only principal is in another team as well',
      { teams: { a: team({ principals: [role('payments-ci')] }), b: team({ agents: ['OTHER12345'] }) } },
      [
        'error: Team a is unreachable: all of its principals are in other teams, too.',
        `error: Whoever ${role('payments-ci')} names is also in team b, by ${role('payments-*')}, and is denied everything.`,
      ],
    ],
    [
      'a principal in another team, beside a good one',
      {
        teams: {
          a: team({ principals: [role('a'), role('b-ci')] }),
          b: team({ principals: [role('b-*')], agents: ['OTHER12345'] }),
        },
      },
      [`error: Whoever ${role('b-ci')} names is also in team b, by ${role('b-*')}, and is denied everything.`],
    ],
    [
      'the same principal twice, in two teams',
      { teams: { a: team(), b: team({ agents: ['OTHER12345'] }) } },
      Array(2)
        .fill([/^error: Team \w is unreachable/, /^error: Whoever/])
        .flat(),
    ],
    [
      'a team within an account that is a team',
      {
        teams: {
          a: team(),
          b: team({ principals: ['arn:aws:iam::111122223333:root'], agents: ['OTHER12345'] }),
        },
      },
      [
        /^error: Team a is unreachable/,
        /^error: Whoever .*payments-\* names is also in team b/,
        'warning: arn:aws:iam::111122223333:root is everyone of account 111122223333.',
      ],
    ],
    [
      'two patterns that can both match',
      {
        teams: {
          a: team({ principals: [role('payments-*')] }),
          b: team({ principals: [role('*-ci')], agents: ['OTHER12345'] }),
        },
      },
      [/^warning: .*\*-ci and .*payments-\* of team a have callers in common, such as .*:role\/payments-ci; /],
    ],
    [
      'nothing in two patterns that cannot',
      {
        teams: {
          a: team({ principals: [role('pay-*')] }),
          b: team({ principals: [role('payments-*')], agents: ['OTHER12345'] }),
        },
      },
      [],
    ],
    [
      'the same claim of a token in two teams',
      {
        teams: Object.fromEntries(
          ['a', 'b'].map((name) => [
            name,
            team({
              principals: [{ issuer: 'https://idp.example.com/', claim: 'groups', equals: 'x' }],
              agents: [`${name}AGENT1234`],
            }),
          ]),
        ),
      },
      Array(2)
        .fill([/^error: Team/, /^error: Whoever groups = x \(https/])
        .flat(),
    ],
    [
      'every role of an account',
      { teams: { a: team({ principals: [role('*')] }) } },
      [`warning: ${role('*')} is every role of account 111122223333.`],
    ],
    [
      'principals and agents that add nothing',
      { teams: { a: team({ principals: [role('a-*'), role('a-ci')], agents: ['*', 'AGENT12345'] }) } },
      [
        `note: ${role('a-ci')} adds nobody: ${role('a-*')} is in the team as well.`,
        'note: Team a manages every agent, those of other teams included.',
        'note: AGENT12345 is one of the team’s agents already.',
      ],
    ],
    [
      'an agent of two teams',
      { teams: { a: team(), b: team({ principals: [role('b')] }) } },
      ['note: Teams a and b share the agent AGENT12345.'],
    ],
    [
      'prefixes that any function has, that are covered, that are of a foreign account',
      {
        rules: {
          'lambda-arn-has-required-prefix': {
            prefixes: [
              PREFIX,
              `${PREFIX}book-`,
              PREFIX.replace('agents-', ''),
              PREFIX.replaceAll('111122223333', '999922223333'),
            ],
          },
        },
      },
      [
        `note: ${PREFIX.replace('agents-', '')} covers this prefix.`,
        `note: ${PREFIX} covers this prefix.`,
        'warning: Every function of account 111122223333 in us-east-1 has this prefix, whoever made it.',
        'warning: Nobody in any team is of account 999922223333, yet its functions may act for agents.',
      ],
    ],
    [
      'a prefix of an exemption, too',
      {
        rules: { 'lambda-arn-has-required-prefix': { prefixes: [PREFIX] } },
        exemptions: [
          exemption({
            rule: 'lambda-arn-has-required-prefix',
            settings: { prefixes: [PREFIX.replace('agents-', '')] },
          }),
        ],
      },
      [/^warning: Every function of account/],
    ],
    [
      'a whole name that another name begins with is nothing',
      {
        rules: {
          'lambda-arn-has-required-prefix': { prefixes: [`${PREFIX}book`, `${PREFIX}bookkeeper`] },
        },
      },
      [],
    ],
    [
      'rules that leave a team nothing to create',
      {
        rules: {
          'custom-action-group-is-allowed': { allow: false },
          'signature-is-allowed': { allow: [] },
        },
      },
      [
        'warning: Nothing that team payments could create seems to satisfy custom-action-group-is-allowed, signature-is-allowed.',
      ],
    ],
    [
      'nothing in many rules that leave something',
      {
        rules: {
          'action-group-name-matches': { pattern: '^(payments|travel)-[a-z]{2,}$' },
          'description-is-given': { minLength: 200 },
          'lambda-arn-has-required-prefix': { prefixes: [PREFIX] },
          'lambda-is-in-agent-account-and-region': {},
          'lambda-is-pinned': {},
          'new-group-starts-disabled': {},
          'reserved-name-matches-signature': {},
          'return-control-is-allowed': { allow: false },
          's3-schema-is-in-allowed-bucket': { buckets: [] },
          's3-schema-key-matches': { pattern: '^x/' },
          'schema-source-is-allowed': { allow: ['s3'] },
          'signature-is-allowed': { allow: [] },
        },
      },
      [],
    ],
    [
      'a rule that is off',
      { rules: { 'signature-is-allowed': { enforcement: 'off' } } },
      ['note: `signature-is-allowed` is off.'],
    ],
    [
      'a rule that is off but for a team',
      {
        rules: { 'signature-is-allowed': { enforcement: 'off' } },
        teams: { a: team({ rules: { 'signature-is-allowed': { enforcement: 'deny', allow: [] } } }) },
      },
      ['note: `signature-is-allowed` is off for all but a.'],
    ],
    [
      'a team that repeats the organisation',
      { teams: { a: team({ rules: { 'signature-is-allowed': { allow: ['AMAZON.UserInput'] } } }) } },
      ['note: What team a says of `signature-is-allowed` is what the organisation says.'],
    ],
    [
      'an exemption that has ended',
      { exemptions: [exemption({ until: '2026-11-20T11:59:59Z' })] },
      ['warning: Exemption EX-1 ended at 2026-11-20T11:59:59.000Z.'],
    ],
    [
      'an exemption that ends within a fortnight',
      { exemptions: [exemption({ until: '2026-12-04T12:00:00Z' })] },
      ['warning: Exemption EX-1 ends in 14 days, at 2026-12-04T12:00:00.000Z.'],
    ],
    ['nothing in one that ends a second later', { exemptions: [exemption({ until: '2026-12-04T12:00:01Z' })] }, []],
    [
      'an exemption with the usual settings',
      { exemptions: [exemption({ settings: { allow: ['AMAZON.UserInput'] } })] },
      [/^warning: Exemption EX-1 changes nothing: its settings are those that/],
    ],
    [
      'an exemption for an agent of another team',
      { exemptions: [exemption({ agent: 'OTHER12345' })] },
      ['warning: Exemption EX-1 changes nothing: OTHER12345 is not an agent of team payments.'],
    ],
  ])('%s', async (_name, changes, expected) => {
    const lines = await found(changes);
    expect(lines).toEqual(expected.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))));
  });
});

const UNREACHABLE = 'revision: a\nteams:\n  t:\n    principals: []\n    agents: [AGENT12345]\n';

describe('the report', () => {
  test('has one line for each finding, with its place and remedy, and a summary', async () => {
    const { 'p.yaml': path } = files({ 'p.yaml': UNREACHABLE });
    const { code, out, err } = await run(['policy', 'check', path]);
    expect([code, err]).toEqual([0, '']);
    const [off, ...lines] = out.replaceAll(path, 'p.yaml').split('\n');
    expect(off).toMatch(/^p\.yaml:1:1 note: Not named, and so off: .*signature-is-allowed.* — Nothing, if/);
    expect(lines).toEqual([
      'p.yaml:3:3 warning: Team t is unreachable: it has no principals. — Name its roles, or remove the team.',
      expect.stringMatching(/^p\.yaml: revision a, digest [0-9a-f]{12}: no errors, 1 warning, 1 note\.$/),
      '',
    ]);
  });

  test('as JSON', async () => {
    const { 'p.yaml': path } = files({ 'p.yaml': UNREACHABLE });
    const { out } = await run(['policy', 'check', path, '--json']);
    expect(JSON.parse(out)).toMatchObject({
      file: path,
      policy: { revision: 'a', digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      findings: [
        { severity: 'note', line: 1, column: 1 },
        { severity: 'warning', line: 3, column: 3, message: expect.any(String), fix: expect.any(String) },
      ],
      errors: 0,
      warnings: 1,
      notes: 1,
    });
  });

  test('shows every fault of a document that is refused', async () => {
    const { 'p.yaml': path } = files({ 'p.yaml': 'revison: a\nteams: {}\nrules:\n  no-such-rule: {}\n' });
    const { code, out } = await run(['policy', 'check', path]);
    expect(code).toBe(1);
    expect(out.replaceAll(path, 'p.yaml').split('\n')).toEqual([
      'p.yaml:1:1 error: `revision` is missing. — Add `revision` here.',
      'p.yaml:1:1 error: Unknown key "revison". — Did you mean `revision`?',
      expect.stringMatching(/^p\.yaml:4:3 error: There is no rule "no-such-rule"\. — /),
      'p.yaml: 3 errors, no warnings, no notes.',
      '',
    ]);
  });

  test.each([
    ['a person at a terminal', { tty: { out: true, err: true } }, true],
    ['a person who wants none', { tty: { out: true, err: true }, env: { NO_COLOR: '1' } }, false],
    ['a file', {}, false],
  ])('has colours for %s: %j', async (_name, world, coloured) => {
    const { 'p.yaml': path } = files({ 'p.yaml': UNREACHABLE });
    const { out } = await run(['policy', 'check', path], world);
    expect(out.includes('\u001b[33mwarning:\u001b[0m')).toBe(coloured);
    expect(out.includes('\u001b')).toBe(coloured);
  });
});

describe('the exit code', () => {
  test.each<[string, string, string[], number]>([
    ['0 for warnings', UNREACHABLE, [], 0],
    ['1 for warnings, if they count', UNREACHABLE, ['--strict'], 1],
    ['1 for a document that is refused', 'revision: [a\n', [], 1],
    ['2 for an unknown option', UNREACHABLE, ['--frobnicate'], 2],
    ['2 for two files', UNREACHABLE, ['other.yaml'], 2],
  ])('%s', async (_name, document, args, expected) => {
    const { 'p.yaml': path } = files({ 'p.yaml': document });
    expect((await run(['policy', 'check', path, ...args])).code).toBe(expected);
  });

  test('2 for a file that is not there', async () => {
    const { code, out, err } = await run(['policy', 'check', 'nowhere.yaml']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('cannot read nowhere.yaml: there is no such file.');
  });

  test('0 for the organisation that is shipped, without a warning', async () => {
    expect(await run(['policy', 'check', '--strict'])).toMatchObject({ code: 0 });
  });
});

describe('help', () => {
  test.each([
    ['the commands', ['policy', '--help'], 'portcullis policy COMMAND --help tells more.'],
    ['the command', ['policy', 'check', '-h'], 'Usage: portcullis policy check [FILE]'],
  ])('tells of %s', async (_name, args, text) => {
    expect(await run(args)).toEqual({ code: 0, out: expect.stringContaining(text), err: '' });
  });

  test('follows a command that there is not', async () => {
    const { code, err } = await run(['policy', 'frobnicate']);
    expect([code, err]).toEqual([2, expect.stringContaining('there is no command frobnicate.')]);
  });
});
