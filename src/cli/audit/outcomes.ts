import type { AuditRecord } from '../audit-log/record.ts';

/** No request runs as long, and no outcome takes as long to arrive. */
const OVERDUE_AFTER_MS = 90_000;

/** Far more than arrive out of order. */
const REMEMBERED_AT_MOST = 100_000;

/**
 * Each outcome and preparation once, and attempts whose outcome does not come, whatever the order and doubling of lines.
 *
 * An attempt waits from when it was seen, not from when it was made: an old log is read in a moment.
 */
export class Outcomes {
  readonly #told = new Set<string>();
  readonly #open = new Map<string, { readonly attempt: AuditRecord; readonly seenAtMs: number }>();

  /** Whether this record says something new. */
  see(record: AuditRecord, nowMs: number): boolean {
    const { phase, decisionId } = record;
    const key = `${phase} ${decisionId}`;
    if (this.#told.has(key)) return false;
    this.#told.add(key);
    if (this.#told.size > REMEMBERED_AT_MOST) this.#told.delete(this.#told.values().next().value as string);
    if (phase === 'outcome') this.#open.delete(decisionId);
    if (phase === 'attempt' && !this.#told.has(`outcome ${decisionId}`)) {
      this.#open.set(decisionId, { attempt: record, seenAtMs: nowMs });
    }
    return true;
  }

  /** Attempts that have waited long enough; told once. */
  overdue(nowMs: number): AuditRecord[] {
    return this.#take(({ seenAtMs }) => nowMs - seenAtMs >= OVERDUE_AFTER_MS);
  }

  /** All that still wait, at the end of a log. */
  left(): AuditRecord[] {
    return this.#take(() => true);
  }

  #take(isDue: (open: { readonly seenAtMs: number }) => boolean): AuditRecord[] {
    const due = [...this.#open].filter(([, open]) => isDue(open));
    for (const [id] of due) this.#open.delete(id);
    return due.map(([, { attempt }]) => attempt).sort((a, b) => a.epochMs - b.epochMs);
  }
}
