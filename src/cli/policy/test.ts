/** `portcullis policy test`: what a policy says of its cases, and how much of it they hold in place. */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decide, type Verdict } from '../../policy/decide.ts';
import { faultLine } from '../../policy-source/yaml-file.ts';
import { type Command, CommandError, type ExitCode, InputError, type Terminal } from '../command.ts';
import { readArgs } from '../options.ts';
import { type Style, styleOf } from '../style.ts';
import { table } from '../table.ts';
import { type Case, type Expected, readCases, sorted } from './cases.ts';
import { type CoverageItem, coverageOf, percentOf } from './coverage.ts';
import { bytesOf, DEFAULT_POLICY, policyIn } from './load.ts';

const help = `Usage: portcullis policy test [FILE] [--cases PATTERN]... [--min-coverage N] [--json]

Runs the cases of a policy (default: ${DEFAULT_POLICY}) and tells how much of it they hold in place: each rule that is
on must be seen to pass and to find something, each setting must matter to a case, each team and exemption must be used.

A case says who asks for what, and what the policy must say of it:

  given: { at: 2026-11-20T12:00:00Z, agentAccount: "111122223333", agentRegion: us-east-1 }   # for every case
  cases:
    - name: a shell is refused
      as: arn:aws:iam::111122223333:role/payments-ci      # or { issuer: …, claims: { … } }
      agent: AGENT12345
      operation: CreateAgentActionGroup                   # the default
      actionGroup: { actionGroupName: shell, parentActionGroupSignature: ANTHROPIC.Bash }
      expect: deny                                        # or allow
      rules: [signature-is-allowed]                       # exactly these deny
      warnings: []                                        # exactly these warn; the default is none

A case may also say: at, agentAccount, agentRegion, actionGroupId, skipResourceInUseCheck, and clientToken: false for a
creation without one.

Options:
  --cases PATTERN      a file, a folder or a pattern in quotes; again for more (default: tests/*.yaml beside FILE)
  --min-coverage N     fail below N percent
  --json               the results as JSON
  -h, --help           this text

Exit codes: 0 all as expected, 1 not, 2 the command line or a file is not usable.
`;

const OPTIONS = {
  cases: { type: 'string', multiple: true },
  'min-coverage': { type: 'string' },
  json: { type: 'boolean' },
} as const;

interface Result extends Case {
  readonly file: string;
  readonly actual: Expected;
  readonly passed: boolean;
}

async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS, ['FILE?']);
  const file = positionals[0] ?? DEFAULT_POLICY;
  const wanted = percent(values['min-coverage'] ?? '0');
  const policy = await policyIn(file);
  const cases = await casesIn(values.cases ?? [join(dirname(file), 'tests', '*.yaml')]);

  const exercises = cases.map((one) => ({ ...one, atEpochMs: one.atEpochMs ?? terminal.now() }));
  const results = exercises.map((one): Result => {
    const actual = toExpected(decide(policy, one.request, one.atEpochMs));
    return { ...one, actual, passed: JSON.stringify(actual) === JSON.stringify(one.expected) };
  });
  const coverage = coverageOf(policy, exercises);
  const failed = results.filter(({ passed }) => !passed).length;
  const covered = percentOf(coverage);
  terminal.out(values.json ? inJson(results, coverage) : inText(results, coverage, styleOf(terminal)));
  if (covered < wanted) terminal.err(`The coverage of ${covered}% is below the ${wanted}% asked for.\n`);
  return failed > 0 || covered < wanted ? 1 : 0;
}

function percent(text: string): number {
  const number = Number(text);
  if (/^\d{1,3}$/.test(text) && number <= 100) return number;
  throw new CommandError(`--min-coverage ${text} is no percentage. Write a whole number from 0 to 100.`, 2);
}

