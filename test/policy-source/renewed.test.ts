/** When a value is loaded again, who waits for that, and how long an old one serves. */
import { expect, test } from 'vitest';
import { PATIENCE_MS, renewed } from '../../src/policy-source/renewed.ts';
import { standingTime } from '../support/standing-time.ts';

const MAX_AGE_MS = 60_000;
const MAX_STALE_MS = 3_600_000;

/** A source whose loads a test answers one by one. */
function source() {
  const time = standingTime();
  const loads: PromiseWithResolvers<string>[] = [];
  const failures: { cause: unknown; ageMs: number | undefined }[] = [];
  const value = renewed(
    () => {
      const load = Promise.withResolvers<string>();
      loads.push(load);
      return load.promise;
    },
    { maxAgeMs: MAX_AGE_MS, maxStaleMs: MAX_STALE_MS },
    { loaded: () => {}, failed: (cause, ageMs) => void failures.push({ cause, ageMs }) },
    time,
  );
  /** Asks, and has the load that this begins answered. */
  const ask = (answer?: string | Error) => {
    const before = loads.length;
    const asked = value();
    const load = loads[before];
    if (answer instanceof Error) load!.reject(answer);
    else if (answer !== undefined) load!.resolve(answer);
    else expect(load).toBeUndefined();
    return asked;
  };
  return { ...time, value, ask, loads, failures };
}

const down = new Error('down');

test('the first request loads, and those beside it wait for the same load', async () => {
  const { value, loads } = source();
  const asked = [value(), value(), value()];
  expect(loads).toHaveLength(1);
  loads[0]!.resolve('one');
  expect(await Promise.all(asked)).toEqual(['one', 'one', 'one']);
});

test('nothing is loaded before its time, and the first request after it brings the new value', async () => {
  const { ask, pass } = source();
  await ask('one');
  pass(MAX_AGE_MS - 1);
  expect(await ask()).toBe('one');
  pass(1);
  expect(await ask('two')).toBe('two');
  expect(await ask()).toBe('two');
});

test('a source that hangs holds no request that has a value longer than the patience for it', async () => {
  const { ask, value, pass, loads } = source();
  await ask('one');
  pass(MAX_AGE_MS);
  const first = value();
  const beside = value();
  pass(PATIENCE_MS);
  expect(await Promise.all([first, beside])).toEqual(['one', 'one']);
  // Nobody waits for it again: the patience is that of all requests together.
  expect(await value()).toBe('one');
  expect(loads).toHaveLength(2);
});

test('a slow source is not given up: its value serves from when it comes', async () => {
  const { ask, value, pass, loads } = source();
  await ask('one');
  pass(MAX_AGE_MS);
  const first = value();
  pass(PATIENCE_MS);
  expect(await first).toBe('one');
  loads[1]!.resolve('two');
  await loads[1]!.promise;
  expect(await value()).toBe('two');
  expect(loads).toHaveLength(2);
});

test('who has no value waits for one beyond any patience', async () => {
  const { value, pass, loads } = source();
  const first = value();
  pass(10 * PATIENCE_MS);
  loads[0]!.resolve('one');
  expect(await first).toBe('one');
});

test('after a failure the value goes on, and the next load comes after a pause that grows', async () => {
  const { ask, pass, failures } = source();
  await ask('one');
  pass(MAX_AGE_MS);
  for (const pauseMs of [1_000, 1_500, 2_250]) {
    expect(await ask(down)).toBe('one');
    pass(pauseMs - 1);
    expect(await ask()).toBe('one');
    pass(1);
  }
  expect(await ask('two')).toBe('two');
  expect(failures.map(({ cause }) => cause)).toEqual([down, down, down]);
  expect(failures[0]?.ageMs).toBe(MAX_AGE_MS);
});

test('the pause never grows over the greatest age', async () => {
  const { ask, pass } = source();
  await ask('one');
  for (let failed = 0; failed < 20; failed++) {
    pass(MAX_AGE_MS);
    expect(await ask(down)).toBe('one');
  }
});

test('a value that cannot be renewed serves to its last moment, then nothing does', async () => {
  const { ask, pass } = source();
  await ask('one');
  pass(MAX_STALE_MS);
  expect(await ask(down)).toBe('one');
  pass(1);
  await expect(ask()).rejects.toThrow(expect.objectContaining({ cause: down }));
});

test('after the end of a value requests wait for a new one, as if there had been none', async () => {
  const { ask, value, pass, loads } = source();
  await ask('one');
  pass(MAX_STALE_MS + 1);
  const first = value();
  pass(10 * PATIENCE_MS);
  loads[1]!.resolve('two');
  expect(await first).toBe('two');
});

test('a value counts from when it was asked for, not from when a slow source gave it', async () => {
  const { ask, value, pass, loads } = source();
  const first = value();
  pass(5_000);
  loads[0]!.resolve('one');
  await first;
  pass(MAX_STALE_MS - 4_999);
  await expect(ask(down)).rejects.toThrow();
});

test('without a value each request fails as the last load did, and recovers with the source', async () => {
  const { ask, pass, failures } = source();
  await expect(ask(down)).rejects.toThrow(expect.objectContaining({ cause: down }));
  await expect(ask()).rejects.toThrow(expect.objectContaining({ cause: down }));
  expect(failures).toEqual([{ cause: down, ageMs: undefined }]);
  pass(1_000);
  expect(await ask('one')).toBe('one');
});

test.each([
  ['the date is set back by a day', -86_400_000, MAX_AGE_MS],
  ['a frozen machine goes on, whose steady clock stood', MAX_AGE_MS, 0],
])('no value grows younger: %s', async (_name, dateMs, elapsedMs) => {
  const { ask, pass, setDate } = source();
  await ask('one');
  setDate(dateMs);
  pass(elapsedMs);
  expect(await ask('two')).toBe('two');
});
