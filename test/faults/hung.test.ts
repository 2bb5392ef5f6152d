/**
 * Whatever hangs, every operation is answered before its Lambda ends: by the stage that waited, so with a decision and its
 * outcome on record, and not by the answer of last resort, which knows neither.
 *
 * Lambdas here have little time, and share it out as those do that have 28 s; `LAMBDA_MS=28000` tries the real length.
 */
import { test } from 'vitest';
import { type Bench, startBench } from './bench.ts';
import { OPERATION_CASES } from './operations.ts';
import { expectTruth } from './verdict.ts';

const LAMBDA_MS = Number(process.env.LAMBDA_MS ?? 4_000);
const FOR_EVER = 9_999;

const HANGS: readonly [string, (bench: Bench) => void][] = [
  ['Bedrock', ({ bedrock }) => bedrock.fault({ kind: 'hang', times: FOR_EVER })],
  [
    'Bedrock after it has committed',
    ({ bedrock }) => bedrock.fault({ kind: 'hang', when: 'after-commit', times: FOR_EVER }),
  ],
  ['DynamoDB', ({ store }) => store.fault({ do: 'hang', times: FOR_EVER })],
  [
    'every second write of DynamoDB',
    ({ store }) =>
      store.fault(
        { operation: 'UpdateItem', do: 'hang', times: FOR_EVER },
        { operation: 'DeleteItem', do: 'hang', times: FOR_EVER },
      ),
  ],
  ['DynamoDB after it has written', ({ store }) => store.fault({ do: 'keep-answer', times: FOR_EVER })],
  [
    'everything',
    ({ bedrock, store }) => {
      bedrock.fault({ kind: 'hang', times: FOR_EVER });
      store.fault({ do: 'hang', times: FOR_EVER });
    },
  ],
  [
    'Bedrock, and every second write of DynamoDB',
    ({ bedrock, store }) => {
      bedrock.fault({ kind: 'hang', times: FOR_EVER });
      store.fault(
        { operation: 'UpdateItem', do: 'hang', times: FOR_EVER },
        { operation: 'DeleteItem', do: 'hang', times: FOR_EVER },
      );
    },
  ],
];

test.concurrent.for(HANGS)('%s hangs', { timeout: 60_000 }, async ([, hang], { onTestFinished }) => {
  const bench = await startBench(onTestFinished);
  await expectTruth(bench, OPERATION_CASES, () => hang(bench), { remainingMs: LAMBDA_MS });
});
