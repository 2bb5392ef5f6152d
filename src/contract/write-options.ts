import type * as v from 'valibot';
import type { Fault } from '../problem.ts';
import type { Checked } from './checked.ts';
import { PrepareMode } from './create-action-group.ts';
import { Flag } from './query.ts';

/** A write as the edge hands it over: decoded labels, all values of each query parameter and header, parsed JSON. */
export interface RawWrite {
  readonly labels: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, readonly string[]>>;
  /** Every value of the header `If-Match`. */
  readonly ifMatch: readonly string[];
  readonly body: unknown;
}

/** The query parameters that every write of an action group takes. */
export const WRITE_QUERY = { dryRun: Flag, prepare: PrepareMode };

type Query = { readonly [Name in keyof typeof WRITE_QUERY]: v.InferOutput<(typeof WRITE_QUERY)[Name]> | undefined };

export interface WriteOptions {
  /** Decide, but do not write. */
  readonly dryRun: boolean;
  readonly prepare: PrepareMode;
}

export function writeOptions({ dryRun, prepare }: Query): WriteOptions {
  return { dryRun: dryRun ?? false, prepare: prepare ?? 'none' };
}

/** An entity tag of RFC 9110. A weak one is a tag, but never equal to one of ours. */
const TAG = '(?:W/)?"[\\x21\\x23-\\x7e]*"';
const IF_MATCH = new RegExp(`^\\s*(?:\\*|${TAG}(?:\\s*,\\s*${TAG})*)\\s*$`);
const EACH = new RegExp(`\\*|${TAG}`, 'g');

/**
 * The tags of `If-Match`: the write happens only if the group still has one of them. `*` asks for any group.
 *
 * @param values every value of the header
 */
export function readIfMatch(values: readonly string[]): Checked<readonly string[] | undefined> {
  if (values.length === 0) return { value: undefined };
  const joined = values.join(', ');
  if (!IF_MATCH.test(joined)) return { faults: [notEntityTags()] };
  // Not split at commas: a tag may contain one, and `"a,*,b"` does not ask for any group.
  return { value: joined.match(EACH) ?? [] };
}

function notEntityTags(): Fault {
  return {
    pointer: 'header:If-Match',
    message: '`If-Match` is not a list of entity tags.',
    fix: 'Send the `ETag` of an earlier answer unchanged, quotes included.',
  };
}
