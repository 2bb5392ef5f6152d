import { setTimeout as sleep } from 'node:timers/promises';
import type { Deadline } from '../bedrock/deadline.ts';
import { Problem } from '../problem.ts';

/** Enough for the slowest creation; the rest of the time is for the answer. */
const WAIT_SHARE = 0.8;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Asks again while the first request with this token runs, until its answer is there or the time is up.
 *
 * @throws {Problem} `REQUEST_IN_PROGRESS` when the time is up, and whatever `attempt` throws.
 */
export async function whileInProgress<T>(attempt: () => Promise<T>, deadline: Deadline): Promise<T> {
  const signal = deadline.share(WAIT_SHARE);
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'REQUEST_IN_PROGRESS') throw error;
      const waited = await sleep(pauseMs * (0.5 + Math.random() / 2), true, { signal }).catch(() => false);
      if (!waited) throw error;
    }
  }
}
