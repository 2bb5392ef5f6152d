import { Metrics } from '@aws-lambda-powertools/metrics';
import type { LineLogger } from '../log.ts';
import type { Problem } from '../problem.ts';
import { type Dimension, METRICS, METRICS_NAMESPACE, type MetricName } from './catalogue.ts';

export type Values = Readonly<Partial<Record<MetricName, number>>>;
type Dimensions = Readonly<Partial<Record<Dimension, string>>>;
type Line = ReturnType<Metrics['serializeMetrics']>;

/**
 * Tells CloudWatch figures, as lines of its embedded metric format: no call is made for them.
 *
 * Powertools Metrics words the lines; they are written here, since its own console may write after Lambda froze the process.
 * Each call is one line and nothing is kept between calls but how lines of its metrics and dimensions are worded: that is
 * asked of Powertools once, which reads the environment some ten times for an answer (a line then takes 15 µs instead of 80).
 */
export class Meter {
  readonly #log: LineLogger;
  readonly #metrics: Worded;
  readonly #worded = new Map<string, Line>();

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
  tell(values: Values, dimensions: Dimensions = {}): void {
    if (this.#metrics.off) return;
    try {
      const { _aws, ...rest } = this.#wordingOf(values, dimensions);
      this.#log.record({ _aws: { ..._aws, Timestamp: Date.now() }, ...rest, ...dimensions, ...values });
    } catch (cause) {
      this.#log.warn('A metric could not be written.', { cause: cause instanceof Error ? cause.message : undefined });
    }
  }

  /** A line of these metrics and dimensions, whatever their values. */
  #wordingOf(values: Values, dimensions: Dimensions): Line {
    const key = `${Object.keys(values)} by ${Object.keys(dimensions)}`;
    const known = this.#worded.get(key);
    if (known !== undefined) return known;
    const metrics = this.#metrics;
    try {
      for (const [name, value] of Object.entries(values))
        metrics.addMetric(name, METRICS[name as MetricName].unit, value);
      metrics.addDimensions({});
      if (Object.keys(dimensions).length > 0) metrics.addDimensions(dimensions as Record<string, string>);
      const line = metrics.serializeMetrics();
      this.#worded.set(key, line);
      return line;
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
