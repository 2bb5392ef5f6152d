/** READ FIRST: the whole service in one function. Everything else is a stage of it, or its edge. */
import type { Preparation } from './bedrock/prepare-agent.ts';
import type { Results } from './bedrock/results.ts';
import type { GetAgent, PrepareAgent } from './contract/agent.ts';
import type { CreateActionGroup } from './contract/create-action-group.ts';
import type { DeleteActionGroup } from './contract/delete-action-group.ts';
import type { GetActionGroup, ListActionGroups } from './contract/read-action-groups.ts';
import type { UpdateActionGroup } from './contract/update-action-group.ts';
import type { Caller } from './identity/caller.ts';
import type { Verdict } from './policy/decide.ts';
import type { Operation } from './policy/request.ts';
import { firstOf, Problem } from './problem.ts';

type Valid =
  | CreateActionGroup
  | UpdateActionGroup
  | DeleteActionGroup
  | GetActionGroup
  | ListActionGroups
  | PrepareAgent
  | GetAgent;

/** One valid request, and who makes it. */
export type Request<O extends Operation = Operation> = Extract<Valid, { operation: O }> & { readonly caller: Caller };

/** What the policy said of one request; the id joins the answer, the audit records and CloudTrail's rows. */
export interface Decision extends Omit<Verdict, 'broken'> {
  readonly id: string;
}

/** What was done, as the audit outcome tells it. */
export interface Applied<O extends Operation = Operation> {
  readonly result: Results[O];
  readonly actionGroupId?: string | undefined;
  /** An earlier request with this client token had done it. */
  readonly replayed?: boolean;
  /** An earlier attempt had made the group; it was found, not answered. */
  readonly recovered?: boolean;
  /** False when the change was made but could not be remembered: a retry will ask Bedrock again. */
  readonly stored?: boolean;
  /** The group was as it should be; nothing was written. */
  readonly unchanged?: boolean;
  readonly upstreamRequestId?: string | undefined;
}

/** What became of a request. A dry run has applied nothing. */
export interface Provisioned<O extends Operation> {
  readonly decision: Decision;
  readonly applied?: Applied<O>;
  /** How far the change is live, where the request asked to prepare the agent. */
  readonly preparation?: Preparation | undefined;
}

/** An attempt that is on record, waiting for its outcome: exactly one of the first three is called, once. */
export interface Attempt {
  succeeded(applied: Applied): void;
  dryRun(): void;
  /** Records the failure and returns what to throw: the problem that it is, with the decision's id. */
  failed(error: unknown): Problem;
  /** How far a change that succeeded is live. */
  prepared(preparation: Preparation): void;
}

export interface Stages<R extends Request = Request> {
  /** @throws {Problem} `POLICY_UNAVAILABLE` when there is no policy to decide by. */
  readonly decide: (request: R) => Promise<Decision>;
  /** Written before anything else happens; a question asks for nothing to be done, whatever the operation. @throws {Problem} `AUDIT_UNAVAILABLE`. */
  readonly attempt: (request: R, decision: Decision, isQuestion?: boolean) => Attempt;
  /** Everything of `apply` but the write. @throws {Problem} as `apply` would. */
  readonly rehearse: (request: R, decision: Decision) => Promise<void>;
  /** Asks Bedrock; a creation at most once for a client token. */
  readonly apply: (request: R, decision: Decision) => Promise<Applied<R['operation']>>;
  /** Keeps who changed the group; of a failure, who may have. Never throws: what became of the change stands. */
  readonly remember: (request: R, decision: Decision, outcome: Applied<R['operation']> | Problem) => Promise<void>;
  /** Makes the change live if the request asks for it. Never throws: the change is made, and its id may not be lost. */
  readonly prepare: (
    request: R,
    decision: Decision,
    applied: Applied<R['operation']>,
  ) => Promise<Preparation | undefined>;
}

/**
 * One request, from valid to Bedrock's answer.
 *
 * Policy comes before idempotency on purpose: a caller whose permission was withdrawn gets "no", never a replayed "yes".
 * The attempt is on record before Bedrock hears of the request; whatever happens then, a second record tells it.
 *
 * @throws {Problem} `POLICY_DENIED`, `IDEMPOTENCY_KEY_REUSED`, `REQUEST_IN_PROGRESS`, and every upstream problem.
 */
export async function provision<R extends Request>(
  request: R,
  { decide, attempt, rehearse, apply, remember, prepare }: Stages<R>,
): Promise<Provisioned<R['operation']>> {
  const decision = await decide(request);
  const trail = attempt(request, decision);
  if (decision.effect === 'deny') throw trail.failed(denial(request, decision));
  const fail = (error: unknown): never => {
    throw trail.failed(error);
  };
  if ('dryRun' in request && request.dryRun) {
    await rehearse(request, decision).catch(fail);
    trail.dryRun();
    return { decision };
  }
  const applied = await apply(request, decision).catch(async (error: unknown) => {
    const failure = trail.failed(error);
    if (failure.mayHaveCommitted) await remember(request, decision, failure);
    throw failure;
  });
  trail.succeeded(applied);
  await remember(request, decision, applied);
  const preparation = await prepare(request, decision, applied);
  if (preparation !== undefined) trail.prepared(preparation);
  return { decision, applied, preparation };
}

/** What `provision` would decide, without doing it: the same stage decides, and the question is on record too. */
export async function evaluate<R extends Request>(
  request: R,
  { decide, attempt }: Pick<Stages<R>, 'decide' | 'attempt'>,
): Promise<Decision> {
  const decision = await decide(request);
  attempt(request, decision, true).dryRun();
  return decision;
}

/** What a request without a dry run brought back. */
export function carriedOut<O extends Operation>({ decision, applied }: Provisioned<O>) {
  if (applied === undefined) throw new TypeError('a dry run carries nothing out');
  return { decision, result: applied.result };
}

function denial(request: Request, { violations }: Decision): Problem {
  const earlier =
    'clientToken' in request && request.clientToken !== undefined
      ? ' If you sent this client token before, that request may have succeeded: list the action groups of the agent to see.'
      : '';
  const rules = [...new Set(violations.map(({ rule }) => rule))].join(', ');
  const all = violations.length === 1 ? '' : 'Every violation is listed with its remedy. The first: ';
  return new Problem('POLICY_DENIED', {
    detail: `Denied by ${rules}. ${all}${firstOf(violations)}${earlier}`,
    errors: violations,
  });
}
