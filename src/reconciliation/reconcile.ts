/** One run of reconciliation: span after span, from where the last run came to as near to now as may be judged. */
import type { Clock } from '../deadline.ts';
import type { LineLogger } from '../log.ts';
import type { Provenance } from '../provenance/provenance.ts';
import type { AuditLine } from './audit-line.ts';
import { groupKey, join, NEAR_MS, type Span } from './join.ts';
import type { Progress } from './progress.ts';
import type { Report } from './report.ts';
import type { WriteEvent } from './write-event.ts';

export interface Sources {
  /** CloudTrail's writes of a span. */
  readonly events: (span: Span) => Promise<WriteEvent[]>;
  /** The audit lines of a span. */
  readonly lines: (span: Span) => Promise<AuditLine[]>;
  /** By the group's id; absent where none is kept. */
  readonly provenanceOf?: ((agentId: string) => Promise<ReadonlyMap<string, Provenance>>) | undefined;
}

export interface Run {
  readonly sources: Sources;
  readonly report: Report;
  /** Told how many of CloudTrail's writes a span had, none included: silence says that nothing was looked at. */
  readonly looked: (writes: number) => void;
  readonly progress: Progress;
  readonly log: LineLogger;
  readonly clock: Pick<Clock, 'epochMs'>;
  /** Whether the time that is left is needed to end in order. */
  readonly timeIsShort: () => boolean;
}

/** CloudTrail tells of a call within 15 minutes, as a rule. */
const DELIVERY_MS = 15 * 60_000;
/** Nothing younger is judged: its evidence may still be under way. */
const SETTLED_AFTER_MS = DELIVERY_MS + NEAR_MS;
/** What came later still is found all the same: so much is judged again by each run. */
const OVERLAP_MS = 60 * 60_000;
/** How much is judged at once after an interruption. */
const LONGEST_SPAN_MS = 60 * 60_000;

/** @throws what the sources throw: what was not judged then, is judged by the next run. */
export async function reconcile(run: Run): Promise<{ readonly finished: boolean; readonly findings: number }> {
  const { progress, clock, timeIsShort, log } = run;
  const end = clock.epochMs() - SETTLED_AFTER_MS;
  let until = progress.until ?? end - LONGEST_SPAN_MS;
  let findings = 0;
  while (until < end) {
    if (timeIsShort()) {
      log.info('reconciliation to be continued', { until: new Date(until).toISOString() });
      return { finished: false, findings };
    }
    const to = Math.min(end, until + LONGEST_SPAN_MS);
    findings += await judge(run, { from: until - OVERLAP_MS, to });
    await progress.reached(to);
    until = to;
  }
  return { finished: true, findings };
}

async function judge({ sources, report, looked, log }: Run, span: Span): Promise<number> {
  const around = { from: span.from - NEAR_MS, to: span.to + NEAR_MS };
  const events = await sources.events(around);
  const lines = await sources.lines(around);
  const provenance = sources.provenanceOf && (await provenanceOfAll(sources.provenanceOf, events, lines));
  const found = join({ events, lines, provenance }, span);
  let told = 0;
  for (const finding of found) told += (await report(finding)) ? 1 : 0;
  looked(events.length);
  const times = { from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString() };
  log.info('reconciled', { ...times, events: events.length, lines: lines.length, found: found.length, told });
  return told;
}

/** Of every agent that was written to: one call each. */
async function provenanceOfAll(
  provenanceOf: NonNullable<Sources['provenanceOf']>,
  events: readonly WriteEvent[],
  lines: readonly AuditLine[],
): Promise<Map<string, Provenance>> {
  const known = new Map<string, Provenance>();
  const writes = events.filter(({ by, operation }) => by === 'service' && operation !== 'PrepareAgent');
  const attempts = lines.filter(({ phase }) => phase === 'attempt' && writes.length > 0);
  const agents = new Set([...writes, ...attempts].flatMap(({ agentId }) => agentId ?? []));
  for (const agentId of agents) {
    for (const [id, provenance] of await provenanceOf(agentId)) known.set(groupKey(agentId, id), provenance);
  }
  return known;
}
