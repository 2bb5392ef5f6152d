/**
 * A short lease on an agent, in DynamoDB: who changes or prepares an agent does so alone, whatever Lambda it runs in.
 *
 * Clocks may be minutes apart. So the item carries a beat that its owner changes with every renewal, and the lease's
 * length; whoever waits takes over only what they themselves saw unchanged for that length, by a write that is conditional
 * on that very beat. A date counts only where it passed so long ago that no clock is that wrong.
 *
 * A lease cannot stop a call that its owner has sent already. So the owner renews before each call to Bedrock, and gives
 * up when that fails.
 */
import { randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type Clock, type Deadline, growingPauses, machineClock } from '../deadline.ts';
import { Problem } from '../problem.ts';
import { LeaseLost } from './busy.ts';

/** How long a lease lasts without renewal: a dead owner's is taken over well inside one call. */
export const LEASE_MS = 5_000;

/**
 * A beat this young needs no other before a call: nobody takes over what they have not seen unchanged for a whole lease. So a
 * change costs two calls of the store, not three.
 */
const FRESH_MS = 1_000;

/**
 * `expiration`, the table's TTL, lies this far behind the lease's end: clocks that differ by minutes neither let DynamoDB
 * delete a living lease nor make one look forgotten.
 */
const FORGOTTEN_AFTER_MS = 15 * 60_000;

/** Share of the time in which a lease is waited for; what it is wanted for needs the rest. */
const WAIT_SHARE = 0.5;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/** A store that hangs may not use up the time in which Bedrock is to be called. */
const STORE_DEADLINE_MS = 3_000;
/** Nor all the time there is, however little: what became of the call must still be told. */
const STORE_SHARE = 0.9;
/** Nobody waits for a release but the caller, who has their answer: a lease left behind ends by itself. */
const RELEASE_DEADLINE_MS = 1_000;

export interface LeaseTable {
  readonly client: DynamoDBClient;
  readonly name: string;
}

export interface LeasedAgent {
  readonly account: string;
  readonly region: string;
  readonly agentId: string;
}

export type LeasePurpose = 'write' | 'prepare';

export interface AgentLease {
  /** @throws {Problem} `AGENT_BUSY` when it was taken over, `STORE_UNAVAILABLE`. */
  renew(): Promise<void>;
  /** Renews it unless it was acquired or renewed within the last second. @throws {Problem} as `renew`. */
  keep(): Promise<void>;
  /** Never throws; leaves a lease that was taken over alone. */
  release(): Promise<void>;
}

/**
 * Waits for the lease, and takes over one whose owner is dead.
 *
 * @param owner the decision it is wanted for; for whoever reads the table.
 * @throws {Problem} `AGENT_BUSY` when it did not become free in time, `STORE_UNAVAILABLE`.
 */
