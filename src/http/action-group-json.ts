import type { AgentActionGroup } from '@aws-sdk/client-bedrock-agent';

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
