/**
 * What decisions come to: who changed what, what was denied and let pass and why, and what needs looking at.
 *
 * Lines may come in any order and more than once. A decision counts by its outcome; by its attempt where no outcome comes,
 * which is known only at the end. Kept is an id for each decision, and beside it what the report itself holds.
 */
import { type AuditRecord, noticeIn, rulesOf } from '../audit-log/record.ts';
import { type Became, becameOf } from './filters.ts';

export const AXES = ['team', 'rule', 'principal', 'agent'] as const;
export type Axis = (typeof AXES)[number];

/** Each decision is in exactly one of these. */
export const KINDS = [
  'changed',
  'read',
  'replayed',
  'unchanged',
  'dryRun',
  'denied',
  'failed',
  'unknown',
  'noOutcome',
] as const;
type Kind = (typeof KINDS)[number];

/** `exempted` and `warned` say more of decisions that are counted already. */
export type Counts = Readonly<Record<'decisions' | Kind | 'exempted' | 'warned', number>>;

export interface Row extends Counts {
  readonly key: string;
}

/** Decisions that are alike, the latest of them as the sample. */
export interface Alike {
  readonly count: number;
  readonly lastEpochMs: number;
  readonly lastDecisionId: string;
}
type Grouped<Field extends string> = Alike & Readonly<Record<Field, string>>;

const READS: ReadonlySet<string> = new Set(['GetAgentActionGroup', 'ListAgentActionGroups', 'GetAgent']);
const NO_TEAM = '(no team)';
const NO_RULE = '(no rule)';

export class Tally {
  readonly #axis: Axis;
  readonly #isWanted: (record: AuditRecord, startedEpochMs: number) => boolean;
  readonly #settled = new Set<string>();
  readonly #open = new Map<string, AuditRecord>();
  readonly #rows = new Map<string, { -readonly [K in keyof Row]: Row[K] }>();
  readonly #total = { key: '', ...NOTHING() };
  readonly #changes = new Groups<'team' | 'principal' | 'operation' | 'agent' | 'actionGroup'>();
  readonly #denials = new Groups<'rule' | 'team'>();
  readonly #warnings = new Groups<'rule' | 'team'>();
  readonly #exemptions = new Groups<'exemption' | 'team'>();
  readonly #replays = new Groups<'team' | 'principal' | 'operation' | 'agent'>();
  readonly #unknown: AuditRecord[] = [];
  readonly #withoutOutcome: AuditRecord[] = [];
  readonly #endOf = new Map<string, string>();
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;

  /** @param isWanted is asked of the record that a decision is counted by, and when it began */
  constructor(axis: Axis, isWanted: (record: AuditRecord, startedEpochMs: number) => boolean) {
    this.#axis = axis;
    this.#isWanted = isWanted;
  }

