/** `portcullis policy check`: everything that can be said of a policy document without a request. */
import { compile } from '../../policy/policy.ts';
import { PolicyFileError, readPolicy } from '../../policy-source/policy-file.ts';
import type { Command, ExitCode, Terminal } from '../command.ts';
import { readArgs } from '../options.ts';
import { type Style, styleOf } from '../style.ts';
import { exemptionFindings } from './exemption-findings.ts';
import { type Finding, SEVERITIES, type Severity } from './finding.ts';
import { bytesOf, DEFAULT_POLICY } from './load.ts';
import { possibilityFindings } from './possible-creations.ts';
import { ruleFindings } from './rule-findings.ts';
import { teamFindings } from './team-findings.ts';

const help = `Usage: portcullis policy check [FILE] [--strict] [--json]

Checks a policy document (default: ${DEFAULT_POLICY}): its grammar, and beyond it teams that nobody can be in, callers
that are in two, prefixes that let too much through, rules that nothing satisfies, exemptions that have ended, are about to,
or change nothing. Each finding is one line: FILE:LINE:COLUMN SEVERITY: MESSAGE — REMEDY.

Options:
  --strict     fail on warnings, too
  --json       the findings as JSON
  -h, --help   this text

Exit codes: 0 fine, 1 errors (with --strict: or warnings), 2 the command line or the file is not usable.
`;

const OPTIONS = { strict: { type: 'boolean' }, json: { type: 'boolean' } } as const;

interface Report {
  readonly file: string;
  /** Absent where the document is not acceptable. */
  readonly policy?: { readonly revision: string; readonly digest: string };
  readonly findings: readonly (Omit<Finding, 'path' | 'at'> & { readonly line: number; readonly column: number })[];
}

async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS, ['FILE?']);
  const file = positionals[0] ?? DEFAULT_POLICY;
  const report = examine(file, await bytesOf(file), terminal.now());
  const count = (severity: Severity) => report.findings.filter((finding) => finding.severity === severity).length;
  const counts = { errors: count('error'), warnings: count('warning'), notes: count('note') };
  terminal.out(
    values.json ? `${JSON.stringify({ ...report, ...counts }, null, 2)}\n` : inText(report, counts, styleOf(terminal)),
  );
  return counts.errors > 0 || (values.strict && counts.warnings > 0) ? 1 : 0;
}

function examine(file: string, bytes: Uint8Array, nowEpochMs: number): Report {
  try {
    const { document, digest, locate } = readPolicy(bytes, file);
    const policy = compile(document, digest);
    const findings = [
      ...teamFindings(document),
      ...ruleFindings(document),
      ...possibilityFindings(policy),
      ...exemptionFindings(policy, nowEpochMs),
    ].map(({ path, at, ...finding }) => ({ ...locate(path, at), ...finding }));
    findings.sort((a, b) => a.line - b.line || a.column - b.column);
    return { file, policy: { revision: document.revision, digest }, findings };
  } catch (error) {
    if (!(error instanceof PolicyFileError)) throw error;
    return { file, findings: error.faults.map((fault) => ({ severity: 'error', ...fault })) };
  }
}

function inText({ file, policy, findings }: Report, counts: Readonly<Record<string, number>>, style: Style): string {
  const paint = { error: style.bad, warning: style.odd, note: style.dim };
  const lines = findings.map(
    ({ severity, line, column, message, fix }) =>
      `${file}:${line}:${column} ${paint[severity](`${severity}:`)} ${message} — ${fix}`,
  );
  const found = SEVERITIES.map((severity) => plural(counts[`${severity}s`] ?? 0, severity)).join(', ');
  const what = policy === undefined ? '' : ` revision ${policy.revision}, digest ${policy.digest.slice(0, 12)}:`;
  return `${[...lines, `${file}:${what} ${found}.`].join('\n')}\n`;
}

function plural(count: number, noun: string): string {
  return `${count === 0 ? 'no' : count} ${noun}${count === 1 ? '' : 's'}`;
}

export const check: Command = { summary: 'Finds what is wrong with a policy document, and where.', help, run };
