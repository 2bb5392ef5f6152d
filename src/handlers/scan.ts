import type { Context } from 'aws-lambda';
import { createBedrockClient } from '../bedrock/client.ts';
import { type Config, isLambda, parseConfig } from '../config.ts';
import { type Clock, machineClock } from '../deadline.ts';
import { createStoreClient } from '../idempotency/store-client.ts';
import type { WriteLine } from '../log.ts';
import { continuationStore } from '../scan/continuation.ts';
import { inventoryOf } from '../scan/inventory.ts';
import { runScheduled } from '../scan/scheduled.ts';
import { createServicesWithoutBedrock } from '../services.ts';

type ScanHandler = (
  event: unknown,
  lambda: Pick<Context, 'getRemainingTimeInMillis'>,
) => ReturnType<typeof runScheduled>;

/** The longest that one agent takes when every call of it has to be repeated, and what saving takes. */
const END_BEFORE_END_MS = 120_000;
/** Whatever is still under way then is given up, so that the run ends by itself. */
const ABORT_BEFORE_END_MS = 10_000;

/** A scheduled scan. The next run goes on where this one has to stop. */
export function scanHandler(config: Config, clock: Clock = machineClock, write?: WriteLine): ScanHandler {
  const { log, policy } = createServicesWithoutBedrock(config, write);
  const bedrock = createBedrockClient(config, 1);
  const store = createStoreClient(config);
  const { provenanceTable: name } = config;
  return async (_event, lambda) => {
    const leftMs = () => lambda.getRemainingTimeInMillis();
    const signal = AbortSignal.timeout(Math.max(1, leftMs() - ABORT_BEFORE_END_MS));
    const provenance = name === undefined ? undefined : { client: store, name };
    return runScheduled({
      log,
      policy: await policy(),
      inventory: (scanId) => inventoryOf({ bedrock, provenance, clock, scanId, signal }),
      continuation: continuationStore(store, config.idempotencyTable, config.region),
      clock,
      timeIsShort: () => leftMs() < END_BEFORE_END_MS,
    });
  };
}

let run: ScanHandler | undefined;

function start(): ScanHandler {
  run ??= scanHandler(parseConfig());
  return run;
}

// In Lambda a bad environment fails at cold start; elsewhere importing asks nothing of it.
if (isLambda) start();

export const handler: ScanHandler = (event, lambda) => start()(event, lambda);
