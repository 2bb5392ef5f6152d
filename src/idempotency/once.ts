import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import { Problem } from '../problem.ts';
import { RecordStore, RecordVanished } from './record-store.ts';

/** AWS keeps a client token for an unstated time; we promise a day. */
const KEEP_FOR_SECONDS = 24 * 60 * 60;

/**
 * A store that hangs may not use up the time in which Bedrock is to be called, nor that in which the caller is to be
 * answered, before the stages' own end: a creation that is made but cannot be remembered has an id to tell. One that is
 * only slow gets all its attempts.
 */
const STORE_DEADLINE_MS = 9_000;
const ANSWER_MS = 1_500;

/** The first request is normally done by then: a create takes Bedrock about a second. */
const RETRY_AFTER_SECONDS = 2;

export interface OnceRequest {
  /** What the request is known by: the token sent to Bedrock. */
  readonly key: string;
  /** SHA-256 of everything that must be equal in a repeat. */
  readonly fingerprint: string;
  /** The decision that owns the record while the work runs. */
  readonly owner: string;
  readonly lambda: Pick<Context, 'getRemainingTimeInMillis'>;
}

/** @property stored false when the work was done but could not be remembered: a retry will ask Bedrock again. */
export interface OnceResult<T> {
  readonly result: T;
  readonly replayed: boolean;
  readonly stored: boolean;
}

export interface OnceTable {
  readonly client: DynamoDBClient;
  readonly name: string;
}

/**
 * Runs `work` at most once for a key, whatever number of Lambdas are asked, and replays its result for 24 hours.
 *
 * `mayBeRepeat` tells `work` that an earlier call of this very request ended without anybody knowing how.
 * `work` returns small plain JSON (identifiers, never schemas: the record is one DynamoDB item). When it throws, the
 * record is deleted, unless the problem says that the change may have been made: then the fingerprint is kept, so that
 * only the same request can try again.
 *
 * @throws {Problem} `REQUEST_IN_PROGRESS`, `IDEMPOTENCY_KEY_REUSED`, `STORE_UNAVAILABLE`, and whatever `work` throws.
 */
export async function once<T extends Record<string, string>>(
  table: OnceTable,
  { key, fingerprint, owner, lambda }: OnceRequest,
  work: (facts: { mayBeRepeat: boolean }) => Promise<T>,
): Promise<OnceResult<T>> {
  const { store, config } = recordsOf(table, { key, fingerprint, owner, lambda });

  // Powertools answers a failed save or delete with its own error; what the work itself did must not be lost behind it.
  let did: { result: T } | { error: unknown } | undefined;
  const run = makeIdempotent(
    async (_request: { key: string; fingerprint: string }) => {
      try {
        did = { result: await work({ mayBeRepeat: store.takenOver }) };
        return did.result;
      } catch (error) {
        did = { error };
        store.outcomeIsUnknown = !(error instanceof Problem) || error.mayHaveCommitted;
        throw error;
      }
    },
    { persistenceStore: store, keyPrefix: KEY_PREFIX, dataIndexArgument: 0, config },
  );

  try {
    const result = await run({ key, fingerprint });
    return { result, replayed: did === undefined, stored: true };
  } catch (error) {
    if (did !== undefined && 'result' in did) return { result: did.result, replayed: false, stored: false };
    if (did !== undefined) throw did.error;
    throw toProblem(error);
  }
}

/**
 * Whether a request would be replayed, without leaving a trace of having asked.
 *
 * @throws {Problem} `REQUEST_IN_PROGRESS`, `IDEMPOTENCY_KEY_REUSED`, `STORE_UNAVAILABLE`, as `once` would.
 */
export async function wouldReplay(table: OnceTable, { key, fingerprint, ...request }: OnceRequest): Promise<boolean> {
  const { store, config } = recordsOf(table, { key, fingerprint, ...request });
  store.configure({ config, keyPrefix: KEY_PREFIX });
  try {
    const record = await store.getRecord({ key, fingerprint });
    const isRunning = record.getStatus() === 'INPROGRESS' && (record.inProgressExpiryTimestamp ?? 0) >= Date.now();
    if (isRunning) throw toProblem({ name: 'IdempotencyAlreadyInProgressError' });
    return record.getStatus() === 'COMPLETED';
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (error instanceof RecordVanished) return false;
    throw toProblem(error);
  }
}

/** Not the function's name, Powertools' default: every function shares the records. */
const KEY_PREFIX = 'once';

function recordsOf(table: OnceTable, { owner, lambda }: OnceRequest) {
  const store = new RecordStore({
    client: table.client,
    table: table.name,
    owner,
    timeoutMs: () => Math.min(STORE_DEADLINE_MS, lambda.getRemainingTimeInMillis() - ANSWER_MS),
  });
  const config = new IdempotencyConfig({
    eventKeyJmesPath: 'key',
    payloadValidationJmesPath: 'fingerprint',
    throwOnNoIdempotencyKey: true,
    expiresAfterSeconds: KEEP_FOR_SECONDS,
    hashFunction: 'sha256',
    lambdaContext: lambda as Context,
  });
  return { store, config };
}

function toProblem(error: unknown): Problem {
  switch ((error as Partial<Error> | undefined)?.name) {
    case 'IdempotencyAlreadyInProgressError':
      return new Problem('REQUEST_IN_PROGRESS', {
        detail: `The first request with this client token is still running. Send the same request again in ${RETRY_AFTER_SECONDS} seconds to get its answer.`,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    case 'IdempotencyValidationError':
      return new Problem('IDEMPOTENCY_KEY_REUSED', {
        detail:
          'This client token was used in the last 24 hours for a request with another body. Use a new token for a new request, or send the first body again to get its answer.',
      });
    default:
      return new Problem('STORE_UNAVAILABLE', {
        detail: 'Nothing was created. Retrying with the same client token is safe.',
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        cause: error,
      });
  }
}
