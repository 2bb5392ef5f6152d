/** Updates and deletions: changes of a group that is there, one at a time for each agent. */
import {
  DeleteAgentActionGroupCommand,
  UpdateAgentActionGroupCommand,
  type UpdateAgentActionGroupRequest,
} from '@aws-sdk/client-bedrock-agent';
import type { DeleteActionGroup } from '../contract/delete-action-group.ts';
import type { UpdateActionGroup } from '../contract/update-action-group.ts';
import type { Deadline } from '../deadline.ts';
import { Problem } from '../problem.ts';
import type { AgentLease } from './agent-lease.ts';
import { type Attempts, attemptsOf } from './attempts.ts';
import { whileBusy } from './busy.ts';
import type { BedrockClient } from './client.ts';
import type { MadeGroup } from './create-action-group.ts';
import { entityTag } from './entity-tag.ts';
import { getActionGroup } from './read.ts';
import { outcomeUnknown, upstreamProblem } from './upstream-problem.ts';

/** Share of the time left that the calls to Bedrock may take: the rest is for the lease and the audit outcome. */
const CHANGE_SHARE = 0.8;

/** The status of a deletion, by the service model. */
const DELETED = 204;

export interface ChangeContext {
  readonly client: BedrockClient;
  readonly decisionId: string;
  readonly deadline: Deadline;
  /** Held while the group is compared and changed, so that nobody changes it between the two. */
  readonly lease: AgentLease;
  /** Fires when another has taken the lease: nothing more may be sent. */
  readonly leaseLost?: AbortSignal;
}

export interface Changed {
  readonly group: MadeGroup;
  readonly requestId: string | undefined;
}

/**
 * Replaces a group as a whole.
 *
 * @throws {Problem} `PRECONDITION_FAILED` when the group has none of the tags asked for, and every upstream problem.
 */
export async function updateActionGroup(request: UpdateActionGroup, context: ChangeContext): Promise<Changed> {
  const { agentId, agentVersion, actionGroupId, actionGroup, ifMatch } = request;
  if (ifMatch !== undefined) assertMatches(await current(request, context), ifMatch);
  return replace({ ...actionGroup, agentId, agentVersion, actionGroupId }, context);
}

/**
 * Deletes a group; with `disableFirst` an enabled one is disabled before, which Bedrock asks for.
 *
 * @throws {Problem} `PRECONDITION_FAILED`, `NOT_FOUND`, and every other upstream problem.
 */
export async function deleteActionGroup(
  request: DeleteActionGroup,
  context: ChangeContext,
): Promise<{ requestId: string | undefined }> {
  const { agentId, agentVersion, actionGroupId, ifMatch, disableFirst, skipResourceInUseCheck } = request;
  let disabled = false;
  if (ifMatch !== undefined || disableFirst) {
    const group = await current(request, context);
    if (ifMatch !== undefined) assertMatches(group, ifMatch);
    if (disableFirst && group.actionGroupState === 'ENABLED') {
      await replace(
        { ...asUpdate(group), agentId, agentVersion, actionGroupId, actionGroupState: 'DISABLED' },
        context,
      );
      disabled = true;
    }
  }
  const input = { agentId, agentVersion, actionGroupId, skipResourceInUseCheck };
  const deletion = change(context, async (abortSignal, attempts, mayBeGone) => {
    const command = new DeleteAgentActionGroupCommand(input);
    try {
      const { $metadata } = await context.client.sendWatched(command, attempts.watch, { abortSignal });
      // The SDK takes any answer under 200 for a deletion, a page of a proxy too.
      if ($metadata.httpStatusCode !== DELETED) await assertGone(request, context, $metadata.requestId);
      return { requestId: $metadata.requestId };
    } catch (error) {
      // The group that an earlier attempt of this call may have deleted is gone: that is what was asked for.
      const isGone = (error as Error).name === 'ResourceNotFoundException';
      if (isGone && (mayBeGone || attempts.mayHaveCommitted)) return { requestId: undefined };
      throw error;
    }
  });
  return deletion.catch((error) => {
    throw disabled && error instanceof Problem ? onlyDisabled(error) : error;
  });
}

