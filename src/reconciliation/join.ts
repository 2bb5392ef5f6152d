/** PURE. What CloudTrail says happened, held against what the audit trail and the provenance say. */
import type { Provenance } from '../provenance/provenance.ts';
import type { AuditLine } from './audit-line.ts';
import type { Finding, Verdict } from './findings.ts';
import { repairOf } from './repair.ts';
import type { WriteEvent } from './write-event.ts';

/** What is judged: from its first millisecond up to, but not including, its last. Epoch milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Calls of one request lie this near to its attempt, whoever's clock says so: what is read reaches so far beyond the span. */
export const NEAR_MS = 5 * 60_000;

export interface Evidence {
  readonly events: readonly WriteEvent[];
  readonly lines: readonly AuditLine[];
  /** By `groupKey`; undefined where none is kept. */
  readonly provenance: ReadonlyMap<string, Provenance> | undefined;
}

export function groupKey(agentId: string, actionGroupId: string): string {
  return `${agentId}/${actionGroupId}`;
}

/**
 * Every mismatch of the span, in any order of the evidence, with repetitions in it or not.
 *
 * Refused calls change nothing, and so need no record. The evidence has to reach `NEAR_MS` beyond the span on both sides.
 */
export function join({ events, lines, provenance }: Evidence, span: Span): Finding[] {
  const within = ({ atEpochMs }: { atEpochMs: number }) => span.from <= atEpochMs && atEpochMs < span.to;
  const phase = (wanted: AuditLine['phase']) => lines.filter((line) => line.phase === wanted);
  const attempts = new Map(phase('attempt').map((line) => [line.decisionId, line]));
  const outcomes = Map.groupBy(phase('outcome'), ({ decisionId }) => decisionId);
  const byRequest = new Map(lines.map((line) => [line.upstreamRequestId, line.decisionId]));
  byRequest.delete(undefined);

  const once = [...new Map(events.map((event) => [event.eventId, event])).values()].sort(byTime);
  const decisionOf = ({ decisionId, requestId }: WriteEvent) => decisionId ?? byRequest.get(requestId);
  /** The attempt that allowed this very write. */
  const attemptOf = (event: WriteEvent) => {
    const attempt = attempts.get(decisionOf(event) ?? '');
    return attempt !== undefined && allows(attempt, event) ? attempt : undefined;
  };
  const own = once.filter(({ by }) => by === 'service');
  const committed = once.filter(({ errorCode }) => errorCode === undefined);
  /** The calls that were the write itself, not what went before or after it. */
  const callsOf = Map.groupBy(
    own.filter((event) => attemptOf(event)?.operation === event.operation),
    (event) => decisionOf(event) ?? '',
  );

  const notOurs = committed.filter(({ by }) => by === 'other').map(writeNotOurs);
  const withoutAttempt = committed
    .filter((event) => event.by === 'service' && attemptOf(event) === undefined)
    .map((event) => writeWithoutAttempt(event, decisionOf(event)));

  const withoutOutcome = [...attempts.values()]
    .filter(({ allowed, decisionId }) => allowed && !isKnown(outcomes.get(decisionId)))
    .filter(within)
    .map((attempt) => attemptWithoutOutcome(attempt, callsOf.get(attempt.decisionId) ?? []));

  // Bedrock only begins to prepare when it answers: that it failed later is no contradiction.
  const contradicted = [...callsOf].flatMap(([decisionId, calls]) => {
    const event = calls.find(({ errorCode, operation }) => errorCode === undefined && operation !== 'PrepareAgent');
    const told = outcomes.get(decisionId) ?? [];
    if (event === undefined || !told.some(({ disposition }) => disposition === 'failed')) return [];
    return [outcomeContradicted(attempts.get(decisionId) as AuditLine, event)];
  });

  const withoutProvenance = [...callsOf].flatMap(([decisionId, calls]) => {
    const made = calls.filter(({ errorCode }) => errorCode === undefined);
    // A creation that is repeated with its token makes nothing; of repeated changes the last one stays.
    const event = made[0]?.operation === 'CreateAgentActionGroup' ? made[0] : made.at(-1);
    if (provenance === undefined || event === undefined || event.operation === 'PrepareAgent') return [];
    const attempt = attempts.get(decisionId)!;
    const told = outcomes.get(decisionId)?.find(({ actionGroupId }) => actionGroupId !== undefined);
    const actionGroupId = event.actionGroupId ?? attempt.actionGroupId ?? told?.actionGroupId;
    if (actionGroupId === undefined) return [];
    const known = provenance.get(groupKey(attempt.agentId, actionGroupId));
    const later = committed.filter((other) => other.actionGroupId === actionGroupId && attemptOf(other) !== undefined);
    if (isKept(known, decisionId, event, later, decisionOf)) return [];
    return [writeWithoutProvenance(attempt, event, actionGroupId)];
  });

  return [...[...notOurs, ...withoutAttempt, ...contradicted, ...withoutProvenance].filter(within), ...withoutOutcome];
}

