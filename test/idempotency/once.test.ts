import { setTimeout as later } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type OnceRequest, once, wouldReplay } from '../../src/idempotency/once.ts';
import { Problem } from '../../src/problem.ts';
import { moveDate } from '../support/date.ts';
import type { StoreFault, StoreOperation } from '../support/dynamodb-proxy.ts';
import { nowhere } from '../support/nowhere.ts';
import { onceTable, storeClient } from '../support/once-table.ts';

const table = onceTable();
afterEach(() => vi.useRealTimers());

const DAY_MS = 24 * 60 * 60 * 1000;

/** A boring request with all the time of a Lambda; a test says only what matters to it. */
function request(members: Partial<OnceRequest> = {}): OnceRequest {
  return {
    key: 'key',
    fingerprint: 'body',
    owner: crypto.randomUUID(),
    lambda: { getRemainingTimeInMillis: () => 28_000 },
    ...members,
  };
}

const made = (id: string) => async () => ({ actionGroupId: id });
const fails = (problem: Problem) => async () => {
  throw problem;
};
const refused = () => new Problem('UPSTREAM_INVALID');
const unknown = () => new Problem('OUTCOME_UNKNOWN', { mayHaveCommitted: true });
const neverRuns = async (): Promise<never> => {
  throw new Error('The work must not run.');
};

function run<T extends Record<string, string>>(
  members: Partial<OnceRequest>,
  work: (facts: { mayBeRepeat: boolean }) => Promise<T>,
) {
  return once(table, request(members), work);
}

/** The code of the problem that a call ends with; anything else fails the test. */
async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    (result) => Promise.reject(new Error(`It succeeded: ${JSON.stringify(result)}`)),
    (error) => (error instanceof Problem ? error.code : Promise.reject(error)),
  );
}

/** Work that a test holds: `begun` when it runs, and it ends as the test says. */
function heldWork() {
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<{ actionGroupId: string }>();
  const work = () => {
    begun.resolve();
    return end.promise;
  };
  return { work, begun: begun.promise, end };
}

