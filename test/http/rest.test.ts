/** The edge around every operation, with operations that a test makes up. */
import { expect, test } from 'vitest';
import { type RestOperation, serveRest } from '../../src/http/rest.ts';
import { lambdaContext } from '../../src/local/gateway/context.ts';
import { LineLogger } from '../../src/log.ts';
import { PROBLEMS, Problem } from '../../src/problem.ts';
import { eventOf } from '../support/invoke.ts';

async function answerOf(operation: RestOperation<{ log: LineLogger }>, remainingMs = 28_000) {
  const lines: string[] = [];
  const log = new LineLogger((line) => lines.push(line));
  const facts = { functionName: 'an-operation', region: 'us-east-1', accountId: '111122223333' };
  const context = lambdaContext({ ...facts, timeoutMs: remainingMs, now: Date.now });
  const { statusCode, headers, body } = await serveRest(operation, { log })(
    eventOf('create-action-group.201'),
    context,
  );
  return { status: statusCode, headers, body: JSON.parse(body), lines: lines.map((line) => JSON.parse(line)) };
}

test('what never ends is told to end, and answered for, before Lambda cuts it off', async () => {
  let ends: AbortSignal | undefined;
  const reply = await answerOf((call) => {
    ends = call.deadline.share(1);
    return new Promise(() => {});
  }, 750);
  expect(ends?.aborted).toBe(true);
  // Nobody knows here whether the request had a token: the advice is for both.
  expect(reply).toMatchObject({
    status: 504,
    body: {
      code: 'OUTCOME_UNKNOWN',
      detail: expect.stringMatching(/With a client token, send the same request again.*Without one, read the agent/),
    },
    lines: [{ level: 'ERROR', message: 'failed', code: 'OUTCOME_UNKNOWN' }],
  });
});

test('an error that nobody foresaw says nothing of itself to the caller, and everything to the log', async () => {
  const cause = new RangeError('a secret of the inside');
  const reply = await answerOf(async () => {
    throw new TypeError('another secret', { cause });
  });
  expect(reply).toMatchObject({ status: 500, body: { code: 'INTERNAL', title: PROBLEMS.INTERNAL.title } });
  expect(JSON.stringify([reply.body, reply.headers])).not.toContain('secret');
  expect(reply.lines).toMatchObject([
    {
      level: 'ERROR',
      code: 'INTERNAL',
      cause: { name: 'TypeError', message: 'another secret', cause: { name: 'RangeError', message: cause.message } },
    },
  ]);
});

test.each([
  ['a string', 'why'],
  ['nothing', undefined],
  ['null', null],
  ['an object', { statusCode: 200, body: 'a secret' }],
])('what is thrown need not be an error: %s', async (_name, thrown) => {
  const reply = await answerOf(async () => {
    throw thrown;
  });
  expect(reply).toMatchObject({ status: 500, body: { code: 'INTERNAL' } });
});

test("of a library's error only its name, message and stack are written: it may carry the request", async () => {
  const cause = Object.assign(new Error('failed'), { $request: { body: 'a secret' }, config: { token: 'a secret' } });
  const reply = await answerOf(async () => {
    throw new Problem('UPSTREAM_FAILED', { cause });
  });
  expect(reply.status).toBe(502);
  expect(JSON.stringify(reply.lines)).not.toContain('secret');
});
