/** Calls to AWS at a rate that leaves the rest of a quota to others, and again when they are throttled all the same. */
import { type Clock, growingPauses } from './deadline.ts';
import { Problem, type ProblemCode } from './problem.ts';

/** Waits until a call may be made. @throws the signal's reason when that comes first. */
export type Pace = (signal: AbortSignal) => Promise<void>;

/**
 * A bucket that holds a second's worth of calls and fills at this rate, so no second sees more than twice of it.
 *
 * It is told by one number, the time at which it will be full again.
 */
export function tokenBucket(clock: Clock, callsPerSecond: number): Pace {
  const intervalMs = 1_000 / callsPerSecond;
  let fullAtMs = Number.NEGATIVE_INFINITY;
  return async (signal) => {
    const nowMs = clock.elapsedMs();
    fullAtMs = Math.max(fullAtMs, nowMs) + intervalMs;
    await pause(clock, fullAtMs - nowMs - Math.max(1_000, intervalMs), signal);
  };
}

const TRIES = 8;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** What passes by itself. */
const PASSING: readonly ProblemCode[] = ['UPSTREAM_THROTTLED', 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_FAILED'];

/** Makes a call at its pace, and again after a pause that grows and varies while what fails it passes by itself. */
export async function patiently<T>(
  call: () => Promise<T>,
  pace: Pace,
  clock: Clock,
  signal: AbortSignal,
  passes: (error: unknown) => boolean = isPassingProblem,
): Promise<T> {
  const nextPauseMs = growingPauses(clock, FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  for (let attempt = 1; ; attempt++) {
    await pace(signal);
    try {
      return await call();
    } catch (error) {
      if (!passes(error) || attempt === TRIES) throw error;
      await pause(clock, nextPauseMs(), signal);
    }
  }
}

function isPassingProblem(error: unknown): boolean {
  return error instanceof Problem && PASSING.includes(error.code);
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await clock.sleep(ms, signal);
  signal.throwIfAborted();
}
