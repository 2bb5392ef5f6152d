import { Metrics } from '@aws-lambda-powertools/metrics';
import type { LineLogger } from '../log.ts';
import type { Problem } from '../problem.ts';
import type { Dimension } from './catalogue.ts';
import { METRICS_NAMESPACE, type MetricName, UNITS } from './units.ts';

export type Values = Readonly<Partial<Record<MetricName, number>>>;

/**
 * Tells CloudWatch figures, as lines of its embedded metric format: no call is made for them.
 *
 * Powertools Metrics words the lines; they are written here, since its own console may write after Lambda froze the process.
 * Each call is one line and nothing is kept between calls, so requests that run at the same time do not mix.
 */
export class Meter {
  readonly #log: LineLogger;
  readonly #metrics: Worded;

  constructor(log: LineLogger) {
    this.#log = log;
    this.#metrics = new Worded({ namespace: METRICS_NAMESPACE, serviceName: log.service, logger: log });
  }

  /** A request failed; whose fault it was decides whether that is counted. */
  failed({ code, kind, upstream, mayHaveCommitted }: Problem): void {
    if (kind.status >= 500 || upstream !== undefined || code === 'UPSTREAM_THROTTLED')
      this.tell({ Failures: 1 }, { Code: code });
    if (mayHaveCommitted || code === 'OUTCOME_UNKNOWN') this.tell({ UnknownOutcomes: 1 });
  }

  /**
   * One line with these values, told in all and for the dimensions given.
   *
   * A figure that cannot be written fails nothing: what must not be lost is on the audit trail.
   */
  tell(values: Values, dimensions?: Readonly<Partial<Record<Dimension, string>>>): void {
    const metrics = this.#metrics;
    if (metrics.off) return;
    try {
      for (const [name, value] of Object.entries(values)) metrics.addMetric(name, UNITS[name as MetricName], value);
      metrics.addDimensions({});
      if (dimensions !== undefined) metrics.addDimensions(dimensions as Record<string, string>);
      this.#log.record(metrics.serializeMetrics());
    } catch (cause) {
      this.#log.warn('A metric could not be written.', { cause: cause instanceof Error ? cause.message : undefined });
    } finally {
      metrics.clearMetrics();
      metrics.clearDimensions();
    }
  }
}

class Worded extends Metrics {
  /** An operator's `POWERTOOLS_METRICS_DISABLED`. */
  readonly off = this.isDisabled();
}
