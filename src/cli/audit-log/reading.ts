/** How an audit log is read, wherever it is. */
import { type Clock, machineClock } from '../../deadline.ts';

/** What a reader is after; a source may bring more, never less. */
export interface Wanted {
  readonly sinceEpochMs?: number | undefined;
  readonly untilEpochMs?: number | undefined;
  /** Only events with this value there, within `unmapped`. */
  readonly only?: { readonly member: 'decisionId' | 'idempotency.tokenHash'; readonly value: string };
}

export interface Source {
  /** Lines in batches, the oldest first as far as the source can tell. */
  read(wanted: Wanted): AsyncIterable<readonly string[]>;
  /** The same, then what is added. An empty batch says that there is nothing more at the moment. */
  follow(wanted: Wanted): AsyncIterable<readonly string[]>;
  /** What is said of it when nothing is found. */
  readonly name: string;
  /** Can only be read by and by, so nobody reads it without saying since when. */
  readonly isRemote: boolean;
  readonly isStandardInput: boolean;
}

/** How commands wait: by the machine's clock and for ever, unless a test says otherwise. */
export interface Waiting {
  readonly clock: Clock;
  /** Ends what follows a log. */
  readonly signal: AbortSignal;
}

export const forEver: Waiting = { clock: machineClock, signal: new AbortController().signal };