/** Half of the change is made: the caller must not read the failure as "nothing was changed", nor may the audit trail. */
function onlyDisabled({ code, detail, errors, upstream, retryable, retryAfterSeconds, cause }: Problem): Problem {
  const told = `The action group was disabled, but not seen to be deleted. ${detail}`;
  return new Problem(code, {
    detail: told,
    errors,
    upstream,
    retryable,
    retryAfterSeconds,
    mayHaveCommitted: true,
    cause,
  });
}

async function assertGone(request: DeleteActionGroup, context: ChangeContext, requestId: string | undefined) {
  const group = await current(request, context).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'NOT_FOUND') return undefined;
    throw outcomeUnknown(true, error, requestId);
  });
  if (group !== undefined) throw outcomeUnknown(true, 'a success without a deletion', requestId);
}

function replace(input: UpdateAgentActionGroupRequest, context: ChangeContext): Promise<Changed> {
  return change(context, async (abortSignal, attempts) => {
    const command = new UpdateAgentActionGroupCommand(input);
    const { agentActionGroup: group, $metadata } = await context.client.sendWatched(command, attempts.watch, {
      abortSignal,
    });
    const { requestId } = $metadata;
    if (group?.actionGroupId !== input.actionGroupId || group?.updatedAt === undefined) {
      throw outcomeUnknown(true, 'a success without the group', requestId);
    }
    return { group: group as MadeGroup, requestId };
  });
}

/**
 * Sends a change while the lease is ours, again while the agent is busy; the change may be repeated without harm.
 *
 * @param send is told whether an earlier try may have made the change.
 */
function change<T>(
  { lease, leaseLost, deadline, decisionId }: ChangeContext,
  send: (abortSignal: AbortSignal, attempts: Attempts, mayBeMade: boolean) => Promise<T>,
): Promise<T> {
  return whileBusy(async (mayBeMade) => {
    await lease.keep();
    const attempts = attemptsOf(decisionId);
    try {
      const until = deadline.share(CHANGE_SHARE);
      return await send(leaseLost === undefined ? until : AbortSignal.any([until, leaseLost]), attempts, mayBeMade);
    } catch (error) {
      if (error instanceof Problem) throw withoutToken(error);
      const { mayHaveCommitted } = attempts;
      throw withoutToken(upstreamProblem(error, { conflictMeansNameTaken: false, mayHaveCommitted, repeatable: true }));
    }
  }, deadline);
}

/** Of a change that may have been made: no token protects it, and none has to. */
function withoutToken(problem: Problem): Problem {
  const { code, upstream, retryAfterSeconds, mayHaveCommitted, cause } = problem;
  if (!mayHaveCommitted || !['UPSTREAM_FAILED', 'UPSTREAM_UNAVAILABLE', 'OUTCOME_UNKNOWN'].includes(code))
    return problem;
  return new Problem(code, {
    detail:
      'Bedrock gave no usable answer, and the change may have been made. Read the action group to see, or send the same ' +
      'request again: making this change twice does no harm.',
    upstream,
    retryAfterSeconds,
    mayHaveCommitted,
    cause,
  });
}

function current(request: UpdateActionGroup | DeleteActionGroup, { client, decisionId, deadline }: ChangeContext) {
  return getActionGroup(client, request, { decisionId, abortSignal: deadline.share(CHANGE_SHARE) });
}

/** @throws {Problem} `PRECONDITION_FAILED` when the group has none of the tags. */
export function assertMatches(group: MadeGroup, ifMatch: readonly string[]): void {
  if (ifMatch.includes('*') || ifMatch.includes(entityTag(group))) return;
  throw new Problem('PRECONDITION_FAILED', {
    detail: 'The action group was changed since you read it: read it again, and send your change with its new ETag.',
  });
}

/** A group as read, in the shape in which it is asked for: the signature has another name there. */
function asUpdate(group: MadeGroup): Omit<UpdateAgentActionGroupRequest, 'agentId' | 'agentVersion' | 'actionGroupId'> {
  return {
    actionGroupName: group.actionGroupName,
    description: group.description,
    parentActionGroupSignature: group.parentActionSignature,
    parentActionGroupSignatureParams: group.parentActionGroupSignatureParams,
    actionGroupExecutor: group.actionGroupExecutor,
    actionGroupState: group.actionGroupState,
    apiSchema: group.apiSchema,
    functionSchema: group.functionSchema,
  };
}
