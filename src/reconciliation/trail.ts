/** CloudTrail's event history: the management events of the last 90 days, whether or not the account has a trail. */
import { type CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import type { Clock } from '../deadline.ts';
import type { LineLogger } from '../log.ts';
import { patiently, tokenBucket } from '../pace.ts';
import type { Span } from './join.ts';
import { isPassing } from './passing.ts';
import { type Place, WRITES, type WriteEvent, writeEventOf } from './write-event.ts';

/** Half of what AWS allows an account: the other half is everybody else's. */
const CALLS_PER_SECOND = 1;

export interface TrailOptions {
  /** One attempt a call: the pace is kept, and calls are repeated, here. */
  readonly client: CloudTrailClient;
  readonly place: Place;
  readonly clock: Clock;
  readonly log: LineLogger;
  readonly signal: AbortSignal;
}

/**
 * Reads the writes of a span. They are asked for one name at a time: by their source they would come with every call of a
 * model, of which there are thousands.
 *
 * @throws what CloudTrail throws when it goes on doing so.
 */
export function trailOf({ client, place, clock, log, signal }: TrailOptions): (span: Span) => Promise<WriteEvent[]> {
  const pace = tokenBucket(clock, CALLS_PER_SECOND);
  return async ({ from, to }) => {
    const events: WriteEvent[] = [];
    for (const AttributeValue of WRITES) {
      let NextToken: string | undefined;
      do {
        const lookup = new LookupEventsCommand({
          LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue }],
          // It knows full seconds alone.
          StartTime: new Date(Math.floor(from / 1_000) * 1_000),
          EndTime: new Date(Math.ceil(to / 1_000) * 1_000),
          NextToken,
        });
        const page = await patiently(
          () => client.send(lookup, { abortSignal: signal }),
          pace,
          clock,
          signal,
          isPassing,
        );
        for (const { EventId, CloudTrailEvent } of page.Events ?? []) {
          try {
            events.push(...[writeEventOf(JSON.parse(CloudTrailEvent ?? ''), place) ?? []].flat());
          } catch (error) {
            // Nobody can be named for it, but nor may the others go unread.
            const cause = (error as Error).name;
            log.error('An event of CloudTrail cannot be read.', { eventId: EventId, eventName: AttributeValue, cause });
          }
        }
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
    }
    return events;
  };
}
