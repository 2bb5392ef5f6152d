/** Time that passes only while somebody sleeps, for tests of waiting. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, Deadline } from '../../src/deadline.ts';

export interface VirtualTime extends Clock {
  /** As if this much passed for everybody. */
  pass(ms: number): void;
  /** By this time, not by the machine's. */
  deadline(totalMs: number): Deadline;
  /** How long each sleep was meant to be, oldest first. */
  readonly sleeps: readonly number[];
}

/** 2026-01-01T00:00:00Z */
const START = Date.UTC(2026, 0, 1);

/** @param aheadMs how wrong the date of this machine is. */
export function virtualTime(aheadMs = 0, random: () => number = () => 0.5): VirtualTime {
  let elapsedMs = 0;
  let alarms: { atMs: number; controller: AbortController }[] = [];
  const sleeps: number[] = [];

  const pass = (ms: number, signal?: AbortSignal) => {
    const endMs = elapsedMs + ms;
    alarms.sort((a, b) => a.atMs - b.atMs);
    for (const { atMs, controller } of alarms) {
      if (atMs > endMs || signal?.aborted) break;
      elapsedMs = atMs;
      controller.abort(new DOMException('The time is up.', 'TimeoutError'));
    }
    alarms = alarms.filter(({ controller }) => !controller.signal.aborted);
    if (!signal?.aborted) elapsedMs = endMs;
  };

  return {
    epochMs: () => START + aheadMs + elapsedMs,
    elapsedMs: () => elapsedMs,
    random,
    async sleep(ms, signal) {
      sleeps.push(ms);
      await turn();
      pass(ms, signal);
      return !signal.aborted;
    },
    sleeps,
    pass,
    deadline(totalMs) {
      const startMs = elapsedMs;
      return {
        remainingMs: () => startMs + totalMs - elapsedMs,
        // No `atMostMs`: while one call is really under way, the sleeps of others may take this time far past it.
        share(fraction) {
          const controller = new AbortController();
          alarms.push({ atMs: Math.max(elapsedMs, startMs + totalMs * fraction), controller });
          pass(0);
          return controller.signal;
        },
      };
    },
  };
}

/** The same time, with something that happens in every sleep: `count` is how many sleeps there were before. */
export function meanwhile(time: VirtualTime, happens: (count: number) => unknown): Clock {
  return {
    ...time,
    async sleep(ms, signal) {
      await happens(time.sleeps.length);
      return time.sleep(ms, signal);
    },
  };
}
