/**
 * Why Powertools' own middleware and its own DynamoDB layer are not used: what each does where `once` keeps its promise.
 *
 * These hold the library to its faults. When one fails after an upgrade, the library may have learnt it, and
 * `RecordStore` may be done without. The promises themselves are held in `once.test.ts`.
 */
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { makeHandlerIdempotent } from '@aws-lambda-powertools/idempotency/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { afterEach, expect, test, vi } from 'vitest';
import { once } from '../../src/idempotency/once.ts';
import { moveDate } from '../support/date.ts';
import { onceTable } from '../support/once-table.ts';
import { DynamoDBPersistenceLayer } from '../support/powertools-layer.ts';

const table = onceTable();
afterEach(() => vi.useRealTimers());

const lambda = { getRemainingTimeInMillis: () => 28_000 } as Context;
const body = { key: 'key', fingerprint: 'body' };

type Body = typeof body;
type Work = () => Promise<{ actionGroupId: string }>;
/** Runs the work at most once for the body's key: by Powertools alone, or by us. */
type Once = (body: Body, work: Work) => Promise<unknown>;

function settings() {
  return {
    persistenceStore: new DynamoDBPersistenceLayer({ tableName: table.name, awsSdkV3Client: table.client }),
    config: new IdempotencyConfig({
      eventKeyJmesPath: 'key',
      payloadValidationJmesPath: 'fingerprint',
      lambdaContext: lambda,
    }),
  };
}

const powertools: Once = (request, work) =>
  makeIdempotent(async (_request: Body) => work(), { ...settings(), keyPrefix: 'once', dataIndexArgument: 0 })(request);

const ours: Once = (request, work) => once(table, { ...request, owner: crypto.randomUUID(), lambda }, work);

/** Work that a test holds: `begun` when it runs, and it ends as the test says. */
function heldWork() {
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<{ actionGroupId: string }>();
  const work: Work = () => {
    begun.resolve();
    return end.promise;
  };
  return { work, begun: begun.promise, end };
}

/** How often the work runs while the first run of it is not over: once is right. */
async function runsWhileFirstIsRunning(call: (work: Work) => Promise<unknown>): Promise<number> {
  let runs = 0;
  const first = heldWork();
  const counted: Work = () => {
    runs += 1;
    return runs === 1 ? first.work() : Promise.resolve({ actionGroupId: 'AGAIN' });
  };
  const running = call(counted);
  await first.begun;
  await expect(call(counted)).rejects.toThrow(); // refused, as it should be
  await call(counted).catch(() => {});
  first.end.resolve({ actionGroupId: 'FIRST' });
  await running;
  return runs;
}

test('the middleware deletes the record of the running request when it refuses a duplicate', async () => {
  const handler = (work: Work) =>
    middy(async (_event: Body) => work()).use(makeHandlerIdempotent(settings()))(body, lambda);
  expect(await runsWhileFirstIsRunning(handler)).toBe(2);
});

test.each([
  ['the wrapper alone', powertools],
  ['ours', ours],
])('%s leaves it alone', async (_name, call) => {
  expect(await runsWhileFirstIsRunning((work) => call(body, work))).toBe(1);
});

/** Whether a taker's record outlives the failure of the slow owner that it was taken from. */
async function isReplayedAfterSlowOwnerFails(call: Once): Promise<boolean> {
  const slow = heldWork();
  const waking = call(body, slow.work);
  waking.catch(() => {});
  await slow.begun;
  moveDate(29_000);
  await call(body, async () => ({ actionGroupId: 'TAKEN' }));
  slow.end.reject(new Error('Bedrock refused.'));
  await expect(waking).rejects.toThrow();
  let ranAgain = false;
  await call(body, async () => {
    ranAgain = true;
    return { actionGroupId: 'AGAIN' };
  });
  return !ranAgain;
}

/** Whether a token whose outcome is unknown is refused for another body. */
async function refusesAnotherBodyAfterUnknown(call: Once): Promise<boolean> {
  await call(body, () => Promise.reject(new Error('No answer.'))).catch(() => {});
  return call({ ...body, fingerprint: 'other' }, async () => ({ actionGroupId: 'OTHER' })).then(
    () => false,
    () => true,
  );
}

/** Whether a call goes on when the answer to its own first put was lost. */
async function goesOnAfterLostAnswer(call: Once): Promise<boolean> {
  table.proxy.fault({ operation: 'PutItem', do: 'lose-answer' });
  return call(body, async () => ({ actionGroupId: 'FIRST' })).then(
    () => true,
    () => false,
  );
}

test.each([
  ['a slow owner destroys its taker’s record', isReplayedAfterSlowOwnerFails],
  ['an unknown outcome forgets the request', refusesAnotherBodyAfterUnknown],
  ['a lost answer locks the caller out of its own record', goesOnAfterLostAnswer],
])('with the layer of Powertools %s; with ours not', async (_name, keepsThePromise) => {
  expect(await keepsThePromise(ours)).toBe(true);
  vi.useRealTimers();
  await table.forget();
  expect(await keepsThePromise(powertools)).toBe(false);
});
