/** A value that grows old: who asks first after `maxAgeMs` has it loaded again, and nobody waits long for that. */
import { type Clock, growingPauses, machineClock } from '../deadline.ts';

export interface Terms {
  /** From the end of one successful load to the beginning of the next. */
  readonly maxAgeMs: number;
  /** How long after it was last known to be the latest a value may still be used, while no other can be had. */
  readonly maxStaleMs: number;
}

export interface Watcher<T> {
  readonly loaded: (value: T) => void;
  /** @param ageMs of the value that is kept, if there is one: since it was last known to be the latest. */
  readonly failed: (cause: unknown, ageMs: number | undefined) => void;
}

/** How long requests that have a value wait for a newer one: all of them together, from when its load began. */
export const PATIENCE_MS = 300;

/** Before the load after one that failed; then longer and longer, up to `maxAgeMs`. */
const FIRST_PAUSE_MS = 1_000;

/**
 * @param load must always settle: whoever has no value to use waits for it. At most one runs at a time, and one that takes
 * longer than anybody waits goes on, so that a slow source still renews.
 * @returns the value, the same for every request until a newer one is there. It rejects while there is none, or only one
 * older than `maxStaleMs`.
 */
export function renewed<T>(
  load: () => Promise<T>,
  { maxAgeMs, maxStaleMs }: Terms,
  watcher: Watcher<T>,
  clock: Clock = machineClock,
): () => Promise<T> {
  let good: { readonly value: T; readonly ageMs: () => number } | undefined;
  let renewal: { readonly over: Promise<void>; readonly patience: Promise<unknown> } | undefined;
  /** Until when no load begins. */
  let rest = { ms: 0, passedMs: () => 0 };
  let pauses: (() => number) | undefined;
  let failure: unknown;

  async function renew(): Promise<void> {
    const ageMs = stopwatch(clock);
    try {
      const value = await load();
      good = { value, ageMs };
      pauses = undefined;
      rest = { ms: maxAgeMs, passedMs: stopwatch(clock) };
      watcher.loaded(value);
    } catch (cause) {
      failure = cause;
      pauses ??= growingPauses(clock, FIRST_PAUSE_MS, maxAgeMs);
      rest = { ms: pauses(), passedMs: stopwatch(clock) };
      watcher.failed(cause, good?.ageMs());
    }
  }

  function begin() {
    const done = new AbortController();
    const over = renew().finally(() => {
      renewal = undefined;
      done.abort();
    });
    return { over, patience: Promise.race([over, clock.sleep(PATIENCE_MS, done.signal)]) };
  }

  const usable = () => (good !== undefined && good.ageMs() <= maxStaleMs ? good : undefined);
  return async () => {
    if (rest.passedMs() >= rest.ms) renewal ??= begin();
    await (usable() === undefined ? renewal?.over : renewal?.patience);
    const found = usable();
    if (found === undefined) throw new Error('There is none, or only one that is too old.', { cause: failure });
    return found.value;
  };
}

/**
 * Milliseconds since now: by the date or by the steady clock, whichever says more. One may be set back, and the other stand
 * still while a Lambda is frozen.
 */
function stopwatch({ epochMs, elapsedMs }: Clock): () => number {
  const [epoch, elapsed] = [epochMs(), elapsedMs()];
  return () => Math.max(epochMs() - epoch, elapsedMs() - elapsed);
}
