import { type Clock, type Deadline, growingPauses, machineClock } from '../deadline.ts';
import { Problem } from '../problem.ts';

/** Of the time left. A repeat may have to do the work itself, when the first request fails: it needs the rest for that. */
const WAIT_SHARE = 0.6;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Attempts again when the first request with this token has ended; its answer is there then, or its work to be done.
 *
 * @param look reads whether it runs still, as `attempt` would say it: a read costs a fifth of a write that is refused, and
 * does not contend with the request that is waited for
 * @throws {Problem} `REQUEST_IN_PROGRESS` when the time is up, and whatever `attempt` and `look` throw.
 */
export async function whileInProgress<T>(
  attempt: () => Promise<T>,
  look: () => Promise<unknown>,
  deadline: Deadline,
  clock: Clock = machineClock,
): Promise<T> {
  const nextPauseMs = growingPauses(clock, FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  let mayRun = true;
  for (;;) {
    try {
      if (mayRun) return await attempt();
      await look();
      mayRun = true;
    } catch (error) {
      const isRunning = error instanceof Problem && error.code === 'REQUEST_IN_PROGRESS';
      if (!isRunning || !(await clock.sleep(nextPauseMs(), deadline.share(WAIT_SHARE)))) throw error;
      mayRun = false;
    }
  }
}
