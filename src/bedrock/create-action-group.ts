import {
  type ActionGroupState,
  type AgentActionGroup,
  CreateAgentActionGroupCommand,
  type CreateAgentActionGroupRequest,
  GetAgentActionGroupCommand,
  ListAgentActionGroupsCommand,
} from '@aws-sdk/client-bedrock-agent';
import type { Deadline } from '../deadline.ts';
import { attemptsOf, describe, isAmbiguous } from './attempts.ts';
import type { BedrockClient } from './client.ts';
import { nameTaken, outcomeUnknown, upstreamProblem } from './upstream-problem.ts';

/** A group as Bedrock answers it, with what the service model requires; the SDK's own type lets each be absent. */
export type MadeGroup = AgentActionGroup & {
  actionGroupId: string;
  actionGroupState: ActionGroupState;
  createdAt: Date;
  updatedAt: Date;
};

export interface Creation {
  /** `clientToken` is the one sent to Bedrock, never the caller's own. */
  readonly input: CreateAgentActionGroupRequest & { clientToken: string };
  readonly decisionId: string;
  /** Whether the caller gave a token, and so may send the request again without fear. */
  readonly repeatable: boolean;
  /** Whether an earlier call of this very request ended without anybody knowing how. */
  readonly mayBeRepeat: boolean;
}

/** What Bedrock made, and what the audit record says of the call. */
export interface Created {
  readonly group: MadeGroup;
  readonly requestId: string | undefined;
  /** The group was found rather than answered: an earlier attempt or call had made it. */
  readonly recovered: boolean;
}

/** Shares of the time left: what remains after both is for the idempotency record and the audit outcome. */
const CREATE_SHARE = 0.75;
const RECOVERY_SHARE = 0.85;

/**
 * Creates the group, or finds the one that an earlier attempt or call with this token made.
 *
 * What Bedrock answers to a repeated token is not documented. So where an earlier try may have been heard, or another call
 * with the token, an answer counts only if it carries our token; else, and after every failure that leaves a doubt, the
 * agent's groups are read.
 *
 * @throws {Problem} every upstream problem; `OUTCOME_UNKNOWN` when nothing tells whether the group was made.
 */
export async function createActionGroup(
  client: BedrockClient,
  { input, decisionId, repeatable, mayBeRepeat }: Creation,
  deadline: Deadline,
): Promise<Created> {
  const command = new CreateAgentActionGroupCommand(input);
  const attempts = attemptsOf(decisionId);
  const mayBeMade = () => mayBeRepeat || attempts.mayHaveCommitted;
  const context = { conflictMeansNameTaken: true, repeatable };
  let answered: AgentActionGroup | undefined;
  let failure: unknown;
  let requestId: string | undefined;
  // The name may be our own group's: this call slept, and another with its token took its record over and went ahead.
  let mayBeTakers = false;
  try {
    const answer = await client.sendWatched(command, attempts.watch, { abortSignal: deadline.share(CREATE_SHARE) });
    requestId = answer.$metadata.requestId;
    answered = answer.agentActionGroup;
    if (isOurs(answered, input, !repeatable && !mayBeMade())) return { group: answered, requestId, recovered: false };
  } catch (error) {
    const problem = upstreamProblem(error, { ...context, mayHaveCommitted: false });
    mayBeTakers = repeatable && problem.code === 'NAME_TAKEN';
    if (!mayBeMade() && !mayBeTakers) throw problem;
    failure = error;
    requestId = describe(error).requestId;
  }

  const found = await findOurs(client, input, answered?.actionGroupId, decisionId, deadline.share(RECOVERY_SHARE));
  if (typeof found === 'object') {
    const recovered = mayBeMade() || found.actionGroupId !== answered?.actionGroupId;
    return { group: found, requestId, recovered };
  }
  const mayBeOurs = mayBeMade() || (mayBeTakers && found === 'unread');
  if (!mayBeOurs && failure !== undefined) throw upstreamProblem(failure, { ...context, mayHaveCommitted: false });
  const definite = failure !== undefined && !isAmbiguous(failure);
  if (found === 'another' && !definite) throw nameTaken(failure);
  // A refusal of this try says nothing of the earlier one, and would be read as "nothing was made".
  if (failure === undefined || ((found === 'untold' || found === 'unread') && definite)) {
    throw outcomeUnknown(repeatable, failure ?? 'a success without our group', requestId);
  }
  throw upstreamProblem(failure, { ...context, mayHaveCommitted: found !== 'another' });
}

/** Complete, of this request, and of our token; `tokenless`: or of none, as an answer may leave it out. */
function isOurs(group: AgentActionGroup | undefined, input: Creation['input'], tokenless: boolean): group is MadeGroup {
  return (
    isComplete(group) &&
    group.actionGroupName === input.actionGroupName &&
    group.agentId === input.agentId &&
    (group.clientToken === input.clientToken || (tokenless && group.clientToken === undefined))
  );
}

function isComplete(group: AgentActionGroup | undefined): group is MadeGroup {
  return [group?.actionGroupId, group?.actionGroupState, group?.createdAt, group?.updatedAt].every(
    (member) => member !== undefined,
  );
}

/**
 * Looks for the group that this request may have made: the group itself, `another` where the name belongs to a group
 * with another token, `none` where no group has the name, `untold` where the group names no token, `unread` where reading failed.
 *
 * @param answeredId what Bedrock answered to our create: a group that bears it needs to name no token.
 */
async function findOurs(
  client: BedrockClient,
  { agentId, agentVersion, actionGroupName, clientToken }: Creation['input'],
  answeredId: string | undefined,
  decisionId: string,
  abortSignal: AbortSignal,
): Promise<MadeGroup | 'another' | 'none' | 'untold' | 'unread'> {
  const { watch } = attemptsOf(decisionId);
  try {
    let nextToken: string | undefined;
    do {
      const list = new ListAgentActionGroupsCommand({ agentId, agentVersion, nextToken });
      const page = await client.sendWatched(list, watch, { abortSignal });
      if (page.actionGroupSummaries === undefined) return 'unread';
      const summary = page.actionGroupSummaries.find((group) => group.actionGroupName === actionGroupName);
      if (summary !== undefined) {
        const get = new GetAgentActionGroupCommand({ agentId, agentVersion, actionGroupId: summary.actionGroupId });
        const { agentActionGroup: group } = await client.sendWatched(get, watch, { abortSignal });
        if (!isComplete(group)) return 'unread';
        if (group.clientToken !== undefined) return group.clientToken === clientToken ? group : 'another';
        return group.actionGroupId === answeredId ? group : 'untold';
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return 'none';
  } catch (error) {
    // What went wrong with the create itself is what the caller must hear; this was only an attempt to know better.
    return describe(error).name === 'ResourceNotFoundException' ? 'none' : 'unread';
  }
}
