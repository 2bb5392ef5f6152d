import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AXES, type Axis, KINDS, Tally } from '../../../src/cli/audit/tally.ts';
import { recordOf } from '../../../src/cli/audit-log/record.ts';
import { decide } from '../../../src/policy/decide.ts';
import { documentWith, exemption, NOW, policyWith, request, withSignature } from '../../policy/policies.ts';
import { files, run } from '../run.ts';
import { AT, attempt, CI, DENIED, decision, type Facts, outcome, preparation } from './lines.ts';

const report = (lines: readonly string[], ...args: string[]) =>
  run(['audit', 'report', '--file', files({ log: lines.join('\n') }).log, ...args]);
const reported = async (lines: readonly string[], ...args: string[]) =>
  JSON.parse((await report(lines, '--format', 'json', ...args)).out);

test('files are named with or without their option', async () => {
  const { log } = files({ log: decision('done').join('\n') });
  const { code, out } = await run(['audit', 'report', log]);
  expect([code, out]).toEqual([0, (await run(['audit', 'report', '--file', log])).out]);
});

/** What the real policy says of a built-in group, under an exemption that ends soon. */
const EXEMPTED = decide(
  policyWith({ exemptions: [exemption({ until: '2026-11-25T12:00:00Z' })] }),
  request(withSignature('ANTHROPIC.Bash')),
  NOW,
);
/** The same where the rule only warns. */
const WARNED = decide(
  policyWith({ rules: { 'signature-is-allowed': { enforcement: 'warn', allow: [] } } }),
  request(withSignature('ANTHROPIC.Bash')),
  NOW,
);

const VARIETY = [
  ...decision('done', { id: 'd-01' }),
  ...decision('done', { id: 'd-02', at: AT + 1_000 }),
  preparation('PREPARED', { id: 'd-02' }),
  ...decision('done', { id: 'd-03', operation: 'GetAgent' }),
  ...decision('replayed', { id: 'd-04' }),
  ...decision('unchanged', { id: 'd-05' }),
  ...decision('dry-run', { id: 'd-06' }),
  ...decision('denied', { id: 'd-07', ...DENIED }),
  ...decision('denied', { id: 'd-08', ...DENIED, team: 'travel', agentId: 'TRAVEL2345' }),
  ...decision('failed', { id: 'd-09' }, { code: 'UPSTREAM_THROTTLED' }),
  ...decision('unknown', { id: 'd-10' }, { code: 'OUTCOME_UNKNOWN' }),
  attempt({ id: 'd-11' }),
  ...decision('done', { id: 'd-12', warnings: EXEMPTED.warnings, exemptions: EXEMPTED.exemptions }),
  ...decision('done', { id: 'd-13', warnings: WARNED.warnings }),
];

describe('as a table', () => {
  test('tells who changed what, what was denied, let pass, warned of and replayed, and what needs looking at', async () => {
    const { code, out } = await report(VARIETY);
    expect(code).toBe(0);
    const lines = out.split('\n').map((line) => line.trim().replaceAll(/ {2,}/g, ' | '));
    const last = '2026-11-20T11:30:00.120Z';
    for (const line of [
      '13 decisions, from 2026-11-20T11:30:00.000Z to 2026-11-20T11:30:01.000Z, UTC.',
      'TEAM | DECISIONS | CHANGED | READ | REPLAYED | UNCHANGED | DRY RUN | DENIED | FAILED | UNKNOWN | NO OUTCOME | EXEMPTED | WARNED',
      'payments | 12 | 4 | 1 | 1 | 1 | 1 | 1 | 1 | 1 | 1 | 1 | 1',
      '4 | payments | payments-ci/build-7 | CreateAgentActionGroup | AGENT12345 | bookings | 2026-11-20T11:30:01.120Z | d-02',
      `1 | signature-is-allowed | payments | ${last} | d-07`,
      `1 | signature-is-allowed | travel | ${last} | d-08`,
      `1 | EX-1 | 2026-11-25T12:00:00.000Z | payments | ${last} | d-12`,
      `1 | signature-is-allowed | payments | ${last} | d-13`,
      `1 | payments | payments-ci/build-7 | CreateAgentActionGroup | AGENT12345 | ${last} | d-04`,
      `${last} | payments | payments-ci/build-7 | CreateAgentActionGroup bookings of AGENT12345 | OUTCOME_UNKNOWN | d-10`,
    ]) {
      expect(lines).toContain(line);
    }
    expect(out).toMatch(/Without an outcome on record:\n.*\n.* d-11\n/);
  });

  test('ends in a line where there are too many', async () => {
    const many = Array.from({ length: 30 }, (_, number) => attempt({ id: `d-${number}` }));
    expect((await report(many)).out).toContain('and 5 more (--format json has all)');
  });

  test('says how many lines it could not understand', async () => {
    const damaged = outcome('done').replace('"disposition":"done"', '"disposition":"well"');
    expect((await report([damaged])).out).toMatch(/^0 decisions.*\n\nAudit lines that could not be understood: 1\.\n$/);
  });
});

describe('by', () => {
  test.each<[Axis, Record<string, number>]>([
    ['team', { payments: 12, travel: 1 }],
    ['agent', { AGENT12345: 12, TRAVEL2345: 1 }],
    ['principal', { [CI]: 13 }],
    ['rule', { '(no rule)': 10, 'signature-is-allowed': 3 }],
  ])('%s', async (by, counts) => {
    const { rows } = await reported(VARIETY, '--by', by);
    expect(Object.fromEntries(rows.map((row: { key: string; decisions: number }) => [row.key, row.decisions]))).toEqual(
      counts,
    );
  });
});

