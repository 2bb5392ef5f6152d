/** Audit records in words for a terminal. Nothing of a record reaches it but through `printable`. */
import { type AuditRecord, blockOf, type Found, noticeIn, textOf } from '../audit-log/record.ts';
import { asciiJson, printable } from '../printable.ts';
import type { Style } from '../style.ts';
import { type Became, becameOf } from './filters.ts';

/** Longest text of a caller in a line that is meant to be read at a glance. */
const GLANCE = 300;

export function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

export function paintOf(became: Became, { good, bad, odd, dim }: Style): (text: string) => string {
  if (became === 'done') return good;
  if (became === 'denied') return bad;
  if (became === 'failed' || became === 'unknown' || became === 'no-outcome') return odd;
  return dim;
}

/** "payments-ci/build-7" of an assumed role's ARN; another principal's whole. */
export function shortPrincipal(arn: string): string {
  return (
    /^arn:[^:]+:sts::\d+:assumed-role\/(.+)$/.exec(arn)?.[1] ??
    /^arn:[^:]+:iam::\d+:(?:role|user)\/(.+)$/.exec(arn)?.[1] ??
    arn
  );
}

/** What was asked: "CreateAgentActionGroup bookings of AGENT12345". */
export function askedOf({ operation, actionGroupName, actionGroupId, agentId }: AuditRecord): string {
  const group = [actionGroupName, actionGroupId].filter((part) => part !== undefined).join(' ');
  return `${operation}${group === '' ? '' : ` ${group}`} of ${agentId}`;
}

/** One line for the record, and one for each thing that the policy found. */
export function lineOf(record: AuditRecord, style: Style): string {
  const { epochMs, phase, team, principal, decisionId, facts } = record;
  const word = phase === 'outcome' ? becameOf(record) : phase === 'attempt' ? 'attempt' : 'prepare';
  const paint = phase === 'outcome' ? paintOf(becameOf(record), style) : style.dim;
  const cells = [
    timeOf(epochMs),
    paint(word.padEnd(10)),
    printable(team ?? '(no team)', GLANCE).padEnd(10),
    style.bold(printable(askedOf(record), GLANCE)),
    `by ${printable(shortPrincipal(principal), GLANCE)}`,
    ...(phase === 'outcome' ? extraOf(record) : []),
    ...(phase === 'preparation' ? [printable(textOf(blockOf(facts.preparation).status) ?? '', GLANCE)] : []),
    style.dim(printable(decisionId, GLANCE)),
  ];
  const found = phase === 'outcome' ? foundIn(record, style) : [];
  return [cells.filter((cell) => cell !== '').join('  '), ...found.map((line) => `    ${line}`)]
    .map((line) => `${line}\n`)
    .join('');
}

/** An attempt whose outcome did not come. */
export function missingLine(attempt: AuditRecord, style: Style): string {
  const { epochMs, team, principal, decisionId } = attempt;
  const cells = [
    timeOf(epochMs),
    style.odd('no outcome'),
    printable(team ?? '(no team)', GLANCE).padEnd(10),
    style.bold(printable(askedOf(attempt), GLANCE)),
    `by ${printable(shortPrincipal(principal), GLANCE)}`,
    style.dim(printable(decisionId, GLANCE)),
  ];
  const found = foundIn(attempt, style).map((line) => `    ${line}\n`);
  return `${cells.join('  ')}\n${found.join('')}`;
}

function extraOf({ code, disposition, dryRun, facts }: AuditRecord): string[] {
  const upstream = textOf(blockOf(blockOf(facts.outcome).upstream).error);
  const isFailure = disposition === 'failed' || disposition === 'unknown';
  return [
    ...(dryRun && disposition !== 'dry-run' ? ['(dry run)'] : []),
    ...(isFailure && code !== undefined ? [printable(code, GLANCE)] : []),
    ...(isFailure && upstream !== undefined ? [`(${printable(upstream, GLANCE)})`] : []),
  ];
}

/** What the policy found, a line for each. */
export function foundIn({ violations, warnings, exemptions }: AuditRecord, { bad, odd, dim }: Style): string[] {
  return [
    ...violations.map((violation) => `${bad('denied by')} ${findingText(violation)}${fixText(violation, dim)}`),
    ...warnings.map(
      (warning) =>
        `${odd(noticeIn(warning) === undefined ? 'warned by' : 'notice of')} ${findingText(warning)}${fixText(warning, dim)}`,
    ),
    ...exemptions.map((id) => `${odd('exempted by')} ${printable(id, GLANCE)}`),
  ];
}

function findingText({ rule, pointer, message }: Found): string {
  const at = pointer === '' ? '' : ` at ${printable(pointer, GLANCE)}`;
  return `${printable(rule, GLANCE)}${at}${message === '' ? '' : `: ${printable(message, GLANCE)}`}`;
}

function fixText({ fix }: Found, dim: (text: string) => string): string {
  return fix === undefined ? '' : ` ${dim(printable(fix, GLANCE))}`;
}

/** A value of a record in words: texts as they are, all else as JSON. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? printable(value) : asciiJson(value);
}
