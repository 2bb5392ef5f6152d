/** A report as a table, as JSON, as CSV. */
import type { AuditRecord } from '../audit-log/record.ts';
import { csv } from '../csv.ts';
import { asciiJson, printable } from '../printable.ts';
import type { Style } from '../style.ts';
import { table } from '../table.ts';
import { type Alike, type Counts, KINDS, type Report } from './tally.ts';
import { askedOf, shortPrincipal, timeOf } from './words.ts';

export interface Told {
  readonly report: Report;
  readonly sinceEpochMs: number | undefined;
  readonly untilEpochMs: number | undefined;
  /** Audit lines that could not be understood. */
  readonly unreadable: number;
  /** By id, as the policy says it. */
  readonly exemptionEnds: ReadonlyMap<string, string>;
}

const COLUMNS = ['decisions', ...KINDS, 'exempted', 'warned'] as const satisfies readonly (keyof Counts)[];

export function asCsv({ report }: Told): string {
  const rows = report.rows.map((row) => [row.key, ...COLUMNS.map((column) => row[column])]);
  return csv([[report.by, ...COLUMNS], ...rows]);
}

export function asJson({ report, sinceEpochMs, untilEpochMs, unreadable, exemptionEnds }: Told): string {
  const { by, total, rows, changes, denials, exemptions, warnings, replays, unknown, withoutOutcome } = report;
  const listed = ({ lastEpochMs, ...group }: Alike) => ({ ...group, last: timeOf(lastEpochMs) });
  const told = {
    since: instant(sinceEpochMs),
    until: instant(untilEpochMs),
    first: instant(report.from),
    last: instant(report.to),
    total,
    unreadable,
    by,
    rows,
    changes: changes.map(listed),
    denials: denials.map(listed),
    exemptions: exemptions.map((entry) => ({
      ...listed(entry),
      until: exemptionEnds.get(entry.exemption) ?? entry.until ?? null,
    })),
    warnings: warnings.map(listed),
    replays: replays.map(listed),
    unknown: unknown.map(single),
    withoutOutcome: withoutOutcome.map(single),
  };
  return `${asciiJson(told, 2)}\n`;
}

function single(record: AuditRecord) {
  const { decisionId, epochMs, team, principal, operation, agentId, actionGroupName, actionGroupId, code } = record;
  return {
    decisionId,
    time: timeOf(epochMs),
    team: team ?? null,
    principal,
    operation,
    agent: agentId,
    actionGroup: actionGroupName ?? actionGroupId ?? '',
    code: code ?? null,
  };
}

/** JSON has everything; a screen has an end. */
const LISTED_AT_MOST = 25;

export function asText({ report, sinceEpochMs, untilEpochMs, unreadable, exemptionEnds }: Told, style: Style): string {
  const { total, rows, by } = report;
  const from = timeText(sinceEpochMs ?? report.from);
  const to = timeText(untilEpochMs ?? report.to);
  const head = `${total.decisions} decision${total.decisions === 1 ? '' : 's'}, from ${from} to ${to}, UTC.`;
  const shown = COLUMNS.filter((column) => column === 'decisions' || total[column] > 0);
  const lists: [title: string, heads: string[], cells: string[][]][] = [
    [
      `By ${by}${by === 'rule' ? ' (a decision stands in the row of each of its rules)' : ''}:`,
      [by, ...shown.map(titleOf)],
      rows.map((row) => [row.key, ...shown.map((column) => String(row[column]))]),
    ],
    [
      'Changed:',
      ['count', 'team', 'by', 'operation', 'agent', 'action group', 'last', 'decision'],
      report.changes.map((of) => [
        String(of.count),
        of.team,
        shortPrincipal(of.principal),
        of.operation,
        of.agent,
        of.actionGroup,
        ...lastOf(of),
      ]),
    ],
    [
      style.bad('Denied by:'),
      ['count', 'rule', 'team', 'last', 'decision'],
      report.denials.map((of) => [String(of.count), of.rule, of.team, ...lastOf(of)]),
    ],
    [
      style.odd('Passed only by exemption:'),
      ['count', 'exemption', 'ends', 'team', 'last', 'decision'],
      report.exemptions.map((of) => [
        String(of.count),
        of.exemption,
        exemptionEnds.get(of.exemption) ?? of.until ?? '(not known)',
        of.team,
        ...lastOf(of),
      ]),
    ],
    [
      style.odd('Warned of, and denied if the rule were enforced:'),
      ['count', 'rule', 'team', 'last', 'decision'],
      report.warnings.map((of) => [String(of.count), of.rule, of.team, ...lastOf(of)]),
    ],
    [
      'Replayed, to a repeated client token:',
      ['count', 'team', 'by', 'operation', 'agent', 'last', 'decision'],
      report.replays.map((of) => [
        String(of.count),
        of.team,
        shortPrincipal(of.principal),
        of.operation,
        of.agent,
        ...lastOf(of),
      ]),
    ],
    [style.bad('Nobody knows what became of:'), ONE, report.unknown.map(oneCells)],
    [style.bad('Without an outcome on record:'), ONE, report.withoutOutcome.map(oneCells)],
  ];
  const sections = lists
    .filter(([, , cells]) => cells.length > 0)
    .map(([title, heads, cells]) => {
      const lines = cells.slice(0, LISTED_AT_MOST).map((row) => row.map((cell) => printable(cell, 120)));
      const more = cells.length - lines.length;
      const rest = more === 0 ? '' : `\n  and ${more} more (--format json has all)`;
      return `\n${title}\n${table(
        heads.map((name) => style.bold(name.toUpperCase())),
        lines,
        '  ',
      )}${rest}\n`;
    });
  const odd = unreadable === 0 ? '' : `\nAudit lines that could not be understood: ${unreadable}.\n`;
  return `${head}\n${sections.join('')}${odd}`;
}

const ONE = ['time', 'team', 'by', 'what', 'code', 'decision'];

function oneCells(record: AuditRecord): string[] {
  const { epochMs, team, principal, code, decisionId } = record;
  return [timeOf(epochMs), team ?? '', shortPrincipal(principal), askedOf(record), code ?? '', decisionId];
}

function lastOf({ lastEpochMs, lastDecisionId }: Alike): string[] {
  return [timeOf(lastEpochMs), lastDecisionId];
}

/** "noOutcome" as "no outcome". */
function titleOf(column: string): string {
  return column.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function instant(epochMs: number | undefined): string | null {
  return epochMs === undefined || !Number.isFinite(epochMs) ? null : timeOf(epochMs);
}

function timeText(epochMs: number): string {
  return instant(epochMs) ?? '(nothing)';
}
