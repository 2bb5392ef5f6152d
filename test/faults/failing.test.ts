/** Bedrock or DynamoDB fails under every operation on both surfaces, and afterwards works again. */
import { test } from 'vitest';
import { type Bench, startBench } from './bench.ts';
import { startClocks } from './clocks.ts';
import { OPERATION_CASES } from './operations.ts';
import { expectOneGroupEach, expectTruth } from './verdict.ts';

const FOR_EVER = 9_999;
const LAMBDA_MS = 6_000;
const OWNERS_END_MS = LAMBDA_MS + 1_000;
const CREATE = 'CreateAgentActionGroup';

/** The store fails at whatever changes or removes a record or lease that is there. */
const atEverySecondWrite = (effect: 'drop' | 'throttle' | 'error' | 'lose-answer') => (bench: Bench) =>
  bench.store.fault(
    { operation: 'UpdateItem', do: effect, times: FOR_EVER },
    { operation: 'DeleteItem', do: effect, times: FOR_EVER },
  );

const FAILURES: readonly [string, (bench: Bench) => void][] = [
  ['Bedrock throttles', ({ bedrock }) => bedrock.fault({ kind: 'throttle', times: FOR_EVER })],
  ['Bedrock answers 500', ({ bedrock }) => bedrock.fault({ kind: 'error', times: FOR_EVER })],
  ['Bedrock is slow', ({ bedrock }) => bedrock.fault({ kind: 'delay', delayMs: 300, times: FOR_EVER })],
  ['Bedrock refuses our role', ({ bedrock }) => bedrock.fault({ kind: 'access-denied', times: FOR_EVER })],
  ['Bedrock drops before it commits', ({ bedrock }) => bedrock.fault({ kind: 'drop', times: FOR_EVER })],
  [
    'Bedrock drops after it has committed',
    ({ bedrock }) => bedrock.fault({ kind: 'drop', when: 'after-commit', times: FOR_EVER }),
  ],
  [
    'Bedrock commits, drops, and throttles what comes next',
    ({ bedrock }) => {
      for (const operation of [CREATE, 'UpdateAgentActionGroup', 'DeleteAgentActionGroup', 'PrepareAgent'] as const) {
        bedrock.fault({ kind: 'drop', when: 'after-commit', operation, times: 6 });
        bedrock.fault({ kind: 'throttle', operation, times: FOR_EVER });
      }
    },
  ],
  ['DynamoDB throttles', ({ store }) => store.fault({ do: 'throttle', times: FOR_EVER })],
  ['DynamoDB answers 500', ({ store }) => store.fault({ do: 'error', times: FOR_EVER })],
  ['DynamoDB is down', ({ store }) => store.fault({ do: 'drop', times: FOR_EVER })],
  ['DynamoDB carries out, and loses every answer', ({ store }) => store.fault({ do: 'lose-answer', times: FOR_EVER })],
  ['DynamoDB throttles every second write', atEverySecondWrite('throttle')],
  ['DynamoDB drops every second write', atEverySecondWrite('drop')],
  ['DynamoDB loses the answer to every second write', atEverySecondWrite('lose-answer')],
];

test.concurrent.for(FAILURES)('%s', { timeout: 60_000 }, async ([, fails], { onTestFinished }) => {
  const bench = await startBench(onTestFinished);
  const asked = await expectTruth(bench, OPERATION_CASES, () => fails(bench), { remainingMs: LAMBDA_MS });
  bench.bedrock.clearFaults();
  bench.store.reset();
  // A record that its owner could not complete is taken over when that Lambda must have ended.
  await startClocks().of(OWNERS_END_MS, () => expectOneGroupEach(bench, OPERATION_CASES, asked));
});