async function casesIn(patterns: readonly string[]): Promise<(Case & { readonly file: string })[]> {
  // Node 20 has none; callers may run other commands of the one file on it.
  const { glob } = await import('node:fs/promises');
  const paths = new Set<string>();
  for (const pattern of patterns) {
    const isFolder = await stat(pattern).then(
      (found) => found.isDirectory(),
      () => false,
    );
    for await (const path of glob(isFolder ? join(pattern, '*.yaml') : pattern)) paths.add(path);
  }
  if (paths.size === 0) throw new InputError(`there are no cases at ${patterns.join(', ')}. Name them with --cases.`);
  const faults: string[] = [];
  const cases: (Case & { file: string })[] = [];
  for (const file of [...paths].sort()) {
    const read = readCases(await bytesOf(file));
    if ('faults' in read) faults.push(...read.faults.map((fault) => faultLine(file, fault)));
    else cases.push(...read.cases.map((one) => ({ ...one, file })));
  }
  if (faults.length > 0) throw new InputError(`the cases cannot be used.\n${faults.join('\n')}`);
  return cases;
}

function toExpected({ effect, violations, warnings }: Verdict): Expected {
  const rules = (findings: Verdict['violations']) => sorted(findings.map(({ rule }) => rule));
  return { effect, rules: rules(violations), warnings: rules(warnings) };
}

function inJson(results: readonly Result[], coverage: readonly CoverageItem[]): string {
  const cases = results.map(({ file, line, column, name, passed, expected, actual }) => {
    return { file, line, column, name, passed, expected, actual };
  });
  const counted = { percent: percentOf(coverage), items: coverage };
  const passed = results.filter((result) => result.passed).length;
  return `${JSON.stringify({ passed, failed: results.length - passed, cases, coverage: counted }, null, 2)}\n`;
}

function inText(results: readonly Result[], coverage: readonly CoverageItem[], style: Style): string {
  const failures = results
    .filter(({ passed }) => !passed)
    .map(
      ({ file, line, column, name, expected, actual }) =>
        `${file}:${line}:${column} ${style.bad('failed:')} ${name}\n  expected ${inWords(expected)}\n  but got  ${inWords(actual)}`,
    );
  const missing = coverage.filter(({ covered }) => !covered).map(({ what }) => `  ${what}`);
  const passed = results.length - failures.length;
  const counts = `${passed} passed, ${failures.length} failed`;
  const share = `${percentOf(coverage)}% (${coverage.length - missing.length} of ${coverage.length})`;
  return [
    ...failures,
    coverageTable(coverage, style),
    ...(missing.length === 0 ? [] : [style.odd('No case depends on:'), ...missing]),
    `${failures.length === 0 ? style.good(counts) : style.bad(counts)}; coverage ${share}.`,
    '',
  ].join('\n');
}

function coverageTable(coverage: readonly CoverageItem[], style: Style): string {
  const rules = Map.groupBy(coverage, ({ rule }) => rule);
  // A rule that can answer in one way only has no mark for the other.
  const mark = (item: CoverageItem | undefined) =>
    item === undefined ? '-' : item.covered ? style.good('yes') : style.bad('no');
  const rows = [...rules].flatMap(([id, items]) => {
    if (id === undefined) return [];
    const settings = items.filter(({ kind }) => kind === 'setting');
    const used = settings.filter(({ covered }) => covered).length;
    const [passes, finds] = (['passes', 'finds'] as const).map((wanted) => items.find(({ kind }) => kind === wanted));
    return [[id, mark(passes), mark(finds), settings.length === 0 ? '' : `${used} of ${settings.length}`]];
  });
  return table(['RULE', 'PASSES', 'FINDS', 'SETTINGS'], rows);
}

function inWords({ effect, rules, warnings }: Expected): string {
  const by = rules.length === 0 ? '' : ` by ${rules.join(', ')}`;
  return `${effect}${by}${warnings.length === 0 ? '' : `, warned by ${warnings.join(', ')}`}`;
}

export const test: Command = { summary: 'Runs the cases of a policy, and tells what they cover.', help, run };
