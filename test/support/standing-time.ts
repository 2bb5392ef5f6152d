/** Time that stands still until a test lets it pass, while real sockets go on. */
import type { Clock } from '../../src/deadline.ts';

export interface StandingTime extends Clock {
  /** For everybody: who sleeps until then wakes. */
  pass(ms: number): void;
  /** Sets the date alone, as an administrator does, or as it goes on while a machine is frozen. */
  setDate(byMs: number): void;
}

/** 2026-01-01T00:00:00Z */
const START = Date.UTC(2026, 0, 1);

export function standingTime(): StandingTime {
  let elapsedMs = 0;
  let aheadMs = 0;
  let sleepers: { readonly atMs: number; readonly wake: (passed: boolean) => void }[] = [];
  return {
    epochMs: () => START + aheadMs + elapsedMs,
    elapsedMs: () => elapsedMs,
    random: () => 0,
    sleep(ms, signal) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      sleepers.push({ atMs: elapsedMs + ms, wake: resolve });
      signal.addEventListener('abort', () => resolve(false));
      return promise;
    },
    pass(ms) {
      elapsedMs += ms;
      for (const { atMs, wake } of sleepers) if (atMs <= elapsedMs) wake(true);
      sleepers = sleepers.filter(({ atMs }) => atMs > elapsedMs);
    },
    setDate(byMs) {
      aheadMs += byMs;
    },
  };
}
