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

export interface Provenance {
  readonly agentId: string;
  readonly actionGroupId: string;
  /** The latest write. Absent for a group that was only deleted through this service. */
  readonly written?: Written | undefined;
  readonly deleted?: Authorship | undefined;
}

/** What a request that was carried out adds to the provenance of its group; undefined where it changed no group. */
export function provenanceOf(
  request: Request,
  decision: Decision,
  applied: Applied,
  nowEpochMs: number,
): Provenance | undefined {
  const { actionGroupId, replayed, unchanged } = applied;
  if (actionGroupId === undefined || replayed || unchanged) return undefined;
  const { agentId, caller, operation } = request;
  const { arn: principal, session, uniqueId } = caller;
  const authorship: Authorship = {
    operation,
    at: new Date(nowEpochMs).toISOString(),
    by: { principal, session, uniqueId, team: decision.team ?? '' },
    decisionId: decision.id,
    policy: decision.policy,
  };
  if (operation === 'DeleteAgentActionGroup') return { agentId, actionGroupId, deleted: authorship };
  if (!('actionGroup' in request)) return undefined;
  const { updatedAt } = (applied as Applied<'UpdateAgentActionGroup'>).result;
  const { actionGroupName } = request.actionGroup;
  return { agentId, actionGroupId, written: { ...authorship, actionGroupName, updatedAt: updatedAt.toISOString() } };
}

/**
 * Whether the group was changed, or deleted, after the latest write through this service: by somebody who went round it.
 *
 * @param group as it is in Bedrock; undefined when it is not there
 */
export function changedSince(
  { written, deleted }: Provenance,
  group: { readonly updatedAt?: Date | undefined } | undefined,
): boolean {
  if (group === undefined) return deleted === undefined;
  // A group that was read before the write that is known, is not changed since.
  return written === undefined || (group.updatedAt?.toISOString() ?? '') > written.updatedAt;
}
