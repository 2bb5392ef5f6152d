import { type Agent, type AgentStatus, GetAgentCommand, PrepareAgentCommand } from '@aws-sdk/client-bedrock-agent';
import { type Clock, type Deadline, growingPauses, machineClock } from '../deadline.ts';
import { Problem } from '../problem.ts';
import { type AgentLease, contendForLease, type LeasedAgent, type LeaseTable } from './agent-lease.ts';
import { attemptsOf } from './attempts.ts';
import type { BedrockClient } from './client.ts';
import { outcomeUnknown, upstreamProblem } from './upstream-problem.ts';

/** Share of the time left; the rest is for the audit outcome and the answer. */
const PREPARE_SHARE = 0.85;

/** Before a prepare is started, so that changes made at the same time are live with it. */
const GATHER_MS = 200;
const GATHER_AT_MOST_MS = 400;

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 1_500;

export interface PrepareRequest extends LeasedAgent {
  readonly decisionId: string;
  /** When the change that is to be live was made, by Bedrock's clock: its `updatedAt`. Absent: before this call. */
  readonly changedAt?: Date | undefined;
  /** Whether to wait for its end, or only until it is under way. */
  readonly wait: boolean;
}

/** How far the change is live; with `PREPARED` it is, whatever others changed since. */
export interface Preparation {
  readonly status: AgentStatus;
  readonly failureReasons?: readonly string[] | undefined;
  readonly agentVersion?: string | undefined;
  /** Absent on an agent that was never prepared. */
  readonly preparedAt?: Date | undefined;
  /** Of the PrepareAgent that this call sent; absent where another's serves. */
  readonly requestId?: string | undefined;
  /** What kept this from going on; with `mayHaveCommitted` a prepare may be running all the same. */
  readonly problem?: Problem | undefined;
}

/**
 * Makes everything that was changed before live, with as few prepares as possible: many callers share one.
 *
 * Bedrock refuses changes while it prepares, so a prepare that is seen running after a change covers that change.
 * Otherwise whoever gets the lease waits a moment for the changes of others and starts one; the rest look on.
 * When the time runs out the answer is what was known last, and an error only where nothing is known.
 *
 * @throws {Problem} `NOT_FOUND` for an unknown agent, and every other upstream problem but throttling, which is waited out.
 */
export function prepareAgent(
  client: BedrockClient,
  table: LeaseTable,
  request: PrepareRequest,
  deadline: Deadline,
  clock: Clock = machineClock,
): Promise<Preparation> {
  return pursue(client, table, request, deadline, clock, { covered: false, ours: false });
}

/** The same after a change, which is made whatever happens here: never throws, and tells why it could not go on. */
export async function preparationAfterChange(
  client: BedrockClient,
  table: LeaseTable,
  request: PrepareRequest,
  deadline: Deadline,
  clock: Clock = machineClock,
): Promise<Preparation> {
  const seen: Seen = { covered: false, ours: false };
  try {
    const preparation = await pursue(client, table, request, deadline, clock, seen);
    if (['PREPARED', 'PREPARING', 'FAILED'].includes(preparation.status)) return preparation;
    const mayRun = preparation.problem?.mayHaveCommitted;
    return { ...preparation, failureReasons: [mayRun ? MAY_RUN : NOT_BEGUN] };
  } catch (error) {
    const problem = error instanceof Problem ? error : new Problem('INTERNAL', { cause: error });
    return { ...lastKnown(seen), failureReasons: [problem.detail], problem };
  }
}

const NOT_BEGUN = 'The time ran out before the agent could be prepared. Prepare it again.';
const MAY_RUN =
  'The time ran out on a prepare that was sent and not answered: it may be running. Read the agent to see; preparing it ' +
  'again does no harm.';

/** What one call learned so far. */
interface Seen {
  /** The latest look. */
  agent?: Agent;
  /** The agent before the prepare that is awaited: a later look that equals it is an old one. */
  before?: Agent;
  /** A prepare that began after the change is known of. */
  covered: boolean;
  /** It was started by this call. */
  ours: boolean;
  /** Of the latest PrepareAgent of this call. */
  requestId?: string | undefined;
  /** A PrepareAgent of this call ended without anybody knowing how. */
  mayHaveBegun?: boolean;
}

