/** How a request ended, in our words and in the standard's. */
import type { Preparation } from '../bedrock/prepare-agent.ts';
import type { Problem } from '../problem.ts';
import type { Applied } from '../provisioning.ts';
import type { Disposition, Severity, Status } from './ocsf.ts';

/** As `unmapped.outcome` carries it. */
interface Told {
  readonly disposition: 'done' | 'replayed' | 'unchanged' | 'dry-run' | 'denied' | 'failed' | 'unknown';
  readonly code?: string;
  readonly actionGroupId?: string | undefined;
  /** The group was found, not answered. */
  readonly recovered?: boolean | undefined;
  /** False when the change is made, and a retry will ask Bedrock again. */
  readonly stored?: boolean | undefined;
  readonly upstream?: Upstream | undefined;
}

interface Upstream {
  readonly requestId?: string | undefined;
  readonly error?: string | undefined;
  /** Spent in calls to Bedrock since the attempt, the SDK's own retries included; absent where none was made. */
  readonly latencyMs?: number | undefined;
}

export interface Outcome {
  readonly standing: readonly [Severity, Status];
  readonly disposition: Disposition;
  readonly words: string;
  /** As REST answers it. */
  readonly response?: { readonly code: number; readonly error: string };
  readonly told: Told;
}

/** The outcome of a request that was carried out, or replayed. */
export function success(
  { actionGroupId, recovered, stored, replayed, unchanged, upstreamRequestId: requestId }: Applied,
  latencyMs: number | undefined,
): Outcome {
  const disposition = replayed ? 'replayed' : unchanged ? 'unchanged' : 'done';
  return {
    standing: ['Informational', 'Success'],
    disposition: unchanged ? 'No Action' : 'Allowed',
    words: disposition,
    told: { disposition, actionGroupId, recovered, stored, upstream: { requestId, latencyMs } },
  };
}

/** The outcome of a dry run, or of a question. */
export function rehearsal(latencyMs: number | undefined): Outcome {
  return {
    standing: ['Informational', 'Success'],
    disposition: 'Logged',
    words: 'not carried out, as was asked',
    told: { disposition: 'dry-run', upstream: latencyMs === undefined ? undefined : { latencyMs } },
  };
}

/** The outcome of a request that was denied, refused, or of which nobody knows. */
export function failure({ code, kind, mayHaveCommitted, upstream }: Problem, latencyMs: number | undefined): Outcome {
  const known = upstream !== undefined || latencyMs !== undefined;
  const told = {
    code,
    upstream: known ? { requestId: upstream?.requestId, error: upstream?.error, latencyMs } : undefined,
  };
  const response = { code: kind.status, error: code };
  if (code === 'POLICY_DENIED') {
    return {
      standing: ['Low', 'Failure'],
      disposition: 'Blocked',
      words: 'denied',
      response,
      told: { disposition: 'denied', ...told },
    };
  }
  if (mayHaveCommitted) {
    return {
      standing: ['High', 'Unknown'],
      disposition: 'Unknown',
      words: `nobody knows whether it was done (${code})`,
      response,
      told: { disposition: 'unknown', ...told },
    };
  }
  return {
    // What the caller can mend is no trouble of ours.
    standing: [kind.status >= 500 ? 'Medium' : 'Informational', 'Failure'],
    disposition: 'Error',
    words: `failed with ${code}`,
    response,
    told: { disposition: 'failed', ...told },
  };
}

interface Liveness extends Pick<Outcome, 'standing' | 'disposition' | 'words'> {
  readonly code?: string | undefined;
}

/** How far a change that was made is live; `words` go on from the agent's status. */
export function liveness({ status, problem }: Preparation): Liveness {
  if (status === 'PREPARED' || status === 'PREPARING') {
    return { standing: ['Informational', 'Success'], disposition: 'Allowed', words: '' };
  }
  const code = problem?.code;
  return problem?.mayHaveCommitted
    ? { standing: ['Medium', 'Unknown'], disposition: 'Unknown', words: ', and a prepare of it may be running', code }
    : { standing: ['Medium', 'Failure'], disposition: 'Error', words: '', code };
}
