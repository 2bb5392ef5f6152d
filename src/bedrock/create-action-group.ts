import {
  type ActionGroupState,
  type AgentActionGroup,
  type BedrockAgentClient,
  CreateAgentActionGroupCommand,
  type CreateAgentActionGroupRequest,
  GetAgentActionGroupCommand,
  ListAgentActionGroupsCommand,
} from '@aws-sdk/client-bedrock-agent';
import { describe, observe } from './attempts.ts';
import type { Deadline } from './deadline.ts';
import { outcomeUnknown, upstreamProblem } from './upstream-problem.ts';

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
 * Creates the group, or finds the one that an earlier attempt with this token made.
 *
 * What Bedrock answers to a repeated token is not documented. When the answer brings no group, says that the name is
 * taken, or is lost, the agent's groups are read, and only one that carries our token is taken for ours.
 *
 * @throws {Problem} every upstream problem; `OUTCOME_UNKNOWN` when nothing tells whether the group was made.
 */
export async function createActionGroup(
  client: BedrockAgentClient,
  { input, decisionId, repeatable, mayBeRepeat }: Creation,
  deadline: Deadline,
): Promise<Created> {
  const command = new CreateAgentActionGroupCommand(input);
  const attempts = observe(command, decisionId);
  const recoveryDeadline = deadline.share(RECOVERY_SHARE);
  let failure: unknown;
  let requestId: string | undefined;
  try {
    const answer = await client.send(command, { abortSignal: deadline.share(CREATE_SHARE) });
    requestId = answer.$metadata.requestId;
    const group = answer.agentActionGroup;
    if (isOurs(group, input)) return { group, requestId, recovered: false };
  } catch (error) {
    failure = error;
  }

  const answered = failure === undefined;
  const nameTaken = describe(failure).name === 'ConflictException';
  const unclear = answered || attempts.mayHaveCommitted || (nameTaken && mayBeRepeat);
  const found = unclear ? await findOurs(client, input, decisionId, recoveryDeadline) : 'another';
  if (typeof found === 'object') return { group: found, requestId, recovered: true };
  // The name is taken: by another request if its group says so, else perhaps by an earlier call of this very request.
  if (answered || (nameTaken && found === 'untold')) {
    throw outcomeUnknown(repeatable, failure ?? 'a success without our group', requestId);
  }
  throw upstreamProblem(failure, {
    conflictMeansNameTaken: true,
    mayHaveCommitted: attempts.mayHaveCommitted && found !== 'another',
    repeatable,
  });
}

/** Complete, of this request, and (a create's answer may leave the token out) not of another token. */
function isOurs(group: AgentActionGroup | undefined, input: Creation['input']): group is MadeGroup {
  return (
    isComplete(group) &&
    group.actionGroupName === input.actionGroupName &&
    group.agentId === input.agentId &&
    (group.clientToken === undefined || group.clientToken === input.clientToken)
  );
}

function isComplete(group: AgentActionGroup | undefined): group is MadeGroup {
  return [group?.actionGroupId, group?.actionGroupState, group?.createdAt, group?.updatedAt].every(
    (member) => member !== undefined,
  );
}

/**
 * Looks for the group that this request may have made: the group itself, `another` where the name belongs to a group
 * with another token, `none` where no group has the name, `untold` where reading failed or the group names no token.
 */
async function findOurs(
  client: BedrockAgentClient,
  { agentId, agentVersion, actionGroupName, clientToken }: Creation['input'],
  decisionId: string,
  abortSignal: AbortSignal,
): Promise<MadeGroup | 'another' | 'none' | 'untold'> {
  try {
    let nextToken: string | undefined;
    do {
      const list = new ListAgentActionGroupsCommand({ agentId, agentVersion, nextToken });
      observe(list, decisionId);
      const page = await client.send(list, { abortSignal });
      const summary = page.actionGroupSummaries?.find((group) => group.actionGroupName === actionGroupName);
      if (summary !== undefined) {
        const get = new GetAgentActionGroupCommand({ agentId, agentVersion, actionGroupId: summary.actionGroupId });
        observe(get, decisionId);
        const { agentActionGroup: group } = await client.send(get, { abortSignal });
        if (!isComplete(group) || group.clientToken === undefined) return 'untold';
        return group.clientToken === clientToken ? group : 'another';
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return 'none';
  } catch {
    // What went wrong with the create itself is what the caller must hear; this was only an attempt to know better.
    return 'untold';
  }
}
