/** The time one invocation has, shared out among the calls it makes. */
export interface Deadline {
  /**
   * Fires when this share (0 to 1) of the time left at the start is used up, or when the invocation itself is cut off.
   */
  share(fraction: number): AbortSignal;
  remainingMs(): number;
}

export function deadline(remainingMs: () => number, cutOff?: AbortSignal): Deadline {
  const startedWithMs = remainingMs();
  return {
    remainingMs,
    share(fraction) {
      const leftMs = remainingMs() - startedWithMs * (1 - fraction);
      const timer = AbortSignal.timeout(Math.max(1, Math.floor(leftMs)));
      return cutOff === undefined ? timer : AbortSignal.any([timer, cutOff]);
    },
  };
}
