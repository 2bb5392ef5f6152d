import { describe, expect, test } from 'vitest';
import { patiently, tokenBucket } from '../src/pace.ts';
import { Problem, type ProblemCode } from '../src/problem.ts';
import { virtualTime } from './support/virtual-time.ts';

const never = new AbortController().signal;
const unpaced = async () => {};

describe('a bucket', () => {
  test.each([1, 5, 100, 0.5])('of %d a second lets no second see more than twice of it', async (rate) => {
    const time = virtualTime();
    const pace = tokenBucket(time, rate);
    const calls: number[] = [];
    for (let call = 0; call < 60; call++) {
      await pace(never);
      calls.push(time.elapsedMs());
    }
    for (const from of calls) {
      const inSecond = calls.filter((at) => at >= from && at < from + 1_000).length;
      expect(inSecond).toBeLessThanOrEqual(Math.max(1, 2 * rate));
    }
    expect(time.elapsedMs()).toBeLessThanOrEqual((60 / rate) * 1_000);
    expect(time.elapsedMs()).toBeGreaterThanOrEqual(((60 - Math.max(1, rate) - 1) / rate) * 1_000);
  });

  test('fills again while nobody calls', async () => {
    const time = virtualTime();
    const pace = tokenBucket(time, 2);
    for (let call = 0; call < 4; call++) await pace(never);
    time.pass(60_000);
    const before = time.elapsedMs();
    await pace(never);
    await pace(never);
    expect(time.elapsedMs()).toBe(before);
  });

  test('nobody waits beyond the end', async () => {
    const time = virtualTime();
    const pace = tokenBucket(time, 1);
    const end = time.deadline(1_500).share(1);
    const calls = async () => {
      for (;;) await pace(end);
    };
    await expect(calls()).rejects.toThrow('The time is up.');
  });
});

describe('patience', () => {
  const failing = (times: number, code: ProblemCode) => {
    let calls = 0;
    return async () => {
      calls += 1;
      if (calls <= times) throw new Problem(code);
      return calls;
    };
  };

  test.each(['UPSTREAM_THROTTLED', 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_FAILED'] as const)('%s passes', async (code) => {
    const time = virtualTime();
    await expect(patiently(failing(5, code), unpaced, time, never)).resolves.toBe(6);
    expect(time.sleeps).toHaveLength(5);
  });

  test.each(['UPSTREAM_REFUSED_ROLE', 'NOT_FOUND', 'UPSTREAM_INVALID'] as const)('%s does not', async (code) => {
    const time = virtualTime();
    await expect(patiently(failing(1, code), unpaced, time, never)).rejects.toMatchObject({ code });
    expect(time.sleeps).toEqual([]);
  });

  test('pauses grow, vary, and come to an end', async () => {
    const pausesOf = async (random: number) => {
      const time = virtualTime(0, () => random);
      await patiently(failing(99, 'UPSTREAM_THROTTLED'), unpaced, time, never).catch(() => {});
      return time.sleeps;
    };
    const [short, long] = [await pausesOf(0.999), await pausesOf(0)];
    expect(long).toEqual([...long].sort((a, b) => a - b));
    expect(long).toHaveLength(7);
    expect(Math.max(...long)).toBeLessThanOrEqual(10_000);
    long.forEach((pause, index) => {
      expect(short[index]).toBeLessThan(pause);
    });
  });
});
