import { type Clock, type Deadline, growingPauses, machineClock } from '../deadline.ts';
import { Problem } from '../problem.ts';

/** Share of the time in which a busy agent is waited for: the last try and what follows it need the rest. */
const BUSY_SHARE = 0.6;

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;
const RETRY_AFTER_SECONDS = 5;
const PASSING: ReadonlySet<string> = new Set(['AGENT_BUSY', 'UPSTREAM_THROTTLED']);

/** The lease was taken over by another: what was read under it no longer counts, so waiting on does not help. */
export class LeaseLost extends Problem {
  constructor() {
    super('AGENT_BUSY', {
      detail: 'This change took so long that another change of the agent went ahead. Send the same request again.',
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
}

/**
 * Tries again while Bedrock refuses because the agent is between two states, until the time for it is used up. Whoever waits
 * for that and is throttled meanwhile, as many who wait at once are, waits on; throttling alone is the caller's to hear of.
 *
 * `attempt` is told whether an earlier try may have made the change although it failed; a failure keeps that mark.
 *
 * @throws {Problem} At the end what the last try met, which is `AGENT_BUSY` with `retryAfterSeconds` or `UPSTREAM_THROTTLED`;
 *   at once whatever else `attempt` throws.
 */
export async function whileBusy<T>(
  attempt: (mayHaveCommitted: boolean) => Promise<T>,
  deadline: Deadline,
  clock: Clock = machineClock,
): Promise<T> {
  const nextPauseMs = growingPauses(clock, FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  let mayHaveCommitted = false;
  let wasBusy = false;
  for (;;) {
    try {
      return await attempt(mayHaveCommitted);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      mayHaveCommitted ||= error.mayHaveCommitted;
      wasBusy ||= error.code === 'AGENT_BUSY';
      const isPassing = wasBusy && PASSING.has(error.code) && !(error instanceof LeaseLost);
      if (isPassing && (await clock.sleep(nextPauseMs(), deadline.share(BUSY_SHARE)))) continue;
      throw atLast(error, mayHaveCommitted);
    }
  }
}

/** What the last try met, with what is known of the earlier ones. */
function atLast(last: Problem, mayHaveCommitted: boolean): Problem {
  const { code, detail, errors, upstream, retryable, cause } = last;
  const retryAfterSeconds = last.retryAfterSeconds ?? (code === 'AGENT_BUSY' ? RETRY_AFTER_SECONDS : undefined);
  if (last.mayHaveCommitted === mayHaveCommitted && last.retryAfterSeconds === retryAfterSeconds) return last;
  return new Problem(code, { detail, errors, upstream, retryAfterSeconds, retryable, mayHaveCommitted, cause });
}
