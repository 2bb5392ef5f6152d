/** What two policies make of the same decisions, counted by team and rule. */
import type { Decided } from './recorded.ts';

export type Kind = 'newly-denied' | 'newly-allowed' | 'newly-warned';

export interface TallyRow {
  readonly kind: Kind;
  readonly team: string;
  readonly rule: string;
  /** Decisions; one that two rules deny counts in the rows of both. */
  readonly count: number;
  /** Ids of the first few. */
  readonly samples: readonly string[];
}

const SAMPLES = 3;

export class Tally {
  readonly counts = { decisions: 0, same: 0, newlyDenied: 0, newlyAllowed: 0, newlyWarned: 0 };
  readonly #rows = new Map<string, { kind: Kind; team: string; rule: string; count: number; samples: string[] }>();

  add(decisionId: string, before: Decided, after: Decided): void {
    this.counts.decisions++;
    const team = after.team ?? before.team ?? '(in no one team)';
    const note = (kind: Kind, rules: readonly string[]) => {
      for (const rule of new Set(rules)) this.#note(kind, team, rule, decisionId);
    };
    if (before.effect === 'allow' && after.effect === 'deny') {
      this.counts.newlyDenied++;
      note('newly-denied', after.denying);
    } else if (before.effect === 'deny' && after.effect === 'allow') {
      this.counts.newlyAllowed++;
      note('newly-allowed', before.denying);
    } else {
      const warned = after.effect === 'deny' ? [] : after.warning.filter((rule) => !before.warning.includes(rule));
      if (warned.length === 0) this.counts.same++;
      else this.counts.newlyWarned++;
      note('newly-warned', warned);
    }
  }

  /** The most frequent first. */
  rows(): TallyRow[] {
    return [...this.#rows.values()].sort(
      (a, b) => b.count - a.count || (`${a.team} ${a.rule}` < `${b.team} ${b.rule}` ? -1 : 1),
    );
  }

  #note(kind: Kind, team: string, rule: string, decisionId: string): void {
    const key = `${kind} ${team} ${rule}`;
    const row = this.#rows.get(key) ?? { kind, team, rule, count: 0, samples: [] };
    row.count++;
    if (row.samples.length < SAMPLES) row.samples.push(decisionId);
    this.#rows.set(key, row);
  }
}
