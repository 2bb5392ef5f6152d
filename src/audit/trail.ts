import type { LineLogger } from '../log.ts';
import { Problem, unexpected } from '../problem.ts';
import type { Attempt } from '../provisioning.ts';
import { failure, rehearsal, success } from './outcome.ts';
import { type AuditEvent, type Facts, recordsOf } from './record.ts';

/** Of which nobody knows whether they changed anything, where they failed in a way that nobody foresaw. */
const WRITES: ReadonlySet<string> = new Set([
  'CreateAgentActionGroup',
  'UpdateAgentActionGroup',
  'DeleteAgentActionGroup',
  'PrepareAgent',
]);

/**
 * Puts the attempt on record, before anything is changed.
 *
 * @param upstreamMs milliseconds that calls to Bedrock have taken, so far in the process's dealing with this request
 * @throws {Problem} `AUDIT_UNAVAILABLE` when the line cannot be written: nothing may happen without a record of it.
 */
export function beginTrail(log: LineLogger, facts: Facts, upstreamMs: () => number): Attempt {
  const { id: decisionId } = facts.decision;
  const records = recordsOf(facts);
  const startedAtMs = performance.now();
  const upstreamBeforeMs = upstreamMs();
  try {
    log.record(records.attempt(Date.now()));
  } catch (error) {
    const problem = new Problem('AUDIT_UNAVAILABLE', {
      detail: 'Nothing was created. Retrying with the same client token is safe.',
      retryAfterSeconds: 2,
      cause: error,
    });
    problem.decisionId = decisionId;
    throw problem;
  }

  const durationMs = () => Math.round(performance.now() - startedAtMs);
  const latencyMs = () => {
    const spentMs = upstreamMs() - upstreamBeforeMs;
    return spentMs === 0 ? undefined : Math.round(spentMs);
  };
  // The change is made by now: failing the request would lose its id, so the missing outcome is left to reconciliation.
  const write = (event: AuditEvent) => {
    try {
      log.record(event);
    } catch {
      log.error('An audit outcome could not be written.', { decisionId });
    }
  };
  return {
    succeeded: (applied) => write(records.outcome(Date.now(), durationMs(), success(applied, latencyMs()))),
    dryRun: () => write(records.outcome(Date.now(), durationMs(), rehearsal(latencyMs()))),
    failed(error) {
      const problem = error instanceof Problem ? error : unexpected(error, WRITES.has(facts.request.operation));
      write(records.outcome(Date.now(), durationMs(), failure(problem, latencyMs())));
      problem.decisionId = decisionId;
      return problem;
    },
    prepared: (preparation) => write(records.preparation(Date.now(), durationMs(), preparation)),
  };
}
