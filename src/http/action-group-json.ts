import type { AgentActionGroup } from '@aws-sdk/client-bedrock-agent';
import { entityTag } from '../bedrock/entity-tag.ts';
import type { Provisioned } from '../provisioning.ts';
import { presentDecision } from './decision-json.ts';
import { presentPreparation } from './preparation-json.ts';
import type { RestAnswer } from './rest.ts';

/**
 * The group as Bedrock answers it, timestamps as ISO 8601, with the caller's own token: the one that Bedrock knows is
 * derived from it and belongs to this service. The order of members is the service model's, so a replay reads like the
 * first answer.
 */
export function presentActionGroup(group: AgentActionGroup, clientToken?: string): AgentActionGroup {
  return {
    agentId: group.agentId,
    agentVersion: group.agentVersion,
    actionGroupId: group.actionGroupId,
    actionGroupName: group.actionGroupName,
    clientToken,
    description: group.description,
    createdAt: group.createdAt,
    updatedAt: group.updatedAt,
    parentActionSignature: group.parentActionSignature,
    parentActionGroupSignatureParams: group.parentActionGroupSignatureParams,
    actionGroupExecutor: group.actionGroupExecutor,
    apiSchema: group.apiSchema,
    functionSchema: group.functionSchema,
    actionGroupState: group.actionGroupState,
  };
}

export interface WriteAnswer {
  /** 201 with `Location`, instead of 200. */
  readonly created?: boolean;
  /** Path under which the group can be read, without its id. */
  readonly collection?: string;
  /** The caller's own token: only in the answer to a request that carried it. */
  readonly clientToken?: string | undefined;
  readonly also?: Readonly<Record<string, unknown>>;
}

/** The answer to a write of a group, or to its dry run. */
export function presentWrite(
  { decision, applied, preparation }: Provisioned<'CreateAgentActionGroup' | 'UpdateAgentActionGroup'>,
  { created = false, collection, clientToken, also }: WriteAnswer = {},
): RestAnswer {
  const { warnings } = decision;
  if (applied === undefined) {
    const { body, ...answer } = presentDecision(decision);
    return { ...answer, body: { ...(body as object), ...also } };
  }
  const group = applied.result;
  return {
    status: created ? 201 : 200,
    decision,
    headers: {
      ETag: entityTag(group),
      ...(created ? { Location: `${collection?.replace(/\/$/, '')}/${group.actionGroupId}` } : {}),
      ...(applied.replayed ? { 'Idempotent-Replayed': 'true' } : {}),
    },
    body: {
      agentActionGroup: presentActionGroup(group, clientToken),
      ...also,
      ...(preparation === undefined ? {} : { preparation: presentPreparation(preparation) }),
      ...(warnings.length > 0 ? { warnings } : {}),
    },
  };
}
