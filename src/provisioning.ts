/** READ FIRST: the whole service in one function. Everything else is a stage of it, or its edge. */
import type { Attempt } from './audit/trail.ts';
import type { MadeGroup } from './bedrock/create-action-group.ts';
import type { CreateActionGroup } from './contract/create-action-group.ts';
import type { Caller } from './http/caller.ts';
import type { Verdict } from './policy/decide.ts';
import { Problem } from './problem.ts';

/** One valid request to change an action group, and who makes it. */
export interface Change extends CreateActionGroup {
  readonly caller: Caller;
}

/** What the policy said of one request; the id joins the answer, the audit records and CloudTrail's rows. */
export interface Decision extends Verdict {
  readonly id: string;
}

/** What became of a change. A dry run has no group; `replayed` says that an earlier request made it. */
export interface Provisioned {
  readonly decision: Decision;
  readonly group?: MadeGroup;
  readonly replayed: boolean;
}

/** What was done, as the audit outcome tells it. */
export interface Applied {
  readonly group: MadeGroup;
  readonly replayed: boolean;
  /** An earlier attempt had made the group; it was found, not answered. */
  readonly recovered: boolean;
  /** False when the change was made but could not be remembered: a retry will ask Bedrock again. */
  readonly stored: boolean;
  readonly upstreamRequestId: string | undefined;
}

export interface Stages {
  /** @throws {Problem} `POLICY_UNAVAILABLE` when there is no policy to decide by. */
  readonly decide: (change: Change) => Promise<Decision>;
  /** Written before anything else happens. @throws {Problem} `AUDIT_UNAVAILABLE`. */
  readonly attempt: (change: Change, decision: Decision) => Attempt;
  /** Makes the change in Bedrock, at most once for a client token. */
  readonly apply: (change: Change, decision: Decision) => Promise<Applied>;
}

/**
 * One change to an action group, from a valid request to Bedrock's answer.
 *
 * Policy comes before idempotency on purpose: a caller whose permission was withdrawn gets "no", never a replayed "yes".
 * The attempt is on record before Bedrock hears of the change; whatever happens then, a second record tells it.
 *
 * @throws {Problem} `POLICY_DENIED`, `IDEMPOTENCY_KEY_REUSED`, `REQUEST_IN_PROGRESS`, and every upstream problem.
 */
export async function provision(change: Change, { decide, attempt, apply }: Stages): Promise<Provisioned> {
  const decision = await decide(change);
  const trail = attempt(change, decision);
  if (decision.effect === 'deny') throw trail.failed(denial(change, decision));
  if (change.dryRun) {
    trail.dryRun();
    return { decision, replayed: false };
  }
  try {
    const applied = await apply(change, decision);
    trail.succeeded(applied);
    return { decision, group: applied.group, replayed: applied.replayed };
  } catch (error) {
    throw trail.failed(error);
  }
}

function denial({ clientToken }: Change, { violations }: Decision): Problem {
  const earlier =
    clientToken === undefined
      ? ''
      : ' An earlier request with this client token may have succeeded: list the action groups of the agent to see.';
  const rules = [...new Set(violations.map(({ rule }) => rule))].join(', ');
  return new Problem('POLICY_DENIED', {
    detail: `Denied by ${rules}. Every violation is listed with its remedy.${earlier}`,
    errors: violations,
  });
}
