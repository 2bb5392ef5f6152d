import { type CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Clock } from '../deadline.ts';
import type { LineLogger } from '../log.ts';
import { patiently, tokenBucket } from '../pace.ts';
import { type AuditLine, auditLineOf, FILTER_PATTERN } from './audit-line.ts';
import type { Span } from './join.ts';
import { isPassing } from './passing.ts';

/** AWS allows an account 5 or 10, by region. */
const CALLS_PER_SECOND = 3;

export interface AuditTrailOptions {
  /** One attempt a call: the pace is kept, and calls are repeated, here. */
  readonly client: CloudWatchLogsClient;
  readonly logGroup: string;
  readonly clock: Clock;
  readonly log: LineLogger;
  readonly signal: AbortSignal;
}

/** Reads the audit lines of writes of a span. @throws what CloudWatch throws when it goes on, a missing log group at once. */
export function auditTrailOf(options: AuditTrailOptions): (span: Span) => Promise<AuditLine[]> {
  const { client, logGroup, clock, log, signal } = options;
  const pace = tokenBucket(clock, CALLS_PER_SECOND);
  return async ({ from, to }) => {
    const lines: AuditLine[] = [];
    let nextToken: string | undefined;
    // A page may be empty and not the last.
    do {
      const filter = new FilterLogEventsCommand({
        logGroupName: logGroup,
        filterPattern: FILTER_PATTERN,
        startTime: from,
        endTime: to,
        nextToken,
      });
      const page = await patiently(() => client.send(filter, { abortSignal: signal }), pace, clock, signal, isPassing);
      for (const { eventId, message = '' } of page.events ?? []) {
        try {
          lines.push(...[auditLineOf(message) ?? []].flat());
        } catch (error) {
          log.error('An audit line cannot be read.', { eventId, cause: (error as Error).message });
        }
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return lines;
  };
}
