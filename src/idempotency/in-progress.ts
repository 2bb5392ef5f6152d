import { type Clock, type Deadline, growingPauses, machineClock } from '../deadline.ts';
import { Problem } from '../problem.ts';

/** Of the time left. A repeat may have to do the work itself, when the first request fails: it needs the rest for that. */
const WAIT_SHARE = 0.6;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Asks again while the first request with this token runs, until its answer is there or the time is up.
 *
 * @throws {Problem} `REQUEST_IN_PROGRESS` when the time is up, and whatever `attempt` throws.
 */
export async function whileInProgress<T>(
  attempt: () => Promise<T>,
  deadline: Deadline,
  clock: Clock = machineClock,
): Promise<T> {
  const nextPauseMs = growingPauses(clock, FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const isRunning = error instanceof Problem && error.code === 'REQUEST_IN_PROGRESS';
      if (!isRunning || !(await clock.sleep(nextPauseMs(), deadline.share(WAIT_SHARE)))) throw error;
    }
  }
}
