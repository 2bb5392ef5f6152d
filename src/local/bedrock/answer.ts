/** How resources look on the wire. Timestamps are ISO 8601 strings; absent members are left out, never null. */
import { type Account, type ActionGroup, type Agent, type AgentVersion, timestamp } from './state.ts';

/** The body of a success; undefined for an answer without one. */
export type Answer = object | undefined;

/** The signature is asked for as `parentActionGroupSignature` and answered as `parentActionSignature`. */
export function groupAnswer(account: Account, group: ActionGroup, agentVersion: string): Answer {
  const { parentActionGroupSignature, ...content } = group.content;
  return {
    agentActionGroup: {
      agentId: group.agentId,
      agentVersion,
      actionGroupId: group.actionGroupId,
      clientToken: account.settings.clientTokenInAnswers ? group.clientToken : undefined,
      createdAt: timestamp(group.createdAt),
      updatedAt: timestamp(group.updatedAt),
      parentActionSignature: parentActionGroupSignature,
      ...content,
    },
  };
}

export function groupSummary({ actionGroupId, content, updatedAt }: ActionGroup): object {
  return {
    actionGroupId,
    actionGroupName: content.actionGroupName,
    actionGroupState: content.actionGroupState,
    description: content.description,
    updatedAt: timestamp(updatedAt),
  };
}

export function agentAnswer(account: Account, agent: Agent): Answer {
  return {
    agent: {
      agentId: agent.agentId,
      agentName: agent.agentName,
      agentArn: `arn:aws:bedrock:${account.region}:${account.accountId}:agent/${agent.agentId}`,
      agentVersion: 'DRAFT',
      agentStatus: agent.status,
      agentResourceRoleArn: `arn:aws:iam::${account.accountId}:role/service-role/AmazonBedrockExecutionRoleForAgents`,
      agentCollaboration: 'DISABLED',
      orchestrationType: agent.orchestrationLambda === undefined ? 'DEFAULT' : 'CUSTOM_ORCHESTRATION',
      customOrchestration: agent.orchestrationLambda && { executor: { lambda: agent.orchestrationLambda } },
      promptOverrideConfiguration: agent.overrideLambda && {
        promptConfigurations: [],
        overrideLambda: agent.overrideLambda,
      },
      foundationModel: 'anthropic.claude-3-5-sonnet-20241022-v2:0',
      idleSessionTTLInSeconds: 600,
      createdAt: timestamp(agent.createdAt),
      updatedAt: timestamp(agent.updatedAt),
      preparedAt: agent.preparedAt === undefined ? undefined : timestamp(agent.preparedAt),
      failureReasons: agent.failureReasons.length === 0 ? undefined : agent.failureReasons,
    },
  };
}

export function agentSummary(agent: Agent): object {
  return {
    agentId: agent.agentId,
    agentName: agent.agentName,
    agentStatus: agent.status,
    updatedAt: timestamp(agent.updatedAt),
    latestAgentVersion: agent.versions.size === 0 ? 'DRAFT' : String(agent.versions.size),
  };
}

export function versionSummary(agent: Agent, agentVersion: string, version: AgentVersion | undefined): object {
  return {
    agentName: agent.agentName,
    agentStatus: version === undefined ? agent.status : 'PREPARED',
    agentVersion,
    createdAt: timestamp(version?.createdAt ?? agent.createdAt),
    updatedAt: timestamp(version?.createdAt ?? agent.updatedAt),
  };
}
