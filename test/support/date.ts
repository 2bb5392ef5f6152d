import { vi } from 'vitest';

/** Moves the date alone, and stops it: timers go on as they were. `vi.useRealTimers()` ends it. */
export function moveDate(byMs: number): void {
  vi.setSystemTime(Date.now() + byMs);
}