/** Whether the decision covers the call: its own operation, or what that brings with it. */
function allows(attempt: AuditLine, event: WriteEvent): boolean {
  const isOperation =
    event.operation === attempt.operation ||
    (event.operation === 'PrepareAgent' && attempt.prepares) ||
    (event.operation === 'UpdateAgentActionGroup' && attempt.disablesFirst);
  const isAgent = event.agentId === undefined || event.agentId === attempt.agentId;
  const isCreation = event.operation === 'CreateAgentActionGroup' || event.actionGroupId === undefined;
  const isGroup = isCreation || event.actionGroupId === (attempt.actionGroupId ?? event.actionGroupId);
  const isNear = Math.abs(event.atEpochMs - attempt.atEpochMs) <= NEAR_MS;
  return attempt.allowed && isOperation && isAgent && isGroup && isNear;
}

function isKnown(outcomes: readonly AuditLine[] = []): boolean {
  return outcomes.some(({ disposition }) => disposition !== undefined && disposition !== 'unknown');
}

/** Whether the provenance tells of this write, or of a later one. */
function isKept(
  known: Provenance | undefined,
  decisionId: string,
  event: WriteEvent,
  committed: readonly WriteEvent[],
  decisionOf: (event: WriteEvent) => string | undefined,
): boolean {
  if (event.operation === 'DeleteAgentActionGroup') return known?.deleted !== undefined;
  const written = known?.written;
  // Whatever else was written to a group came after its creation.
  if (written === undefined || event.operation === 'CreateAgentActionGroup') return written !== undefined;
  if (written.decisionId === decisionId) return true;
  const theirs = committed.findLast((other) => decisionOf(other) === written.decisionId);
  return theirs === undefined
    ? Date.parse(written.updatedAt) >= changedAt(event)
    : changedAt(theirs) >= changedAt(event);
}

function changedAt({ updatedAtEpochMs, atEpochMs }: WriteEvent): number {
  return updatedAtEpochMs ?? atEpochMs;
}

function byTime(one: WriteEvent, other: WriteEvent): number {
  return changedAt(one) - changedAt(other);
}

function factsOf(event: WriteEvent) {
  const { atEpochMs, operation, agentId, actionGroupId, actionGroupName, principal } = event;
  return { atEpochMs, operation, agentId, actionGroupId, actionGroupName, principal, event };
}

export function writeNotOurs(event: WriteEvent): Finding {
  return { kind: 'write-not-ours', uid: `write-not-ours:${event.eventId}`, ...factsOf(event) };
}

function writeWithoutAttempt(event: WriteEvent, decisionId: string | undefined): Finding {
  return {
    kind: 'write-without-attempt',
    uid: `write-without-attempt:${event.eventId}`,
    ...factsOf(event),
    decisionId,
  };
}

function attemptWithoutOutcome(attempt: AuditLine, calls: readonly WriteEvent[]): Finding {
  const { decisionId, operation, agentId, atEpochMs, actionGroupName, principal, team } = attempt;
  const event = calls.find(({ errorCode }) => errorCode === undefined) ?? calls.at(-1);
  const actionGroupId = event?.actionGroupId ?? attempt.actionGroupId;
  return {
    kind: 'attempt-without-outcome',
    uid: `attempt-without-outcome:${decisionId}`,
    ...{ atEpochMs, operation, agentId, actionGroupId, actionGroupName, decisionId, principal, team, event },
    verdict: verdictOf(event),
  };
}

function outcomeContradicted(attempt: AuditLine, event: WriteEvent): Finding {
  const { decisionId, principal, team, agentId } = attempt;
  const actionGroupName = attempt.actionGroupName ?? event.actionGroupName;
  return {
    kind: 'outcome-contradicted',
    uid: `outcome-contradicted:${decisionId}`,
    ...{ ...factsOf(event), agentId, actionGroupName, decisionId, principal, team },
    verdict: verdictOf(event),
  };
}

function verdictOf(event: WriteEvent | undefined): Verdict {
  if (event === undefined) return { is: 'no-call' };
  const { errorCode, actionGroupId } = event;
  if (errorCode === undefined) return { is: 'committed', actionGroupId };
  return { is: /^(Internal|Service(Unavailable|Failure))/.test(errorCode) ? 'failed' : 'refused', errorCode };
}

function writeWithoutProvenance(attempt: AuditLine, event: WriteEvent, actionGroupId: string): Finding {
  const { decisionId, principal, team, agentId } = attempt;
  const actionGroupName = attempt.actionGroupName ?? event.actionGroupName;
  return {
    kind: 'write-without-provenance',
    uid: `write-without-provenance:${decisionId}`,
    ...{ ...factsOf(event), agentId, actionGroupId, actionGroupName, decisionId, principal, team },
    repair: repairOf(attempt, event, actionGroupId),
  };
}
