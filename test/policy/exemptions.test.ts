import { describe, expect, test } from 'vitest';
import { decide } from '../../src/policy/decide.ts';
import { parseInstant } from '../../src/policy/expiry.ts';
import { exemption, NOW, policyWith, request, role, team, withSignature } from './policies.ts';

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;
const bash = withSignature('ANTHROPIC.Bash');

function verdict(exemptions: object[], changes = bash, now = NOW) {
  const teams = {
    payments: team({ agents: ['*'] }),
    travel: team({ principals: ['arn:aws:iam::111122223333:role/travel-*'], agents: ['*'] }),
  };
  return decide(policyWith({ teams, exemptions }), request(changes), now);
}

test('an exemption lets through what its settings allow, and is named', () => {
  expect(verdict([exemption()])).toMatchObject({ effect: 'allow', violations: [], warnings: [], exemptions: ['EX-1'] });
});

test('an exemption never silences: what its settings do not allow either is denied', () => {
  const denied = verdict([exemption()], withSignature('ANTHROPIC.Computer'));
  expect(denied).toMatchObject({ effect: 'deny', exemptions: [] });
  expect(denied.violations[0]?.allowed).toEqual(['AMAZON.UserInput', 'ANTHROPIC.Bash']);
});

test('what passes without an exemption passes with it, and does not count as exempted', () => {
  expect(verdict([exemption()], withSignature('AMAZON.UserInput'))).toMatchObject({ effect: 'allow', exemptions: [] });
});

test('two exemptions of one rule need no precedence', () => {
  const both = [exemption(), exemption({ id: 'EX-2', settings: { allow: ['ANTHROPIC.Computer'] } })];
  for (const order of [both, both.toReversed()]) {
    expect(verdict(order).exemptions).toEqual(['EX-1']);
    expect(verdict(order, withSignature('ANTHROPIC.Computer')).exemptions).toEqual(['EX-2']);
  }
});

describe('an exemption holds only', () => {
  test.each([
    ['for its team', {}, { principal: role('travel-ci') }],
    ['for its agent', { agent: 'AGENT12345' }, { agentId: 'OTHER12345' }],
    ['for its groups', { groupName: 'migrate-*' }, {}],
    [
      'for its groups, and a group without a name is none',
      { groupName: '*' },
      { actionGroup: { parentActionGroupSignature: 'ANTHROPIC.Bash' } },
    ],
    ['for its rule', { rule: 'return-control-is-allowed', settings: { allow: true } }, {}],
  ] as const)('%s', (_name, narrowed, changes) => {
    const rules = {
      'signature-is-allowed': { allow: ['AMAZON.UserInput'] },
      'return-control-is-allowed': { allow: false },
    };
    const teams = {
      payments: team({ agents: ['*'] }),
      travel: team({ principals: ['arn:aws:iam::111122223333:role/travel-*'], agents: ['*'] }),
    };
    const policy = policyWith({ rules, teams, exemptions: [exemption(narrowed)] });
    expect(decide(policy, request({ ...bash, ...changes }), NOW).effect).toBe('deny');
  });

  test('and for those it does hold', () => {
    expect(verdict([exemption({ agent: 'AGENT12345', groupName: 'book-*' })]).effect).toBe('allow');
  });
});

describe('the end', () => {
  const END = Date.parse('2027-06-30T12:00:00Z');

  test.each([
    ['a time covers its moment', '2027-06-30T12:00:00Z', END, 'allow'],
    ['and nothing after it', '2027-06-30T12:00:00Z', END + 1, 'deny'],
    ['not a second', '2027-06-30T12:00:00Z', END + SECOND, 'deny'],
    ['a bare date covers its day', '2027-06-30', Date.parse('2027-06-30T23:59:59.999Z'), 'allow'],
    ['in UTC, to its end', '2027-06-30', Date.parse('2027-07-01T00:00:00Z'), 'deny'],
    ['another zone is reckoned with', '2027-06-30T12:00:00+02:00', END, 'deny'],
    ['one long past is inert', '2020-01-01', END, 'deny'],
  ] as const)('%s', (_name, until, now, effect) => {
    expect(verdict([exemption({ until })], bash, now).effect).toBe(effect);
  });

  test.each([
    ['more than 14 days before, nothing is said', 14 * DAY + 1, 0],
    ['14 days before, it warns', 14 * DAY, 1],
    ['in its last moment, it warns', 0, 1],
  ])('%s', (_name, beforeMs, warnings) => {
    const used = verdict([exemption()], bash, END - beforeMs);
    expect(used.effect).toBe('allow');
    expect(used.warnings).toHaveLength(warnings);
  });

  test('a warning says which exemption, until when and whom to ask', () => {
    expect(verdict([exemption()], bash, END).warnings).toEqual([
      {
        rule: 'signature-is-allowed',
        pointer: '',
        message: 'This passes only by exemption EX-1, which ends at 2027-06-30T12:00:00.000Z.',
        fix: 'Do without the exemption by then, or have payments@acme.example ask for a new one.',
      },
    ]);
  });

  test('a denial says that an exemption has just ended', () => {
    const { violations, warnings } = verdict([exemption()], bash, END + SECOND);
    expect(violations).toHaveLength(1);
    expect(warnings[0]?.message).toBe(
      'Exemption EX-1 would have let this pass, but it ended at 2027-06-30T12:00:00.000Z.',
    );
  });

  test('an ended exemption neither helps nor warns where another still holds', () => {
    const two = [exemption({ until: '2020-01-01' }), exemption({ id: 'EX-2' })];
    expect(verdict(two)).toMatchObject({ effect: 'allow', exemptions: ['EX-2'], warnings: [] });
  });
});

describe('a point in time', () => {
  test.each([
    ['2027-06-30', '2027-06-30T23:59:59.999Z'],
    ['2028-02-29', '2028-02-29T23:59:59.999Z'],
    ['2027-06-30T12:00:00Z', '2027-06-30T12:00:00.000Z'],
    ['2027-06-30T12:00:00.5Z', '2027-06-30T12:00:00.500Z'],
    ['2027-06-30T12:00:00-05:00', '2027-06-30T17:00:00.000Z'],
    ['2027-02-29', undefined],
    ['2027-02-30T12:00:00Z', undefined],
    ['2027-13-01', undefined],
    ['2027-06-30T24:00:00Z', undefined],
    ['2027-06-30T12:00:00', undefined],
    ['2027-06-30T12:00Z', undefined],
    ['2027-06-30 12:00:00Z', undefined],
    ['30.06.2027', undefined],
    ['2027-6-30', undefined],
    ['+002027-06-30', undefined],
    ['never', undefined],
    ['', undefined],
  ])('%s', (until, expected) => {
    const instant = parseInstant(until);
    expect(instant === undefined ? undefined : new Date(instant).toISOString()).toBe(expected);
  });
});
