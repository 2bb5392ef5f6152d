/**
 * Audit lines from a CloudWatch log group.
 *
 * `FilterLogEvents`, polled, rather than `StartLiveTail`: Live Tail samples above 500 events a second, drops the oldest
 * when its reader is slow, ends after three hours, knows nothing of before it began and is paid by the minute. Polling sees
 * everything, needs one permission, and costs calls, which are free.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LiveTailSessionUpdate.html
 */
import type { FilteredLogEvent, FilterLogEventsCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import type { Terminal } from '../command.ts';
import { type Group, LogGroupReader } from './log-group-reader.ts';
import type { Source, Waiting, Wanted } from './reading.ts';

const POLL_EVERY_MS = 3_000;

/**
 * Events are found by their own time, but arrive later, and not in order. So each poll looks back a little, and now and
 * then one looks back far; by its id each event is told once.
 */
const LOOK_BACK_MS = 30_000;
const LOOK_BACK_FAR_MS = 15 * 60_000;
const LOOK_FAR_EVERY_MS = 60_000;

/** This machine's clock may be wrong by that much. */
const WRONG_BY_AT_MOST_MS = 60 * 60_000;

export function cloudWatch(group: Group, terminal: Terminal, waiting: Waiting): Source {
  const { clock, signal } = waiting;

  async function* read(wanted: Wanted): AsyncGenerator<readonly string[]> {
    const reader = new LogGroupReader(group, terminal, waiting, 'once');
    try {
      for await (const events of reader.pages(inputOf(wanted))) yield events.map(({ message = '' }) => message);
    } finally {
      reader.close();
    }
  }

  async function* follow(wanted: Wanted): AsyncGenerator<readonly string[]> {
    const reader = new LogGroupReader(group, terminal, waiting, 'for ever');
    const since = wanted.sinceEpochMs ?? clock.epochMs();
    const told = new Map<string, number>();
    /** Up to here, by CloudWatch's clock, everything had arrived that we know of. */
    let arrivedEpochMs = Number.NEGATIVE_INFINITY;
    let lookedFarAtMs = Number.NEGATIVE_INFINITY;
    try {
      while (!signal.aborted) {
        const far = clock.elapsedMs() - lookedFarAtMs >= LOOK_FAR_EVERY_MS;
        if (far) lookedFarAtMs = clock.elapsedMs();
        let newest = Math.max(arrivedEpochMs, clock.epochMs() - WRONG_BY_AT_MOST_MS);
        const from = Math.max(since, arrivedEpochMs - (far ? LOOK_BACK_FAR_MS : LOOK_BACK_MS));
        for await (const events of reader.pages(inputOf({ ...wanted, sinceEpochMs: from }))) {
          const fresh = events.filter((event) => isFresh(event, told));
          for (const { ingestionTime = 0 } of fresh) newest = Math.max(newest, ingestionTime);
          if (fresh.length > 0) yield fresh.map(({ message = '' }) => message);
        }
        arrivedEpochMs = newest;
        forget(told, arrivedEpochMs - LOOK_BACK_FAR_MS);
        yield [];
        await clock.sleep(POLL_EVERY_MS, signal);
      }
    } finally {
      reader.close();
    }
  }

  function inputOf({ sinceEpochMs, untilEpochMs, only }: Wanted): FilterLogEventsCommandInput {
    return {
      logGroupName: group.logGroup,
      filterPattern: only
        ? `{ $.unmapped.${only.member} = "${only.value}" }`
        : '{ ($.class_uid = 6003) || ($.class_uid = 2004) }',
      startTime: sinceEpochMs === undefined ? undefined : Math.max(0, sinceEpochMs),
      endTime: untilEpochMs,
    };
  }

  return { read, follow, name: group.logGroup, isRemote: true, isStandardInput: false };
}

function isFresh({ eventId, timestamp = 0, message }: FilteredLogEvent, told: Map<string, number>): boolean {
  const id = eventId ?? `${timestamp} ${message}`;
  if (told.has(id)) return false;
  told.set(id, timestamp);
  return true;
}

/** What no later poll can see again. */
function forget(told: Map<string, number>, beforeEpochMs: number): void {
  for (const [id, epochMs] of told) if (epochMs < beforeEpochMs) told.delete(id);
}
