import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { deadline } from '../src/deadline.ts';

// `AbortSignal.timeout` keeps its own time: these look at what it is asked for.
let asked: number[] = [];
beforeEach(() => {
  asked = [];
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    asked.push(ms);
    return new AbortController().signal;
  });
});
afterEach(() => vi.restoreAllMocks());

test.each([
  ['at the start, the share itself', 20_000, 0.75, 15_000],
  ['later, what is left of the share', 12_000, 0.75, 7_000],
  ['when the share is used up, at once', 5_000, 0.75, 1],
  ['when all is used up, at once', 0, 0.85, 1],
])('%s', (_name, remainingMs, share, expectedMs) => {
  const remaining = vi.fn().mockReturnValueOnce(20_000).mockReturnValue(remainingMs);
  deadline(remaining).share(share);
  expect(asked).toEqual([expectedMs]);
});

test('ends with the invocation, whatever time was left', () => {
  const cutOff = new AbortController();
  const signal = deadline(() => 20_000, cutOff.signal).share(0.75);
  expect(signal.aborted).toBe(false);
  cutOff.abort();
  expect(signal.aborted).toBe(true);
});
