import type { Clock } from '../deadline.ts';
import type { LineLogger } from '../log.ts';
import type { Policy } from '../policy/policy.ts';
import { RenewalFailure } from './renewal-failure.ts';
import type { Watcher } from './renewed.ts';

/**
 * Says in the log which revision is in use, and that none newer could be had or read.
 *
 * The line of a failure is also CloudWatch's embedded metric format, namespace `Portcullis`, dimension `service`:
 * `PolicyRenewalFailed` counts failures, and `PolicyStale` is for how many seconds the policy in use has not been known to be
 * the latest; it is absent where there is no policy at all. Both are for alarms.
 */
export function renewalReport(log: LineLogger, { epochMs }: Pick<Clock, 'epochMs'>): Watcher<Policy> {
  let inUse: string | undefined;
  return {
    loaded({ revision, digest }) {
      if (digest === inUse) return;
      inUse = digest;
      log.info('policy loaded', { policy: { revision, digest } });
    },
    failed(cause, ageMs) {
      const known = cause instanceof RenewalFailure ? { code: cause.code, ...cause.facts } : { code: 'FAILED' };
      const metrics = [{ Name: 'PolicyRenewalFailed', Unit: 'Count' }];
      if (ageMs !== undefined) metrics.push({ Name: 'PolicyStale', Unit: 'Seconds' });
      try {
        // An operator who silences warnings still wants the alarm.
        log.must('policy renewal failed', {
          ...known,
          PolicyRenewalFailed: 1,
          PolicyStale: ageMs === undefined ? undefined : Math.round(ageMs / 1_000),
          _aws: {
            Timestamp: epochMs(),
            CloudWatchMetrics: [{ Namespace: 'Portcullis', Dimensions: [['service']], Metrics: metrics }],
          },
        });
      } catch {
        // There is nowhere left to say it.
      }
    },
  };
}