export async function acquireLease(
  table: LeaseTable,
  agent: LeasedAgent,
  purpose: LeasePurpose,
  owner: string,
  deadline: Deadline,
  clock: Clock = machineClock,
): Promise<AgentLease> {
  const until = deadline.share(WAIT_SHARE);
  const tryAcquire = contendForLease(table, agent, purpose, owner, deadline, clock);
  const nextPauseMs = growingPauses(clock, FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  for (;;) {
    const lease = await tryAcquire();
    if (lease !== undefined) return lease;
    if (await clock.sleep(nextPauseMs(), until)) continue;
    throw new Problem('AGENT_BUSY', {
      detail: 'Another request is changing this agent. Send the same request again in a moment.',
      retryAfterSeconds: Math.ceil(LEASE_MS / 1000),
    });
  }
}

/**
 * Makes a function that tries to take the lease, without waiting: undefined when another has it. It remembers what it
 * saw, so that tries over a time find out a dead owner.
 */
export function contendForLease(
  table: LeaseTable,
  { account, region, agentId }: LeasedAgent,
  purpose: LeasePurpose,
  owner: string,
  deadline: Deadline,
  clock: Clock = machineClock,
): () => Promise<AgentLease | undefined> {
  const id = `lease#${purpose}#${account}#${region}#${agentId}`;
  // Not the owner's name, which another contender may bear as well.
  const holder = randomUUID();
  let watched: { beat: string; lengthMs: number; sinceMs: number } | undefined;

  return async () => {
    const isDead = watched !== undefined && clock.elapsedMs() - watched.sinceMs > watched.lengthMs;
    const deadBeat = isDead ? watched?.beat : undefined;
    const put = new PutItemCommand({
      TableName: table.name,
      Item: {
        id: { S: id },
        owner: { S: owner },
        holder: { S: holder },
        beat: { S: randomUUID() },
        lease_ms: { N: String(LEASE_MS) },
        expiration: { N: String(expiration(clock)) },
      },
      // Its own holder: an attempt at this put whose answer was lost.
      ConditionExpression: 'attribute_not_exists(id) OR holder = :holder OR beat = :dead OR expiration < :now',
      ExpressionAttributeValues: {
        ':holder': { S: holder },
        ':now': { N: String(Math.floor(clock.epochMs() / 1000)) },
        ':dead': { S: deadBeat ?? 'none' },
      },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const sentAtMs = clock.elapsedMs();
    try {
      await table.client.send(put, { abortSignal: storeDeadline(deadline) });
      return leaseOf(table, id, holder, sentAtMs, deadline, clock);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw unavailable(error);
      const held = error.Item ?? (await read(table, id, deadline));
      const beat = held?.beat?.S;
      // The time counts from when the beat is in hand: it was written before that.
      if (beat === undefined) watched = undefined;
      else if (beat !== watched?.beat) {
        watched = { beat, lengthMs: Number(held?.lease_ms?.N ?? LEASE_MS), sinceMs: clock.elapsedMs() };
      }
      return undefined;
    }
  };
}

/** @param beatAtMs when the latest beat was sent, by the steady clock: it counts from before it was written */
function leaseOf(
  table: LeaseTable,
  id: string,
  holder: string,
  beatAtMs: number,
  deadline: Deadline,
  clock: Clock,
): AgentLease {
  let latestMs = beatAtMs;
  const whileHeld = {
    TableName: table.name,
    Key: { id: { S: id } },
    ConditionExpression: 'holder = :holder',
  };
  const lease: AgentLease = {
    async renew() {
      const sentAtMs = clock.elapsedMs();
      const update = new UpdateItemCommand({
        ...whileHeld,
        UpdateExpression: 'SET beat = :beat, expiration = :expiration',
        ExpressionAttributeValues: {
          ':holder': { S: holder },
          ':beat': { S: randomUUID() },
          ':expiration': { N: String(expiration(clock)) },
        },
      });
      try {
        await table.client.send(update, { abortSignal: storeDeadline(deadline) });
        latestMs = sentAtMs;
      } catch (error) {
        throw error instanceof ConditionalCheckFailedException ? new LeaseLost() : unavailable(error);
      }
    },
    async keep() {
      if (clock.elapsedMs() - latestMs >= FRESH_MS) await lease.renew();
    },
    async release() {
      const remove = new DeleteItemCommand({ ...whileHeld, ExpressionAttributeValues: { ':holder': { S: holder } } });
      try {
        await table.client.send(remove, { abortSignal: deadline.share(1, RELEASE_DEADLINE_MS) });
      } catch {
        // Taken over, or the store fails: either way the lease ends without us.
      }
    },
  };
  return lease;
}

async function read(table: LeaseTable, id: string, deadline: Deadline) {
  const get = new GetItemCommand({ TableName: table.name, Key: { id: { S: id } }, ConsistentRead: true });
  try {
    return (await table.client.send(get, { abortSignal: storeDeadline(deadline) })).Item;
  } catch (error) {
    throw unavailable(error);
  }
}

/** Epoch seconds. */
function expiration(clock: Clock): number {
  return Math.ceil((clock.epochMs() + LEASE_MS + FORGOTTEN_AFTER_MS) / 1000);
}

function storeDeadline(deadline: Deadline): AbortSignal {
  return deadline.share(STORE_SHARE, STORE_DEADLINE_MS);
}

function unavailable(cause: unknown): Problem {
  return new Problem('STORE_UNAVAILABLE', {
    detail: 'Whether another request is changing this agent cannot be known. Send the same request again later.',
    retryAfterSeconds: 2,
    cause,
  });
}
