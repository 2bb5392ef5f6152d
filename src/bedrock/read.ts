import {
  type Agent,
  type AgentSummary,
  GetAgentActionGroupCommand,
  GetAgentCommand,
  ListAgentActionGroupsCommand,
  ListAgentsCommand,
} from '@aws-sdk/client-bedrock-agent';
import type { GetActionGroup, ListActionGroups } from '../contract/read-action-groups.ts';
import { Problem } from '../problem.ts';
import type { SdkCommand } from '../sdk/middleware-once.ts';
import { attemptsOf } from './attempts.ts';
import type { BedrockClient } from './client.ts';
import type { MadeGroup } from './create-action-group.ts';
import type { ActionGroupPage } from './results.ts';
import { upstreamProblem } from './upstream-problem.ts';

/** For whom a call is made, and until when. */
export interface CallContext {
  readonly decisionId: string;
  readonly abortSignal: AbortSignal;
}

type Place = Pick<GetActionGroup, 'agentId' | 'agentVersion'>;

/** @throws {Problem} `NOT_FOUND`, and every other upstream problem; an answer without a group is `UPSTREAM_FAILED`. */
export async function getActionGroup(
  client: BedrockClient,
  { agentId, agentVersion, actionGroupId }: Place & { actionGroupId: string },
  context: CallContext,
): Promise<MadeGroup> {
  const command = new GetAgentActionGroupCommand({ agentId, agentVersion, actionGroupId });
  const { agentActionGroup: group } = await read(client, command, context);
  if (group?.actionGroupId === undefined || group.updatedAt === undefined) throw nothingSaid('an action group');
  return group as MadeGroup;
}

/** @throws {Problem} every upstream problem. */
export async function listActionGroups(
  client: BedrockClient,
  { agentId, agentVersion, maxResults, nextToken }: Place & Partial<ListActionGroups>,
  context: CallContext,
): Promise<ActionGroupPage> {
  const command = new ListAgentActionGroupsCommand({ agentId, agentVersion, maxResults, nextToken });
  const answer = await read(client, command, context);
  if (answer.actionGroupSummaries === undefined) throw nothingSaid('a list of action groups');
  return { actionGroupSummaries: answer.actionGroupSummaries, nextToken: answer.nextToken };
}

/** The group of this name, if the agent has one. @throws {Problem} every upstream problem. */
export async function findActionGroup(
  client: BedrockClient,
  place: Place,
  actionGroupName: string,
  context: CallContext,
): Promise<MadeGroup | undefined> {
  let nextToken: string | undefined;
  do {
    const page = await listActionGroups(client, { ...place, nextToken }, context);
    const summary = page.actionGroupSummaries.find((group) => group.actionGroupName === actionGroupName);
    if (summary?.actionGroupId !== undefined) {
      return getActionGroup(client, { ...place, actionGroupId: summary.actionGroupId }, context);
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return undefined;
}

/** @throws {Problem} `NOT_FOUND`, and every other upstream problem; an answer without an agent is `UPSTREAM_FAILED`. */
export async function getAgent(
  client: BedrockClient,
  { agentId }: { agentId: string },
  context: CallContext,
): Promise<Agent> {
  const command = new GetAgentCommand({ agentId });
  const { agent } = await read(client, command, context);
  if (agent?.agentId === undefined) throw nothingSaid('an agent');
  return agent;
}

/** One page of the account's agents. @throws {Problem} every upstream problem. */
export async function listAgents(
  client: BedrockClient,
  { maxResults, nextToken }: { maxResults?: number | undefined; nextToken?: string | undefined },
  context: CallContext,
): Promise<{ agentSummaries: readonly AgentSummary[]; nextToken?: string | undefined }> {
  const command = new ListAgentsCommand({ maxResults, nextToken });
  const answer = await read(client, command, context);
  if (answer.agentSummaries === undefined) throw nothingSaid('a list of agents');
  return { agentSummaries: answer.agentSummaries, nextToken: answer.nextToken };
}

async function read<Command extends SdkCommand>(
  client: BedrockClient,
  command: Command,
  { decisionId, abortSignal }: CallContext,
) {
  try {
    return await client.sendWatched(command, attemptsOf(decisionId).watch, { abortSignal });
  } catch (error) {
    const problem = upstreamProblem(error, {
      conflictMeansNameTaken: false,
      mayHaveCommitted: false,
      repeatable: true,
    });
    throw asRead(problem);
  }
}

/** A read changes nothing: nothing of it is unknown but the answer, and no token makes it safe to repeat. */
function asRead(problem: Problem): Problem {
  const { code, upstream, cause } = problem;
  if (!['UPSTREAM_FAILED', 'UPSTREAM_UNAVAILABLE', 'OUTCOME_UNKNOWN'].includes(code)) return problem;
  const detail = 'Bedrock gave no usable answer. Send the same request again later.';
  return new Problem(code === 'OUTCOME_UNKNOWN' ? 'UPSTREAM_UNAVAILABLE' : code, {
    detail,
    retryAfterSeconds: 2,
    upstream,
    cause,
  });
}

function nothingSaid(what: string): Problem {
  return new Problem('UPSTREAM_FAILED', { detail: `Bedrock answered without ${what}.`, retryAfterSeconds: 2 });
}
