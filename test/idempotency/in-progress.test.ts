import { expect, test, vi } from 'vitest';
import { whileInProgress } from '../../src/idempotency/in-progress.ts';
import { Problem } from '../../src/problem.ts';
import { virtualTime } from '../support/virtual-time.ts';

const CALL_MS = 28_000;
const running = () => new Problem('REQUEST_IN_PROGRESS', { retryAfterSeconds: 2 });

/** Fails so often, then succeeds. */
function after(times: number, failure: () => Error) {
  let count = 0;
  return async () => {
    count += 1;
    if (count <= times) throw failure();
    return 'answer';
  };
}

test('the answer of the first request is waited for, with pauses that grow up to a second', async () => {
  const time = virtualTime(0, () => 0);
  const attempt = vi.fn(after(1, running));
  const look = vi.fn(after(7, running));
  expect(await whileInProgress(attempt, look, time.deadline(CALL_MS), time)).toBe('answer');
  expect(time.sleeps.map(Math.round)).toEqual([100, 150, 225, 338, 506, 759, 1000, 1000]);
  // Reads find out that it is over: nothing is written meanwhile.
  expect([attempt.mock.calls.length, look.mock.calls.length]).toEqual([2, 8]);
});

test('where another took the work over in between, that one is waited for too', async () => {
  const time = virtualTime();
  const attempt = vi.fn(after(2, running));
  const look = vi.fn(after(1, running));
  expect(await whileInProgress(attempt, look, time.deadline(CALL_MS), time)).toBe('answer');
  expect([attempt.mock.calls.length, look.mock.calls.length, time.sleeps.length]).toEqual([3, 3, 3]);
});

test('the wait ends while there is time to do the work itself', async () => {
  const time = virtualTime();
  const waiting = whileInProgress(
    after(1, running),
    after(Number.POSITIVE_INFINITY, running),
    time.deadline(CALL_MS),
    time,
  );
  await expect(waiting).rejects.toMatchObject({ code: 'REQUEST_IN_PROGRESS', retryAfterSeconds: 2 });
  expect(time.elapsedMs()).toBe(CALL_MS * 0.6);
});

test.each([
  ['another problem', () => new Problem('STORE_UNAVAILABLE')],
  ['an error of no kind', () => new TypeError('a defect')],
])('%s is not waited out', async (_name, failure) => {
  const time = virtualTime();
  const never = after(0, running);
  const attempting = whileInProgress(after(1, failure), never, time.deadline(CALL_MS), time);
  await expect(attempting).rejects.toThrow(failure().message);
  expect(time.sleeps).toEqual([]);
  const looking = whileInProgress(after(1, running), after(1, failure), time.deadline(CALL_MS), time);
  await expect(looking).rejects.toThrow(failure().message);
  expect(time.sleeps).toHaveLength(1);
});
