import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { deadline } from '../src/deadline.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each([
  ['at the start, the share itself', 20_000, 0.75, 15_000],
  ['later, what is left of the share', 12_000, 0.75, 7_000],
  ['when the share is used up, at once', 5_000, 0.75, 1],
  ['when all is used up, at once', 0, 0.85, 1],
])('%s', (_name, remainingMs, share, expectedMs) => {
  const remaining = vi.fn().mockReturnValueOnce(20_000).mockReturnValue(remainingMs);
  const signal = deadline(remaining).share(share);
  vi.advanceTimersByTime(expectedMs - 1);
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect([signal.aborted, signal.reason.name]).toEqual([true, 'TimeoutError']);
});

test.each([
  ['the fixed time, where the share leaves more', 3_000, 3_000],
  ['the share, where it is less than the fixed time', 17_000, 15_000],
])('at most so long: %s', (_name, atMostMs, expectedMs) => {
  const signal = deadline(() => 20_000).share(0.75, atMostMs);
  vi.advanceTimersByTime(expectedMs - 1);
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect([signal.aborted, signal.reason.name]).toEqual([true, 'TimeoutError']);
});

describe('ends with the invocation, whatever time was left', () => {
  test('every share', () => {
    const cutOff = new AbortController();
    const { share } = deadline(() => 20_000, cutOff.signal);
    const signals = [share(0.75), share(1)];
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    cutOff.abort('over');
    expect(signals.map(({ reason }) => reason)).toEqual(['over', 'over']);
  });

  test('a share that is asked for afterwards', () => {
    expect(deadline(() => 20_000, AbortSignal.abort('over')).share(1).reason).toBe('over');
  });
});

test('leaves no timer and no listener behind', () => {
  const cutOff = new AbortController();
  const removed = vi.spyOn(cutOff.signal, 'removeEventListener');
  const until = deadline(() => 20_000, cutOff.signal);
  const signal = until.share(1);
  until.end();
  expect([vi.getTimerCount(), removed.mock.calls.length]).toEqual([0, 1]);
  cutOff.abort();
  expect(signal.aborted).toBe(false);
});
