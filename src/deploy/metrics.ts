/** What alarms watch: the service's own metrics, and AWS's of what it runs on. */
import type { Dimension } from '../metrics/catalogue.ts';
import type { MetricName } from '../metrics/units.ts';
import type { FunctionGroup } from './functions.ts';

/** What API Gateway's throttling turned away: counted in the access log, since a REST API has no metric of it. */
export const THROTTLED_BY_GATEWAY: MetricName = 'ThrottledByGateway';

/** One metric, over all that a stack has of it. */
export type Source =
  /** One of ours, in all or for these dimensions. */
  | { readonly own: MetricName; readonly of?: Readonly<Partial<Record<Dimension, string>>> }
  | { readonly gateway: string }
  /** The sum over the functions of a group. */
  | { readonly lambda: string; readonly group: FunctionGroup }
  /** Of one function. */
  | { readonly lambda: string; readonly one: string }
  /** The sum over both tables. */
  | { readonly tables: readonly string[] }
  | { readonly queue: string };

export type Statistic = 'Sum' | 'Maximum' | 'p95';
