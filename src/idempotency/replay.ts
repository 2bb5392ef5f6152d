import type { MadeGroup } from '../bedrock/create-action-group.ts';
import type { Request } from '../provisioning.ts';

/** What must be kept of an answer to give it again; everything else stands in the repeated request, which is equal. */
export type Remembered = Record<'actionGroupId' | 'actionGroupState' | 'createdAt' | 'updatedAt', string>;

export function remember(group: MadeGroup): Remembered {
  return {
    actionGroupId: group.actionGroupId,
    actionGroupState: group.actionGroupState,
    createdAt: group.createdAt.toISOString(),
    updatedAt: group.updatedAt.toISOString(),
  };
}

export function recall(
  { agentId, agentVersion, actionGroup }: Request<'CreateAgentActionGroup'>,
  kept: Remembered,
): MadeGroup {
  const { parentActionGroupSignature, ...asAnswered } = actionGroup;
  return {
    ...asAnswered,
    agentId,
    agentVersion,
    // Asked for under one name, answered under another: the service model's own asymmetry.
    parentActionSignature: parentActionGroupSignature,
    actionGroupId: kept.actionGroupId,
    actionGroupState: kept.actionGroupState as MadeGroup['actionGroupState'],
    createdAt: new Date(kept.createdAt),
    updatedAt: new Date(kept.updatedAt),
  } as MadeGroup;
}