  add(record: AuditRecord): void {
    const { phase, decisionId } = record;
    if (phase === 'preparation' || this.#settled.has(decisionId)) return;
    if (phase === 'attempt') {
      if (!this.#open.has(decisionId)) this.#open.set(decisionId, record);
      return;
    }
    this.#settled.add(decisionId);
    this.#open.delete(decisionId);
    this.#count(record);
  }

  /** The whole report; nothing may be added after it. */
  done() {
    for (const attempt of this.#open.values()) this.#count(attempt);
    this.#open.clear();
    const rows = [...this.#rows.values()].sort((a, b) => b.decisions - a.decisions || (a.key < b.key ? -1 : 1));
    const { key: _, ...total } = this.#total;
    return {
      from: this.#from,
      to: this.#to,
      by: this.#axis,
      total: total as Counts,
      rows: rows as readonly Row[],
      changes: this.#changes.list(),
      denials: this.#denials.list(),
      exemptions: this.#exemptions.list().map((entry) => ({ ...entry, until: this.#endOf.get(entry.exemption) })),
      warnings: this.#warnings.list(),
      replays: this.#replays.list(),
      unknown: this.#unknown.sort(byTime),
      withoutOutcome: this.#withoutOutcome.sort(byTime),
    };
  }

  #count(record: AuditRecord): void {
    const { epochMs, durationMs = 0, principal, operation, agentId, exemptions } = record;
    const startedEpochMs = epochMs - durationMs;
    if (!this.#isWanted(record, startedEpochMs)) return;
    this.#from = Math.min(this.#from, startedEpochMs);
    this.#to = Math.max(this.#to, startedEpochMs);
    const team = record.team ?? NO_TEAM;
    const kind = kindOf(record);
    const warnings = rulesOf(record.warnings.filter((warning) => noticeIn(warning) === undefined));
    const violations = rulesOf(record.violations);
    for (const counts of [this.#total, ...keysOf(this.#axis, record, warnings).map((key) => this.#row(key))]) {
      counts.decisions++;
      counts[kind]++;
      if (exemptions.length > 0) counts.exempted++;
      if (warnings.length > 0) counts.warned++;
    }
    const actionGroup = record.actionGroupName ?? record.actionGroupId ?? '';
    if (kind === 'changed') this.#changes.add(record, { team, principal, operation, agent: agentId, actionGroup });
    if (kind === 'replayed') this.#replays.add(record, { team, principal, operation, agent: agentId });
    // An evaluation that the policy would deny is a question, and denied nobody anything.
    if (kind === 'denied') for (const rule of violations) this.#denials.add(record, { rule, team });
    for (const rule of warnings) this.#warnings.add(record, { rule, team });
    for (const exemption of exemptions) this.#exemptions.add(record, { exemption, team });
    for (const notice of record.warnings.map(noticeIn)) {
      if (notice !== undefined) this.#endOf.set(notice.id, notice.until);
    }
    if (kind === 'unknown') this.#unknown.push(record);
    if (kind === 'noOutcome') this.#withoutOutcome.push(record);
  }

  #row(key: string) {
    const row = this.#rows.get(key) ?? { key, ...NOTHING() };
    this.#rows.set(key, row);
    return row;
  }
}

export type Report = ReturnType<Tally['done']>;

/** A decision stands in the row of each rule that denied it or warned of it. */
function keysOf(
  axis: Axis,
  { team, principal, agentId, violations }: AuditRecord,
  warnings: readonly string[],
): string[] {
  if (axis === 'team') return [team ?? NO_TEAM];
  if (axis === 'principal') return [principal];
  if (axis === 'agent') return [agentId];
  const rules = new Set([...rulesOf(violations), ...warnings]);
  return rules.size === 0 ? [NO_RULE] : [...rules];
}

const KIND_OF: Readonly<Record<Exclude<Became, 'done'>, Kind>> = {
  replayed: 'replayed',
  unchanged: 'unchanged',
  'dry-run': 'dryRun',
  denied: 'denied',
  failed: 'failed',
  unknown: 'unknown',
  'no-outcome': 'noOutcome',
};

function kindOf(record: AuditRecord): Kind {
  const became = becameOf(record);
  if (became !== 'done') return KIND_OF[became];
  return READS.has(record.operation) ? 'read' : 'changed';
}

function NOTHING(): Record<keyof Counts, number> {
  const none = Object.fromEntries(['decisions', ...KINDS, 'exempted', 'warned'].map((name) => [name, 0]));
  return none as Record<keyof Counts, number>;
}

class Groups<Field extends string> {
  readonly #groups = new Map<
    string,
    { count: number; lastEpochMs: number; lastDecisionId: string } & Record<Field, string>
  >();

  add({ epochMs, decisionId }: AuditRecord, fields: Record<Field, string>): void {
    const key = JSON.stringify(Object.values(fields));
    const group = this.#groups.get(key) ?? { ...fields, count: 0, lastEpochMs: epochMs, lastDecisionId: decisionId };
    group.count++;
    const { lastEpochMs, lastDecisionId } = group;
    if (epochMs > lastEpochMs || (epochMs === lastEpochMs && decisionId > lastDecisionId)) {
      group.lastEpochMs = epochMs;
      group.lastDecisionId = decisionId;
    }
    this.#groups.set(key, group);
  }

  /** The most frequent first. */
  list(): Grouped<Field>[] {
    const entries = [...this.#groups].sort(([a, one], [b, other]) => other.count - one.count || (a < b ? -1 : 1));
    return entries.map(([, group]) => group);
  }
}

function byTime(a: AuditRecord, b: AuditRecord): number {
  return a.epochMs - b.epochMs || (a.decisionId < b.decisionId ? -1 : 1);
}
