/** The declarative write: a group of this name shall be so. What a pipeline runs again and again. */
import type { MadeGroup } from '../bedrock/create-action-group.ts';
import { entityTag } from '../bedrock/entity-tag.ts';
import type { ActionGroup } from '../contract/action-group.ts';
import type { PutActionGroup } from '../contract/put-action-group.ts';
import type { Caller } from '../identity/caller.ts';
import { Problem, type ProblemCode } from '../problem.ts';
import { carriedOut, type Provisioned, provision, type Request, type Stages } from '../provisioning.ts';
import { type Difference, differences } from './differences.ts';

type Write = 'CreateAgentActionGroup' | 'UpdateAgentActionGroup';

export interface Declared {
  readonly done: Provisioned<Write>;
  readonly change: 'created' | 'updated' | 'unchanged';
  /** What was, or in a dry run would be, changed; empty for a new group. */
  readonly differences: readonly Difference[];
}

/** The stages of whatever request this one leads to. */
export type StagesFor = <R extends Request>() => Stages<R>;

/** Somebody else created, changed or deleted the group between our look at it and our write. */
const OVERTAKEN: readonly ProblemCode[] = ['NAME_TAKEN', 'PRECONDITION_FAILED', 'NOT_FOUND'];
const LOOKS = 4;

/**
 * Creates the group, updates it, or finds it as it shall be; the policy judges it in each case as any other write.
 *
 * @throws {Problem} as `provision`.
 */
export async function declare(
  { caller, ...put }: PutActionGroup & { readonly caller: Caller },
  stagesFor: StagesFor,
): Promise<Declared> {
  // Without a state a group is enabled, which a later update has to say.
  const actionGroup: ActionGroup = {
    ...put.actionGroup,
    actionGroupState: put.actionGroup.actionGroupState ?? 'ENABLED',
  };
  const creation: Request<'CreateAgentActionGroup'> = {
    ...put,
    actionGroup,
    caller,
    operation: 'CreateAgentActionGroup',
  };
  const updateOf = (actionGroupId: string, ifMatch?: readonly string[]): Request<'UpdateAgentActionGroup'> => ({
    ...put,
    actionGroup,
    caller,
    operation: 'UpdateAgentActionGroup',
    actionGroupId,
    ifMatch,
  });
  await refuseWhatNoWriteMayMake(creation, updateOf(''), stagesFor);

  for (let look = 1; ; look++) {
    const existing = await find(creation, stagesFor);
    try {
      if (existing === undefined) {
        return { done: await provision(creation, stagesFor()), change: 'created', differences: [] };
      }
      const changes = differences(existing, actionGroup);
      const update = updateOf(existing.actionGroupId, [entityTag(existing)]);
      if (changes.length > 0) {
        return { done: await provision(update, stagesFor()), change: 'updated', differences: changes };
      }
      const apply = async () => ({ result: existing, actionGroupId: existing.actionGroupId, unchanged: true });
      return {
        done: await provision(update, { ...stagesFor<typeof update>(), apply }),
        change: 'unchanged',
        differences: [],
      };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (existing === undefined && error.mayHaveCommitted) throw repeatable(error);
      const isRenamed = existing !== undefined && error.code === 'NAME_TAKEN'; // by nobody: it bears this name itself
      if (!OVERTAKEN.includes(error.code) || isRenamed) throw error;
      if (look === LOOKS) throw error.code === 'PRECONDITION_FAILED' ? keptChanging(error) : error;
    }
  }
}

/** A creation without a token may not be repeated blindly; a declaration may, because it looks before it creates. */
function repeatable({ code, upstream, mayHaveCommitted, cause, decisionId }: Problem): Problem {
  const problem = new Problem(code, {
    detail:
      'Bedrock gave no usable answer, and the group may have been created. Send the same declaration again: what is so ' +
      'already is left as it is.',
    upstream,
    retryable: true,
    retryAfterSeconds: 2,
    mayHaveCommitted,
    cause,
  });
  problem.decisionId = decisionId;
  return problem;
}

/** The precondition was this service's own: to whoever declares, it only means that others do the same at this moment. */
function keptChanging({ decisionId }: Problem): Problem {
  const problem = new Problem('AGENT_BUSY', {
    detail: 'Other requests keep changing this action group. Send the same request again in a moment.',
    retryAfterSeconds: 2,
  });
  problem.decisionId = decisionId;
  return problem;
}

/** Nothing is read from Bedrock for a group that may be neither created nor updated. */
async function refuseWhatNoWriteMayMake(
  creation: Request<'CreateAgentActionGroup'>,
  update: Request<'UpdateAgentActionGroup'>,
  stagesFor: StagesFor,
): Promise<void> {
  const decisions = await Promise.all([
    stagesFor<typeof creation>().decide(creation),
    stagesFor<typeof update>().decide(update),
  ]);
  if (decisions.every(({ effect }) => effect === 'deny')) await provision(creation, stagesFor());
}

async function find(
  { caller, agentId, agentVersion, actionGroup }: Request<'CreateAgentActionGroup'>,
  stagesFor: StagesFor,
): Promise<MadeGroup | undefined> {
  const place = { agentId, agentVersion, caller };
  let nextToken: string | undefined;
  do {
    const list: Request<'ListAgentActionGroups'> = {
      ...place,
      operation: 'ListAgentActionGroups',
      maxResults: undefined,
      nextToken,
    };
    const { result: page } = carriedOut(await provision(list, stagesFor()));
    const summary = page.actionGroupSummaries.find((group) => group.actionGroupName === actionGroup.actionGroupName);
    if (summary?.actionGroupId !== undefined) {
      const get: Request<'GetAgentActionGroup'> = {
        ...place,
        operation: 'GetAgentActionGroup',
        actionGroupId: summary.actionGroupId,
      };
      try {
        return carriedOut(await provision(get, stagesFor())).result;
      } catch (error) {
        // Deleted since it was listed.
        if (error instanceof Problem && error.code === 'NOT_FOUND') return undefined;
        throw error;
      }
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return undefined;
}
