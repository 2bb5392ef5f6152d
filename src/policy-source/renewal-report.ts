import type { LineLogger } from '../log.ts';
import { Meter } from '../metrics/meter.ts';
import type { Policy } from '../policy/policy.ts';
import { RenewalFailure } from './renewal-failure.ts';
import type { Watcher } from './renewed.ts';

/** Says in the log which revision is in use, and that none newer could be had or read; and by metrics, for alarms. */
export function renewalReport(log: LineLogger): Watcher<Policy> {
  const meter = new Meter(log);
  let inUse: string | undefined;
  return {
    loaded({ revision, digest }) {
      meter.tell({ PolicyAge: 0 });
      if (digest === inUse) return;
      inUse = digest;
      log.info('policy loaded', { policy: { revision, digest } });
    },
    failed(cause, ageMs) {
      const known = cause instanceof RenewalFailure ? { code: cause.code, ...cause.facts } : { code: 'FAILED' };
      log.warn('policy renewal failed', known);
      meter.tell({
        PolicyRenewalFailed: 1,
        ...(ageMs === undefined ? {} : { PolicyAge: Math.round(ageMs / 1_000) }),
      });
    },
  };
}
