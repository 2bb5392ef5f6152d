import { describe, expect, test } from 'vitest';
import { compile, serialise } from '../../../src/policy/policy.ts';
import { checked, documentWith, exemption, team } from '../../policy/policies.ts';
import { files, run } from '../run.ts';

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const SIGNATURES = { 'signature-is-allowed': { allow: ['AMAZON.UserInput'] } };
const TWO_TEAMS = { payments: team(), travel: team({ principals: [role('travel-*')], agents: ['TRAVEL2345'] }) };

async function changes(old: Record<string, unknown>, now: Record<string, unknown>): Promise<string[]> {
  const paths = files({ 'old.yaml': documentWith(old), 'new.yaml': documentWith(now) });
  const { code, out } = await run(['policy', 'diff', paths['old.yaml'], paths['new.yaml'], '--json']);
  const report = JSON.parse(out) as { same: boolean; changes: Record<string, string>[] };
  expect([code, report.same]).toEqual(report.changes.length === 0 ? [0, true] : [1, false]);
  return report.changes.map(({ about, kind, id, text }) => `${about} ${kind} ${id}: ${text}`);
}

describe('what changes for whom', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>, string[]]>([
    ['nothing, in the same document', {}, {}, []],
    ['nothing, in another revision', { revision: '1' }, { revision: '2' }, []],
    [
      'nothing, in another order',
      { rules: { 'signature-is-allowed': { allow: ['AMAZON.UserInput', 'ANTHROPIC.Bash'] } } },
      { rules: { 'signature-is-allowed': { allow: ['ANTHROPIC.Bash', 'AMAZON.UserInput'] } } },
      [],
    ],
    [
      'nothing, where every team has settings of its own',
      { teams: { a: team({ rules: SIGNATURES }) } },
      {
        teams: { a: team({ rules: SIGNATURES }) },
        rules: { 'signature-is-allowed': { allow: [] } },
      },
      [],
    ],
    [
      'a new team',
      {},
      { teams: TWO_TEAMS },
      [`team added travel: new: principals ${role('travel-*')}; agents TRAVEL2345`],
    ],
    [
      'a team that is gone',
      { teams: TWO_TEAMS },
      {},
      [`team removed travel: removed, with principals ${role('travel-*')}; agents TRAVEL2345`],
    ],
    [
      'principals and agents',
      {},
      { teams: { payments: team({ principals: [role('payments-ci')], agents: ['AGENT12345', 'OTHER12345'] }) } },
      [
        `team changed payments: + principal ${role('payments-ci')}, - principal ${role('payments-*')}, + agent OTHER12345`,
      ],
    ],
    [
      'an entry of a list, for everyone',
      { teams: TWO_TEAMS },
      { teams: TWO_TEAMS, rules: { 'signature-is-allowed': { allow: ['AMAZON.UserInput', 'ANTHROPIC.Bash'] } } },
      ['rule changed signature-is-allowed: for every team: + allow ANTHROPIC.Bash'],
    ],
    [
      'a team’s own settings',
      { teams: TWO_TEAMS },
      {
        teams: {
          ...TWO_TEAMS,
          travel: {
            ...TWO_TEAMS.travel,
            rules: { 'signature-is-allowed': { enforcement: 'warn', allow: ['ANTHROPIC.Bash'] } },
          },
        },
      },
      [
        'rule changed signature-is-allowed: for travel: deny is now warn, + allow ANTHROPIC.Bash, - allow AMAZON.UserInput',
      ],
    ],
    [
      'the organisation’s settings, but for the team that has its own',
      { teams: { ...TWO_TEAMS, travel: { ...TWO_TEAMS.travel, rules: SIGNATURES } } },
      {
        teams: { ...TWO_TEAMS, travel: { ...TWO_TEAMS.travel, rules: SIGNATURES } },
        rules: { 'signature-is-allowed': { allow: [] } },
      },
      ['rule changed signature-is-allowed: for payments: - allow AMAZON.UserInput'],
    ],
    [
      'a rule that is switched on, and one that is switched off',
      {},
      { rules: { 'return-control-is-allowed': { enforcement: 'warn', allow: false } } },
      [
        'rule added return-control-is-allowed: for every team: now on (warn): You may not return control to the calling application (customControl: RETURN_CONTROL).',
        'rule removed signature-is-allowed: for every team: now off; it was (deny): A built-in action group (parentActionGroupSignature) is AMAZON.UserInput.',
      ],
    ],
    [
      'a limit, and what is optional',
      { rules: { 'description-is-given': { minLength: 5, functionMinLength: 5 } } },
      { rules: { 'description-is-given': { minLength: 10 } } },
      ['rule changed description-is-given: for every team: - functionMinLength 5, minLength 5 is now 10'],
    ],
    [
      'who may replace settings',
      { rules: { 'signature-is-allowed': { allow: [] } } },
      { rules: { 'signature-is-allowed': { allow: [], final: true, exemptible: false } } },
      ['rule changed signature-is-allowed: now final, now not exemptible'],
    ],
    [
      'exemptions',
      { exemptions: [exemption(), exemption({ id: 'EX-2' })] },
      { exemptions: [exemption({ id: 'EX-2', until: '2027-12-31', agent: 'AGENT12345' }), exemption({ id: 'EX-3' })] },
      [
        'exemption removed EX-1: removed: signature-is-allowed of team payments with {"allow":["ANTHROPIC.Bash"]} until 2027-06-30T12:00:00.000Z, owned by payments@acme.example',
        'exemption changed EX-2: + agent AGENT12345, until 2027-06-30T12:00:00.000Z is now 2027-12-31T23:59:59.999Z',
        'exemption added EX-3: new: signature-is-allowed of team payments with {"allow":["ANTHROPIC.Bash"]} until 2027-06-30T12:00:00.000Z, owned by payments@acme.example',
      ],
    ],
  ])('%s', async (_name, old, now, expected) => {
    expect(await changes(old, now)).toEqual(expected);
  });
});

