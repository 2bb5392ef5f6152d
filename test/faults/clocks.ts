/** Machines whose dates differ, in one process: the date is that of whoever asks for it. */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Clocks {
  /** Runs a machine's work, whose date is wrong by so much. */
  of<T>(skewMs: number, work: () => T): T;
  /** Lets time pass, for the dates of every machine of these; timers go on as they were. */
  pass(ms: number): void;
  /** Epoch milliseconds, by a clock that is right. */
  now(): number;
}

const trueDate = Date.now;
const wrongBy = new AsyncLocalStorage<() => number>();
// Outside of any machine the date is the true one, so it can stay like this.
Date.now = () => trueDate() + (wrongBy.getStore()?.() ?? 0);

export function startClocks(): Clocks {
  let passedMs = 0;
  return {
    of: (skewMs, work) => wrongBy.run(() => passedMs + skewMs, work),
    pass(ms) {
      passedMs += ms;
    },
    now: () => trueDate() + passedMs,
  };
}