describe('in a time', () => {
  const lines = [
    ...decision('done', { id: 'd-1', at: Date.parse('2026-10-31T23:59:59.999Z') }),
    ...decision('done', { id: 'd-2', at: Date.parse('2026-11-01T00:00:00Z') }),
    ...decision('done', { id: 'd-3', at: Date.parse('2026-11-02T23:59:59.999Z') }),
    ...decision('done', { id: 'd-4', at: Date.parse('2026-11-03T00:00:00Z') }),
  ];
  // A decision is of the time when it began, though its outcome comes after it.
  test.each<[string, string[], number]>([
    ['dates are whole days, in UTC', ['--since', '2026-11-01', '--until', '2026-11-02'], 2],
    ['so long ago', ['--since', '18d'], 2],
    ['a time with its zone', ['--since', '2026-11-01T02:00:00+02:00'], 3],
  ])('%s', async (_name, args, count) => {
    expect((await reported(lines, ...args)).total.decisions).toBe(count);
  });
});

test('the policy says when exemptions end that end late', async () => {
  const { policy } = files({ policy: documentWith({ exemptions: [exemption()] }) });
  const lines = decision('done', { exemptions: ['EX-1'] });
  expect((await reported(lines)).exemptions[0]).toMatchObject({ exemption: 'EX-1', until: null });
  expect((await reported(lines, '--policy', policy)).exemptions[0]).toMatchObject({
    until: '2027-06-30T12:00:00.000Z',
  });
});

describe('as CSV', () => {
  test('rows for a spreadsheet, none of which it would run', async () => {
    const teams = ['=HYPERLINK("http://x")', '+1', '-1', '@x', '\tx', ' =1', '\uff1d1', 'a,b', 'a"b', 'plain'];
    const { out } = await report(
      teams.flatMap((team, number) => decision('done', { id: `d-${number}`, team })),
      '--format',
      'csv',
    );
    const rest = ',1,1,0,0,0,0,0,0,0,0,0,0';
    expect(out.split('\r\n')).toEqual([
      'team,decisions,changed,read,replayed,unchanged,dryRun,denied,failed,unknown,noOutcome,exempted,warned',
      ...[
        '"\'\tx"',
        '"\' =1"',
        '"\'+1"',
        '"\'-1"',
        '"\'=HYPERLINK(""http://x"")"',
        '"\'@x"',
        '"a""b"',
        '"a,b"',
        'plain',
        '"\'\uff1d1"',
      ].map((cell) => `${cell}${rest}`),
      '',
    ]);
  });
});

describe('what cannot begin ends with exit code 2', () => {
  test.each<[string, string[], string]>([
    ['an axis that is none', ['--by', 'colour'], '--by colour is none of team, rule, principal, agent'],
    ['a format that is none', ['--format', 'xml'], '--format xml is none of table, json, csv'],
    ['an end before the beginning', ['--since', '1d', '--until', '2d'], '--since lies after --until'],
    ['a policy that is not there', ['--policy', 'nowhere.yaml'], 'nowhere.yaml'],
  ])('%s', async (_name, args, words) => {
    const { code, err } = await report([], ...args);
    expect([code, err]).toEqual([2, expect.stringContaining(words)]);
  });
});

/** A log of decisions in every state, each line as often and in whatever order. */
const disposition = fc.constantFrom(
  'done',
  'replayed',
  'unchanged',
  'dry-run',
  'denied',
  'failed',
  'unknown',
  undefined,
);
const made = fc.record({
  disposition,
  team: fc.constantFrom('payments', 'travel', undefined),
  agentId: fc.constantFrom('AGENT12345', 'TRAVEL2345'),
  denied: fc.boolean(),
  warned: fc.boolean(),
});
const log = fc.array(made, { maxLength: 12 }).chain((decisions) => {
  const lines = decisions.flatMap(({ disposition, denied, warned, ...facts }, number) => {
    const warnings = warned ? [{ ...WARNED.warnings[0], rule: 'description-is-given' }] : [];
    const all: Facts = { ...facts, ...(denied ? DENIED : {}), warnings, id: `d-${number}`, at: AT + number };
    return disposition === undefined ? [attempt(all)] : decision(disposition, all);
  });
  const again = fc.array(lines.length === 0 ? fc.constant('') : fc.constantFrom(...lines), { maxLength: 12 });
  const shuffled = again.chain((more) =>
    fc.shuffledSubarray([...lines, ...more], { minLength: lines.length + more.length }),
  );
  return fc.record({ decisions: fc.constant(decisions), lines: fc.constant(lines), shuffled });
});

function tallied(lines: readonly string[], axis: Axis) {
  const tally = new Tally(axis, () => true);
  for (const line of lines) {
    const record = line === '' ? undefined : recordOf(JSON.parse(line));
    if (record !== undefined) tally.add(record);
  }
  return tally.done();
}

test('neither order nor repetition of lines matters, and every decision is counted in exactly one way', () => {
  fc.assert(
    fc.property(log, fc.constantFrom(...AXES), ({ decisions, lines, shuffled }, axis) => {
      const report = tallied(shuffled, axis);
      expect(report).toEqual(tallied(lines, axis));
      expect(report.total.decisions).toBe(decisions.length);
      for (const counts of [report.total, ...report.rows]) {
        expect(KINDS.reduce((sum, kind) => sum + counts[kind], 0)).toBe(counts.decisions);
      }
      const sum = report.rows.reduce((total, row) => total + row.decisions, 0);
      // By rule, one that is denied by one rule and warned of by another stands in two rows.
      const twice = axis === 'rule' ? decisions.filter(({ denied, warned }) => denied && warned).length : 0;
      expect(sum).toBe(decisions.length + twice);
    }),
    { seed: 20261120, numRuns: 200 },
  );
});
