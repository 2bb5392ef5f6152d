import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { Context } from 'aws-lambda';
import { type Config, isLambda, parseConfig } from '../config.ts';
import { type Clock, machineClock } from '../deadline.ts';
import type { WriteLine } from '../log.ts';
import { auditTrailOf } from '../reconciliation/audit-trail.ts';
import { deployed } from '../reconciliation/deployed.ts';
import { takeUp } from '../reconciliation/progress.ts';
import { reconcile } from '../reconciliation/reconcile.ts';
import { trailOf } from '../reconciliation/trail.ts';
import { attemptTimeouts } from '../sdk/timeouts.ts';

type Lambda = Pick<Context, 'getRemainingTimeInMillis' | 'invokedFunctionArn'>;
type ReconcileHandler = (event: unknown, lambda: Lambda) => ReturnType<typeof reconcile>;

/** The longest that a busy hour takes to be read. */
const END_BEFORE_END_MS = 300_000;
/** Whatever is still under way then is given up, so that the run ends by itself. */
const ABORT_BEFORE_END_MS = 10_000;

/** By schedule: what CloudTrail, the audit trail and the provenance say, held against each other. */
export function reconcileHandler(config: Config, clock: Clock = machineClock, write?: WriteLine): ReconcileHandler {
  const { settings, store, log, meter, placeOf, reportTo, provenanceOf } = deployed(config, clock, write);
  const { endpoints, logGroup } = settings;
  const patient = {
    region: config.region,
    maxAttempts: 1,
    requestHandler: attemptTimeouts(20_000),
  };
  const cloudTrail = new CloudTrailClient({ ...patient, ...endpoints.cloudTrail });
  const logs = new CloudWatchLogsClient({ ...patient, ...endpoints.cloudWatchLogs });

  return async (_event, lambda) => {
    const leftMs = () => lambda.getRemainingTimeInMillis();
    const signal = AbortSignal.timeout(Math.max(1, leftMs() - ABORT_BEFORE_END_MS));
    const place = placeOf(lambda);
    const nowEpochMs = clock.epochMs();
    const hold = { nowEpochMs, endsAtEpochMs: nowEpochMs + leftMs() };
    const progress = await takeUp(store, config.idempotencyTable, config.region, hold);
    if (progress === undefined) {
      log.info('another reconciliation is under way');
      return { finished: false, findings: 0 };
    }
    try {
      return await reconcile({
        sources: {
          events: trailOf({ client: cloudTrail, place, clock, log, signal }),
          lines: auditTrailOf({ client: logs, logGroup, clock, log, signal }),
          provenanceOf: provenanceOf(signal),
        },
        report: reportTo(place, signal),
        looked: (writes) => meter.tell({ Reconciled: writes }),
        progress,
        log,
        clock,
        timeIsShort: () => leftMs() < END_BEFORE_END_MS,
      });
    } finally {
      await progress.end();
    }
  };
}

let run: ReconcileHandler | undefined;

function start(): ReconcileHandler {
  run ??= reconcileHandler(parseConfig());
  return run;
}

// In Lambda a bad environment fails at cold start; elsewhere importing asks nothing of it.
if (isLambda) start();

export const handler: ReconcileHandler = (event, lambda) => start()(event, lambda);
