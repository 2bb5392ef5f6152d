/** Who wrote a group through this service: what is kept for good of each group, and what it says of the group of today. */
import type { Applied, Decision, Request } from '../provisioning.ts';

/** Who changed the group, and by which decision. */
export interface Authorship {
  readonly operation: string;
  /** When this service had Bedrock's answer; ISO 8601. */
  readonly at: string;
  readonly by: {
    readonly principal: string;
    readonly session?: string | undefined;
    readonly uniqueId?: string | undefined;
    readonly team: string;
  };
  readonly decisionId: string;
  readonly policy: { readonly revision: string; readonly digest: string };
}

export interface Written extends Authorship {
  readonly actionGroupName: string;
  /** Of the group, as Bedrock answered it: a later one is a change that this service did not make. ISO 8601. */
  readonly updatedAt: string;
}

/** A change that failed without an answer from Bedrock that tells whether it was made; `at` is when it was given up. */
export type Pending = Omit<Authorship, 'policy'>;

export interface Provenance {
  readonly agentId: string;
  readonly actionGroupId: string;
  /** The latest write. Absent for a group that was only deleted through this service. */
  readonly written?: Written | undefined;
  readonly deleted?: Authorship | undefined;
  /** The latest of unknown outcome. It stays; a later write or deletion that succeeds settles it. */
  readonly pending?: Pending | undefined;
}

/** What Bedrock may date later than this is not of a change that was given up: its own time, and the clocks' difference. */
const MADE_LATE_BY_MS = 5 * 60_000;

/** What a request that was carried out adds to the provenance of its group; undefined where it changed no group. */
export function provenanceOf(
  request: Request,
  decision: Decision,
  applied: Applied,
  nowEpochMs: number,
): Provenance | undefined {
  const { actionGroupId, replayed, unchanged } = applied;
  if (actionGroupId === undefined || replayed || unchanged) return undefined;
  const { agentId, operation } = request;
  const authorship: Authorship = { ...authorOf(request, decision, nowEpochMs), policy: decision.policy };
  if (operation === 'DeleteAgentActionGroup') return { agentId, actionGroupId, deleted: authorship };
  if (!('actionGroup' in request)) return undefined;
  const { updatedAt } = (applied as Applied<'UpdateAgentActionGroup'>).result;
  const { actionGroupName } = request.actionGroup;
  return { agentId, actionGroupId, written: { ...authorship, actionGroupName, updatedAt: updatedAt.toISOString() } };
}

/** What a request adds that may have changed its group although it failed; undefined where nobody knows which group. */
export function pendingOf(request: Request, decision: Decision, nowEpochMs: number): Provenance | undefined {
  if (request.operation !== 'UpdateAgentActionGroup' && request.operation !== 'DeleteAgentActionGroup')
    return undefined;
  const { agentId, actionGroupId } = request;
  return { agentId, actionGroupId, pending: authorOf(request, decision, nowEpochMs) };
}

function authorOf({ operation, caller }: Request, decision: Decision, nowEpochMs: number): Pending {
  const { arn: principal, session, uniqueId } = caller;
  return {
    operation,
    at: new Date(nowEpochMs).toISOString(),
    by: { principal, session, uniqueId, team: decision.team ?? '' },
    decisionId: decision.id,
  };
}

/**
 * Whether the group was changed, or deleted, after the latest write on record: by somebody who went round this service, or
 * by a write of its own whose record could not be kept. Null where the change may be the pending one.
 *
 * @param group as it is in Bedrock; undefined when it is not there
 */
export function changedSince(known: Provenance, group: Group | undefined): boolean | null {
  return isChanged(known, group) ? (mayBePending(known, group) ? null : true) : false;
}

type Group = { readonly updatedAt?: Date | undefined };

function isChanged({ written, deleted }: Provenance, group: Group | undefined): boolean {
  if (group === undefined) return deleted === undefined;
  // A group that was read before the write that is known, is not changed since.
  return written === undefined || (group.updatedAt?.toISOString() ?? '') > written.updatedAt;
}

function mayBePending({ written, deleted, pending }: Provenance, group: Group | undefined): boolean {
  if (pending === undefined || [written, deleted].some((settled) => settled && settled.at > pending.at)) return false;
  // What nobody is known to have written may never have been there.
  if (group === undefined) return written === undefined || pending.operation === 'DeleteAgentActionGroup';
  return Number(group.updatedAt ?? 0) <= Date.parse(pending.at) + MADE_LATE_BY_MS;
}
