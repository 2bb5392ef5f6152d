import { setTimeout as timeout } from 'node:timers/promises';

/** The time one invocation has, shared out among the calls it makes. */
export interface Deadline {
  /**
   * Fires when this share (0 to 1) of the time left at the start is used up, after `atMostMs`, or when the invocation itself is
   * cut off: whichever comes first.
   */
  share(fraction: number, atMostMs?: number): AbortSignal;
  remainingMs(): number;
}

/** A deadline whose owner tells when its invocation is over. */
export interface EndingDeadline extends Deadline {
  /** Nothing waits any more: lets go of every timer, each of which would keep its call in memory until it fires. */
  end(): void;
}

/** @param cutOff the end of the invocation itself, whatever time was left */
export function deadline(remainingMs: () => number, cutOff?: AbortSignal): EndingDeadline {
  const startedWithMs = remainingMs();
  const running = new Map<AbortController, NodeJS.Timeout>();
  // One for all shares: `AbortSignal.any` would tie each of them to the invocation for as long as its timer runs.
  const stopAll = () => {
    for (const controller of running.keys()) controller.abort(cutOff?.reason);
  };
  cutOff?.addEventListener('abort', stopAll, { once: true });
  return {
    remainingMs,
    share(fraction, atMostMs = Number.POSITIVE_INFINITY) {
      const leftMs = Math.min(atMostMs, remainingMs() - startedWithMs * (1 - fraction));
      const controller = new AbortController();
      if (cutOff?.aborted) controller.abort(cutOff.reason);
      const expire = () => controller.abort(timeIsOver());
      running.set(controller, setTimeout(expire, Math.max(1, Math.floor(leftMs))).unref());
      return controller.signal;
    },
    end() {
      cutOff?.removeEventListener('abort', stopAll);
      for (const timer of running.values()) clearTimeout(timer);
      running.clear();
    },
  };
}

/**
 * Makes a call with a signal that fires after so long. The timer goes when the call ends: that of `AbortSignal.timeout` would
 * stay, and be looked after by the garbage collector.
 */
export async function within<T>(ms: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(timeIsOver()), Math.max(1, Math.floor(ms)));
  try {
    return await call(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

const timeIsOver = () => new DOMException('The time for this call is over.', 'TimeoutError');

/** Time as whoever waits reads it and lets it pass; a test brings its own. */
export interface Clock {
  /** The date of this machine; another machine's may be minutes away. */
  epochMs(): number;
  /** Never set back or forward; means nothing to another machine. */
  elapsedMs(): number;
  /** From 0 up to, but not including, 1. */
  random(): number;
  /** Tells whether the whole time passed: false when the signal ended it. */
  sleep(ms: number, signal: AbortSignal): Promise<boolean>;
}

export const machineClock: Clock = {
  epochMs: () => Date.now(),
  elapsedMs: () => performance.now(),
  random: Math.random,
  async sleep(ms, signal) {
    try {
      await timeout(ms, undefined, { signal });
      return true;
    } catch {
      return false;
    }
  },
};

/** Lengths of one pause after another, growing by half up to `capMs`; chance takes up to half of each away. */
export function growingPauses({ random }: Pick<Clock, 'random'>, firstMs: number, capMs: number): () => number {
  let limitMs = firstMs / 1.5;
  return () => {
    limitMs = Math.min(capMs, limitMs * 1.5);
    return limitMs * (1 - random() / 2);
  };
}