test('the changes in words', async () => {
  const now = { revision: '2', rules: { 'signature-is-allowed': { enforcement: 'warn', allow: [] } } };
  const paths = files({ 'old.yaml': documentWith(), 'new.yaml': documentWith(now) });
  const { code, out } = await run(['policy', 'diff', paths['old.yaml'], paths['new.yaml']]);
  expect([code, out.replaceAll(/\(\w{12}\)/g, '(…)')]).toEqual([
    1,
    `From 1 (…) to 2 (…): 1 change.

~  rule  signature-is-allowed  for every team: deny is now warn, - allow AMAZON.UserInput
`,
  ]);
});

test('a change without another revision is named', async () => {
  const paths = files({ 'old.yaml': documentWith(), 'new.yaml': documentWith({ rules: {} }) });
  const { out } = await run(['policy', 'diff', paths['old.yaml'], paths['new.yaml']]);
  expect(out.split('\n')[0]).toMatch(
    /^From 1 .* to 1 .* changes?\. Both have the same revision: give the new one another\.$/,
  );
});

test('a policy as it was built is compared with one as people write it', async () => {
  const built = serialise(compile(checked(documentWith()), 'f'.repeat(64)));
  const paths = files({ 'policy.json': built, 'policy.yaml': documentWith() });
  const { code, out } = await run(['policy', 'diff', paths['policy.json'], paths['policy.yaml']]);
  expect([code, out]).toEqual([0, expect.stringMatching(/^From 1 \(f{12}\) to 1 \(\w{12}\): the same in effect\.\n$/)]);
});

test.each<[string, string[]]>([
  ['one policy', ['old.yaml']],
  ['three', ['old.yaml', 'old.yaml', 'old.yaml']],
  ['one with a mistake', ['old.yaml', 'bad.yaml']],
  ['one that is not there', ['old.yaml', 'nowhere.yaml']],
])('2 for %s', async (_name, names) => {
  const paths: Record<string, string> = files({ 'old.yaml': documentWith(), 'bad.yaml': 'revison: a\n' });
  const { code, out, err } = await run(['policy', 'diff', ...names.map((name) => paths[name] ?? name)]);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(/^portcullis policy diff: /);
});