async function pursue(
  client: BedrockClient,
  table: LeaseTable,
  request: PrepareRequest,
  deadline: Deadline,
  clock: Clock,
  seen: Seen,
): Promise<Preparation> {
  const { agentId, decisionId, wait } = request;
  const until = deadline.share(PREPARE_SHARE);
  const tryLease = leaseIfPossible(contendForLease(table, request, 'prepare', decisionId, deadline, clock));

  async function look(): Promise<Progress> {
    const command = new GetAgentCommand({ agentId });
    const { agent, $metadata } = await client.sendWatched(command, attemptsOf(decisionId).watch, {
      abortSignal: until,
    });
    if (agent?.agentStatus === undefined)
      throw outcomeUnknown(true, 'a success without the agent', $metadata.requestId);
    return progress(agent, request, seen);
  }

  async function start(): Promise<void> {
    const command = new PrepareAgentCommand({ agentId });
    const attempts = attemptsOf(decisionId);
    const { agentStatus, agentVersion, preparedAt, $metadata } = await client
      .sendWatched(command, attempts.watch, { abortSignal: until })
      .catch((error: unknown) => {
        seen.mayHaveBegun ||= attempts.mayHaveCommitted;
        throw error;
      });
    const { requestId } = $metadata;
    if (agentStatus === undefined) {
      seen.mayHaveBegun = true;
      throw outcomeUnknown(true, 'a success without a status', requestId);
    }
    seen.before = seen.agent;
    seen.agent = { ...seen.agent, agentStatus, agentVersion, preparedAt } as Agent;
    seen.covered = true;
    seen.ours = true;
    seen.requestId = requestId;
  }

  async function step(): Promise<Progress> {
    const first = await look();
    if (first !== 'needs a prepare') return first;
    const lease = await tryLease();
    if (lease === undefined) return 'out of our hands';
    try {
      await clock.sleep(GATHER_MS + clock.random() * (GATHER_AT_MOST_MS - GATHER_MS), until);
      const second = await look();
      if (second !== 'needs a prepare') return second;
      await lease.renew();
      await start();
      return 'under way';
    } finally {
      await lease.release();
    }
  }

  const nextPauseMs = growingPauses(clock, FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  let obstacle: Problem | undefined;
  for (;;) {
    let problem: Problem | undefined;
    try {
      const reached = await step();
      if (reached === 'live') return preparation(seen, 'PREPARED');
      if (reached === 'failed') return preparation(seen, 'FAILED');
      if (reached === 'under way' && !wait) return preparation(seen, 'PREPARING');
      // What kept it from going on is over; only a prepare that was lost is not, until one is seen.
      if (seen.covered || !seen.mayHaveBegun) obstacle = undefined;
    } catch (error) {
      problem = asProblem(error, seen.mayHaveBegun);
      // That the time ran out is not what kept it from going on; that it ran out on a prepare must be told.
      if (!until.aborted || problem.mayHaveCommitted) obstacle = problem;
      if (!until.aborted && !isPassing(problem, seen)) throw problem;
    }
    if (!until.aborted && (await clock.sleep(nextPauseMs(), until))) continue;
    if (problem !== undefined && seen.agent === undefined) throw problem;
    return { ...lastKnown(seen), problem: obstacle };
  }
}

type Progress = 'live' | 'failed' | 'under way' | 'needs a prepare' | 'out of our hands';

/**
 * What a look at the agent means for the change. Looks may be old: neither the status nor `preparedAt` is believed alone.
 */
function progress(agent: Agent, { changedAt }: PrepareRequest, seen: Seen): Progress {
  const status = agent.agentStatus as AgentStatus;
  if (seen.ours && seen.before !== undefined && isSameLook(agent, seen.before)) return 'under way';
  seen.agent = agent;
  if (status === 'PREPARING') {
    seen.covered = true;
    return 'under way';
  }
  if (status === 'FAILED' && seen.covered) return 'failed';
  if (status === 'PREPARED' && wasPreparedSince(agent, changedAt, seen)) return 'live';
  // Changed again by others, after a prepare that covered our change and did not fail.
  const isOvertaken = status === 'NOT_PREPARED' && seen.covered && !agent.failureReasons?.length;
  if (isOvertaken && wasPreparedSince(agent, changedAt, seen)) return 'live';
  seen.covered = false;
  seen.ours = false;
  if (!isIdle(status)) return 'out of our hands';
  seen.before ??= agent;
  return 'needs a prepare';
}

/** Whether a prepare ended, or at least began, after the change. */
function wasPreparedSince({ preparedAt }: Agent, changedAt: Date | undefined, seen: Seen): boolean {
  if (preparedAt === undefined) return false;
  const isNew = seen.before !== undefined && Number(preparedAt) !== Number(seen.before.preparedAt ?? 0);
  if (seen.ours) return isNew;
  if (changedAt !== undefined) return preparedAt > changedAt;
  // Seen running from the first look on, there is no earlier look to compare with.
  return isNew || (seen.covered && seen.before === undefined);
}

function isSameLook(one: Agent, other: Agent): boolean {
  return (
    one.agentStatus === other.agentStatus &&
    Number(one.preparedAt ?? 0) === Number(other.preparedAt ?? 0) &&
    Number(one.updatedAt ?? 0) === Number(other.updatedAt ?? 0)
  );
}

/** Whether Bedrock would accept a change, and so a prepare. */
function isIdle(status: AgentStatus | undefined): boolean {
  return status === 'PREPARED' || status === 'NOT_PREPARED' || status === 'FAILED';
}

/** What can be said when nothing more can be learned: an old PREPARED would promise too much. */
function lastKnown(seen: Seen): Preparation {
  const status = seen.agent?.agentStatus;
  if (seen.covered) return preparation(seen, 'PREPARING');
  return preparation(seen, status === undefined || isIdle(status) ? 'NOT_PREPARED' : status);
}

function preparation({ agent, requestId }: Seen, status: AgentStatus): Preparation {
  return {
    status,
    failureReasons: status === 'FAILED' ? agent?.failureReasons : undefined,
    agentVersion: agent?.agentVersion,
    preparedAt: agent?.preparedAt,
    requestId,
  };
}

/**
 * A store that fails is no reason to leave a change unprepared: the lease only saves prepares, and Bedrock itself refuses
 * a second one at the same time.
 */
function leaseIfPossible(contend: () => Promise<AgentLease | undefined>): () => Promise<AgentLease | undefined> {
  const unleased: AgentLease = { renew: async () => {}, keep: async () => {}, release: async () => {} };
  let storeFails = false;
  return async () => {
    if (storeFails) return unleased;
    try {
      const lease = await contend();
      return lease && { ...lease, renew: () => lease.renew().catch(unlessStoreFails) };
    } catch (error) {
      unlessStoreFails(error);
      storeFails = true;
      return unleased;
    }
  };
}

function unlessStoreFails(error: unknown): void {
  if (!(error instanceof Problem) || error.code !== 'STORE_UNAVAILABLE') throw error;
}

/** Busy (another prepare, or a lost lease) and throttling pass; once a prepare is under way, any hiccup of a look does. */
function isPassing({ code, retryable }: Problem, { covered }: Seen): boolean {
  return code === 'AGENT_BUSY' || code === 'UPSTREAM_THROTTLED' || (covered && retryable);
}

function asProblem(error: unknown, mayHaveCommitted = false): Problem {
  const context = { conflictMeansNameTaken: false, mayHaveCommitted, repeatable: true };
  const problem = error instanceof Problem ? error : upstreamProblem(error, context);
  if (!['UPSTREAM_FAILED', 'UPSTREAM_UNAVAILABLE', 'OUTCOME_UNKNOWN'].includes(problem.code)) return problem;
  const { code, upstream, cause } = problem;
  return new Problem(code, {
    detail: 'Bedrock gave no usable answer. Preparing an agent again does no harm: send the same request again.',
    retryable: true,
    retryAfterSeconds: 2,
    upstream,
    mayHaveCommitted,
    cause,
  });
}
