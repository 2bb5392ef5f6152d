/** The scan as a Lambda runs it by schedule: findings are log lines, counts are metrics, and a long one takes several runs. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../deadline.ts';
import type { LineLogger } from '../log.ts';
import { Meter, type Values } from '../metrics/meter.ts';
import type { Policy } from '../policy/policy.ts';
import type { Continuation, ContinuationStore } from './continuation.ts';
import type { Inventory } from './inventory.ts';
import { type AgentReport, type Counts, counted, isNotable, NOTHING, rowsOf } from './report.ts';
import { scan } from './scan.ts';

export interface Scheduled {
  readonly log: LineLogger;
  readonly policy: Policy;
  readonly inventory: (scanId: string) => Inventory;
  readonly continuation: ContinuationStore;
  readonly clock: Pick<Clock, 'epochMs'>;
  /** Whether the time that is left is needed to end in order. */
  readonly timeIsShort: () => boolean;
}

/**
 * One run: from where the last one stopped, if it did, to the end or to when the time is short.
 *
 * @throws {Problem} when the agents cannot be listed, and {Error} of DynamoDB: the run has failed then.
 */
export async function runScheduled(
  scheduled: Scheduled,
): Promise<{ readonly finished: boolean; readonly counts: Counts }> {
  const { log, policy, continuation, clock, timeIsShort } = scheduled;
  const { epochMs } = clock;
  const begun = await continuation.load(epochMs());
  const { scanId, startedAt } = begun ?? { scanId: randomUUID(), startedAt: new Date(epochMs()).toISOString() };
  let { afterAgentId, counts }: Pick<Continuation, 'afterAgentId' | 'counts'> = begun ?? {
    afterAgentId: '',
    counts: NOTHING,
  };
  const inventory = scheduled.inventory(scanId);
  const left = (await inventory.agents()).filter((agentId) => agentId > afterAgentId);
  let ended = false;
  const isEnded = () => {
    ended = timeIsShort();
    return ended;
  };
  for await (const report of scan(left, inventory, policy, epochMs, isEnded)) {
    tell(log, scanId, policy, report);
    afterAgentId = report.agentId;
    counts = counted(counts, report);
  }
  if (ended) {
    await continuation.save({ scanId, startedAt, afterAgentId, counts }, epochMs());
    log.info('scan to be continued', { scanId, startedAt, afterAgentId, counts });
    return { finished: false, counts };
  }
  // First: were it left, the next run would go on from there and tell the same totals again. Totals may be missing, not double.
  await continuation.clear();
  log.must('scan', { scanId, startedAt, policy: stampOf(policy), counts });
  new Meter(log).tell(metricsOf(counts));
  return { finished: true, counts };
}

function tell(log: LineLogger, scanId: string, policy: Policy, report: AgentReport): void {
  const { agentId, failed } = report;
  if (failed !== undefined) log.error('An agent could not be scanned.', { scanId, agentId, cause: failed });
  else
    for (const row of rowsOf(report, isNotable))
      log.must('scan finding', { scanId, policy: stampOf(policy), scan: row });
}

function stampOf({ revision, digest }: Policy) {
  return { revision, digest };
}

function metricsOf(counts: Counts): Values {
  return {
    ScannedAgents: counts.agents,
    ScannedActionGroups: counts.groups,
    ScannedAgentSettings: counts.settings,
    ScanDenied: counts.denied,
    ScanWarned: counts.warned,
    ScanUnmanaged: counts.unmanaged,
    ScanRoundTheService: counts.roundTheService,
    ScanChangedSince: counts.changedSince,
    ScanFailedAgents: counts.failed,
  };
}
