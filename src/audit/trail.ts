import type { LineLogger } from '../log.ts';
import { Problem } from '../problem.ts';
import type { Attempt, Decision, Request } from '../provisioning.ts';
import {
  type AgentPlace,
  type AuditRecord,
  describeDecision,
  describeFailure,
  describeSuccess,
  type RequestIds,
} from './record.ts';

/** Selects the audit lines in CloudWatch: `filter message = "audit"`. */
const MESSAGE = 'audit';

/**
 * Puts the attempt on record, before anything is changed.
 *
 * @param tokenHash SHA-256 of the token sent to Bedrock; the token itself is never written.
 * @throws {Problem} `AUDIT_UNAVAILABLE` when the line cannot be written: nothing may happen without a record of it.
 */
export function beginTrail(
  log: LineLogger,
  ids: RequestIds,
  request: Request,
  decision: Decision,
  tokenHash: string | undefined,
  place: AgentPlace,
): Attempt {
  const common = describeDecision(ids, request, decision, tokenHash, place);
  const startedAtMs = performance.now();
  const latencyMs = () => Math.round(performance.now() - startedAtMs);
  try {
    log.must(MESSAGE, { audit: { phase: 'attempt', ...common } });
  } catch (error) {
    const problem = new Problem('AUDIT_UNAVAILABLE', {
      detail: 'Nothing was created. Retrying with the same client token is safe.',
      retryAfterSeconds: 2,
      cause: error,
    });
    problem.decisionId = decision.id;
    throw problem;
  }

  // The change is made by now: failing the request would lose its id, so the missing outcome is left to reconciliation.
  const outcome = (record: AuditRecord, phase = 'outcome') => {
    try {
      log.must(MESSAGE, { audit: { phase, ...common, outcome: record } });
    } catch {
      log.error('An audit outcome could not be written.', { decisionId: decision.id });
    }
  };
  return {
    succeeded: (applied) => outcome(describeSuccess(applied, latencyMs())),
    dryRun: () => outcome({ disposition: 'dry-run', latencyMs: latencyMs() }),
    failed: (error) => {
      outcome(describeFailure(error, latencyMs()));
      if (error instanceof Problem) error.decisionId = decision.id;
      return error;
    },
    prepared: ({ status, failureReasons, requestId }) =>
      outcome({ status, failureReasons, upstream: { requestId }, latencyMs: latencyMs() }, 'preparation'),
  };
}
