import type { ActionGroupSummary, Agent } from '@aws-sdk/client-bedrock-agent';
import type { MadeGroup } from './create-action-group.ts';
import type { Preparation } from './prepare-agent.ts';

/** What each operation brings back from Bedrock. */
export interface Results {
  CreateAgentActionGroup: MadeGroup;
  UpdateAgentActionGroup: MadeGroup;
  DeleteAgentActionGroup: undefined;
  GetAgentActionGroup: MadeGroup;
  ListAgentActionGroups: ActionGroupPage;
  PrepareAgent: Preparation;
  GetAgent: Agent;
}

export interface ActionGroupPage {
  readonly actionGroupSummaries: readonly ActionGroupSummary[];
  /** Absent on the last page. */
  readonly nextToken?: string | undefined;
}