describe('a key', () => {
  test('runs the work once, and answers the repeat from the record', async () => {
    expect(await run({}, made('FIRST'))).toEqual({
      result: { actionGroupId: 'FIRST' },
      replayed: false,
      stored: true,
    });
    table.proxy.reset();
    expect(await run({}, neverRuns)).toEqual({ result: { actionGroupId: 'FIRST' }, replayed: true, stored: true });
    // The second is the emulator's: DynamoDB itself returns the record with the refused put.
    expect(table.proxy.calls).toEqual(['PutItem', 'GetItem']);
  });

  test('is kept as one small item, with the table’s TTL a day away', async () => {
    moveDate(0);
    await run({ owner: 'decision-1' }, made('FIRST'));
    expect(await table.records()).toEqual([
      {
        id: expect.stringMatching(/^once#[A-Za-z0-9+/=]{44}$/),
        status: 'COMPLETED',
        owner: 'decision-1',
        validation: expect.stringMatching(/^[A-Za-z0-9+/=]{44}$/),
        expiration: expect.stringMatching(/^\d{10}$/),
        in_progress_expiration: expect.stringMatching(/^\d{13}/),
        data: '{"actionGroupId":"FIRST"}',
      },
    ]);
    const [record] = await table.records();
    expect(Math.abs(Number(record?.expiration) * 1000 - Date.now() - DAY_MS)).toBeLessThan(60_000);
  });

  test('refuses another body, whether the first is running, done or lost', async () => {
    const first = heldWork();
    const running = run({}, first.work);
    await first.begun;
    expect(await codeOf(run({ fingerprint: 'other' }, neverRuns))).toBe('IDEMPOTENCY_KEY_REUSED');
    first.end.resolve({ actionGroupId: 'FIRST' });
    await running;
    expect(await codeOf(run({ fingerprint: 'other' }, neverRuns))).toBe('IDEMPOTENCY_KEY_REUSED');
    await codeOf(run({ key: 'lost' }, fails(unknown())));
    expect(await codeOf(run({ key: 'lost', fingerprint: 'other' }, neverRuns))).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  test('is in progress while the work runs, and tells when to come again', async () => {
    const first = heldWork();
    const running = run({}, first.work);
    await first.begun;
    const refusal = await run({}, neverRuns).catch((error) => error);
    expect(refusal).toMatchObject({ code: 'REQUEST_IN_PROGRESS', retryable: true, retryAfterSeconds: 2 });
    first.end.resolve({ actionGroupId: 'FIRST' });
    await running;
    expect((await run({}, neverRuns)).result).toEqual({ actionGroupId: 'FIRST' });
  });

  test('means nothing to another key', async () => {
    await run({ key: 'one' }, made('ONE'));
    expect((await run({ key: 'two' }, made('TWO'))).result).toEqual({ actionGroupId: 'TWO' });
  });

  test('is free again after a day, in the very second', async () => {
    moveDate(0);
    await run({}, made('FIRST'));
    const [record] = await table.records();
    vi.setSystemTime(Number(record?.expiration) * 1000);
    expect((await run({}, neverRuns)).replayed).toBe(true);
    vi.setSystemTime(Number(record?.expiration) * 1000 + 1);
    const facts: unknown[] = [];
    const work = async (given: unknown) => {
      facts.push(given);
      return { actionGroupId: 'SECOND' };
    };
    expect(await run({ fingerprint: 'other' }, work)).toMatchObject({ result: { actionGroupId: 'SECOND' } });
    expect(facts).toEqual([{ mayBeRepeat: false }]);
  });

  test('would not be replayed then, nor refused for another body', async () => {
    moveDate(0);
    await run({}, made('FIRST'));
    expect(await wouldReplay(table, request())).toBe(true);
    expect(await codeOf(wouldReplay(table, request({ fingerprint: 'other' })))).toBe('IDEMPOTENCY_KEY_REUSED');
    const [record] = await table.records();
    vi.setSystemTime(Number(record?.expiration) * 1000 + 1);
    expect(await wouldReplay(table, request())).toBe(false);
    expect(await wouldReplay(table, request({ fingerprint: 'other' }))).toBe(false);
  });

  test('runs the work once for thirty at a time', async () => {
    const calls = await Promise.allSettled(Array.from({ length: 30 }, () => run({}, made('ONE'))));
    const ran = calls.filter((call) => call.status === 'fulfilled' && !call.value.replayed);
    expect(ran).toHaveLength(1);
    for (const call of calls) {
      if (call.status === 'fulfilled') expect(call.value.result).toEqual({ actionGroupId: 'ONE' });
      else expect(call.reason).toMatchObject({ code: 'REQUEST_IN_PROGRESS' });
    }
  });
});

describe('work that fails', () => {
  test('for certain frees the key, for another body too', async () => {
    expect(await codeOf(run({}, fails(refused())))).toBe('UPSTREAM_INVALID');
    expect(await table.records()).toEqual([]);
    expect((await run({ fingerprint: 'corrected' }, made('SECOND'))).result).toEqual({ actionGroupId: 'SECOND' });
  });

  test.each([
    ['a problem that says so', unknown()],
    ['an error that nobody foresaw', new TypeError('a defect')],
  ])('with an unknown outcome keeps the key for the same body, at once: %s', async (_name, failure) => {
    await expect(run({}, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await codeOf(run({ fingerprint: 'other' }, neverRuns))).toBe('IDEMPOTENCY_KEY_REUSED');
    const facts: unknown[] = [];
    const work = async (given: unknown) => {
      facts.push(given);
      return { actionGroupId: 'FOUND' };
    };
    expect(await run({}, work)).toMatchObject({ result: { actionGroupId: 'FOUND' }, replayed: false });
    expect(facts).toEqual([{ mayBeRepeat: true }]);
    expect(await run({}, neverRuns)).toMatchObject({ result: { actionGroupId: 'FOUND' }, replayed: true });
  });

  test('with an unknown outcome is taken over by one of twenty', async () => {
    await codeOf(run({}, fails(unknown())));
    const taker = heldWork();
    let ran = 0;
    const work = () => {
      ran += 1;
      return taker.work();
    };
    const calls = Array.from({ length: 20 }, () => run({}, work).then(({ result }) => result.actionGroupId, codeIn));
    await taker.begun;
    // The others have their answer before the taker has its own.
    await settledBut(calls, 1);
    taker.end.resolve({ actionGroupId: 'TAKEN' });
    expect((await Promise.all(calls)).sort()).toEqual([...Array(19).fill('REQUEST_IN_PROGRESS'), 'TAKEN']);
    expect(ran).toBe(1);
  });
});

describe('an owner that died', () => {
  test('keeps the key until its Lambda must have ended; then one call takes over, and knows it', async () => {
    const dead = heldWork();
    void run({ lambda: { getRemainingTimeInMillis: () => 28_000 } }, dead.work).catch(() => {});
    await dead.begun;
    moveDate(27_000);
    expect(await codeOf(run({}, neverRuns))).toBe('REQUEST_IN_PROGRESS');
    moveDate(2_000);
    expect(await codeOf(run({ fingerprint: 'other' }, neverRuns))).toBe('IDEMPOTENCY_KEY_REUSED');
    const taker = heldWork();
    const facts: unknown[] = [];
    const work = (given: unknown) => {
      facts.push(given);
      return taker.work();
    };
    const takers = Array.from({ length: 20 }, () => run({}, work).then(({ result }) => result.actionGroupId, codeIn));
    await taker.begun;
    await settledBut(takers, 1);
    taker.end.resolve({ actionGroupId: 'TAKEN' });
    expect((await Promise.all(takers)).sort()).toEqual([...Array(19).fill('REQUEST_IN_PROGRESS'), 'TAKEN']);
    expect(facts).toEqual([{ mayBeRepeat: true }]);
  });
});

describe('a slow owner that wakes after its record was taken over', () => {
  /** The first owner, asleep, and its record in the hands of a taker that is done. */
  async function overtaken() {
    const slow = heldWork();
    const waking = run({ owner: 'slow' }, slow.work);
    waking.catch(() => {});
    await slow.begun;
    moveDate(29_000);
    await run({ owner: 'taker' }, made('TAKEN'));
    return { slow, waking, before: await table.records() };
  }

  test('and succeeds changes nothing, and has its own answer', async () => {
    const { slow, waking, before } = await overtaken();
    slow.end.resolve({ actionGroupId: 'SLOW' });
    expect((await waking).result).toEqual({ actionGroupId: 'SLOW' });
    expect(await table.records()).toEqual(before);
    expect((await run({}, neverRuns)).result).toEqual({ actionGroupId: 'TAKEN' });
  });

  test.each([
    ['is refused', refused()],
    ['does not know', unknown()],
  ])('and %s changes nothing, and says so', async (_name, problem) => {
    const { slow, waking, before } = await overtaken();
    slow.end.reject(problem);
    await expect(waking).rejects.toBe(problem);
    expect(await table.records()).toEqual(before);
  });
});

describe('a store that fails', () => {
  const storeFailures: [string, StoreFault][] = [
    ['drops every connection', { do: 'drop', times: 9 }],
    ['throttles', { do: 'throttle', times: 9 }],
    ['answers 500', { do: 'error', times: 9 }],
    ['hangs', { do: 'hang', times: 9 }],
  ];

  /** The fault, and a request of a Lambda that has no time to wait for it: little is left after the calls before. */
  function breaking(operation: StoreOperation, fault: StoreFault, callsBefore: number): Partial<OnceRequest> {
    table.proxy.reset();
    table.proxy.fault({ ...fault, operation });
    const littleIsLeft = () => fault.do === 'hang' && table.proxy.calls.length >= callsBefore;
    return { lambda: { getRemainingTimeInMillis: () => (littleIsLeft() ? 1_200 : 28_000) } };
  }

  test.each(storeFailures)('and %s before the work: nothing is done', async (_name, fault) => {
    const failure = await run(breaking('PutItem', fault, 0), neverRuns).catch((error) => error);
    expect(failure).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true, retryAfterSeconds: 2 });
    expect(failure.mayHaveCommitted).toBe(false);
  });

  test.each(storeFailures)('and %s while a repeat reads: nothing is done', async (_name, fault) => {
    await run({}, made('FIRST'));
    expect(await codeOf(run(breaking('GetItem', fault, 1), neverRuns))).toBe('STORE_UNAVAILABLE');
  });

  test.each(storeFailures)('and %s after the work: its result is not lost', async (_name, fault) => {
    const result = await run(breaking('UpdateItem', fault, 1), made('FIRST'));
    expect(result).toEqual({ result: { actionGroupId: 'FIRST' }, replayed: false, stored: false });
    expect(await codeOf(run({ fingerprint: 'other' }, neverRuns))).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  test.each(storeFailures)('and %s after a refusal: the refusal is what the caller hears', async (_name, fault) => {
    expect(await codeOf(run(breaking('DeleteItem', fault, 1), fails(refused())))).toBe('UPSTREAM_INVALID');
  });

  test.each(storeFailures)('and %s after an unknown outcome: that is what the caller hears', async (_name, fault) => {
    expect(await codeOf(run(breaking('UpdateItem', fault, 1), fails(unknown())))).toBe('OUTCOME_UNKNOWN');
  });

  test('only loses answers: each call finds its own write and goes on', async () => {
    table.proxy.fault({ operation: 'PutItem', do: 'lose-answer' }, { operation: 'UpdateItem', do: 'lose-answer' });
    expect(await run({}, made('FIRST'))).toEqual({
      result: { actionGroupId: 'FIRST' },
      replayed: false,
      stored: true,
    });
    expect(table.proxy.calls).toEqual(['PutItem', 'PutItem', 'UpdateItem', 'UpdateItem']);
    expect((await run({}, neverRuns)).replayed).toBe(true);
  });

  test('loses the answer to a deletion: the key is free', async () => {
    table.proxy.fault({ operation: 'DeleteItem', do: 'lose-answer' });
    expect(await codeOf(run({}, fails(refused())))).toBe('UPSTREAM_INVALID');
    expect((await run({ fingerprint: 'corrected' }, made('SECOND'))).replayed).toBe(false);
  });

  test('loses the answer to a takeover: the taker still knows that it is one', async () => {
    await codeOf(run({}, fails(unknown())));
    table.proxy.fault({ operation: 'PutItem', do: 'lose-answer' });
    const facts: unknown[] = [];
    await run({}, async (given) => {
      facts.push(given);
      return { actionGroupId: 'FOUND' };
    });
    expect(facts).toEqual([{ mayBeRepeat: true }]);
  });

  test('delivers an attempt at the first put when all is done: the record stays complete', async () => {
    table.proxy.fault({ operation: 'PutItem', do: 'deliver-late' });
    await run({}, made('FIRST'));
    const before = await table.records();
    await table.proxy.release();
    expect(await table.records()).toEqual(before);
  });

  test('is down altogether', async () => {
    const down = { client: storeClient(await nowhere()), name: table.name };
    expect(await codeOf(once(down, request(), neverRuns))).toBe('STORE_UNAVAILABLE');
  });
});

function codeIn(error: unknown): string {
  return error instanceof Problem ? error.code : String(error);
}

/** Waits until all but `open` of the calls have ended. */
async function settledBut(calls: readonly Promise<unknown>[], open: number): Promise<void> {
  let settled = 0;
  for (const call of calls) void call.finally(() => (settled += 1));
  while (settled < calls.length - open) await later(1);
}
