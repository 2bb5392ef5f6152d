/**
 * What the policy says of one request.
 *
 * One denial denies; a rule that throws denies, whatever its enforcement; no order matters. So a rule can only tighten the policy,
 * and nothing here depends on anything but the three arguments.
 */

import { MEMBERSHIP } from './document/document.ts';
import { EXPIRES_SOON_MS } from './expiry.ts';
import { globMatches } from './glob.ts';
import { type ActiveRule, type Exemption, managesAgent, type Policy, type Team, teamsOf } from './policy.ts';
import { principalText } from './principal.ts';
import type { ActionGroup, PolicyRequest } from './request.ts';
import type { Finding, Judged, Settings, Violation } from './rule.ts';

export interface Verdict {
  readonly effect: 'allow' | 'deny';
  /** The caller's team; absent if it is not in exactly one. */
  readonly team?: string;
  readonly violations: readonly Violation[];
  /** What would be a violation under `enforcement: deny`, and exemptions about to end or just ended. */
  readonly warnings: readonly Violation[];
  /** Ids of the rules that ran, membership included, sorted. */
  readonly rules: readonly string[];
  /** Ids of the exemptions without which a rule would have found something, sorted. */
  readonly exemptions: readonly string[];
  readonly policy: { readonly revision: string; readonly digest: string };
  /** Rules that threw, for the log. Never shown to a caller. */
  readonly broken?: readonly { readonly rule: string; readonly cause: unknown }[];
}

/**
 * Membership runs for every operation, reads included. A caller in no team or in two gets only that violation: which settings
 * hold for it is unknown, so any further answer might be wrong, and an identity that the policy does not know learns nothing
 * of it. A caller in one team sees everything at once, also where the agent is not its team's.
 */
export function decide(policy: Policy, request: PolicyRequest, nowEpochMs: number): Verdict {
  const { revision, digest } = policy;
  const [team, ...others] = teamsOf(policy, request.principal);
  if (team === undefined || others.length > 0) {
    const violations = [notInOneTeam(request, others.length > 0)];
    const rules = [MEMBERSHIP[0]];
    return { effect: 'deny', violations, warnings: [], rules, exemptions: [], policy: { revision, digest } };
  }
  return judgeAs(policy, team, request, nowEpochMs);
}

/** The same for whoever is in this team. So a group can be judged that was found, and that nobody asks for now. */
export function judgeAs(
  { revision, digest }: Policy,
  team: Team,
  request: Omit<PolicyRequest, 'principal'>,
  nowEpochMs: number,
): Verdict {
  const violations = managesAgent(team, request.agentId) ? [] : [notItsAgent(team, request)];
  const warnings: Violation[] = [];
  const rules: string[] = [...MEMBERSHIP];
  const exemptions: string[] = [];
  const broken: { rule: string; cause: unknown }[] = [];
  for (const active of team.rules.get(request.operation) ?? []) {
    const rule = active.rule.id;
    rules.push(rule);
    try {
      const outcome = judge(active, request, nowEpochMs);
      const named = outcome.findings.map((finding) => ({ rule, ...finding }));
      if (active.enforcement === 'warn') warnings.push(...named);
      else violations.push(...named);
      warnings.push(...outcome.notices.map((notice) => ({ rule, ...notice })));
      if (outcome.applied !== undefined) exemptions.push(outcome.applied);
    } catch (cause) {
      broken.push({ rule, cause });
      violations.push(couldNotJudge(rule));
    }
  }
  return {
    effect: violations.length === 0 ? 'allow' : 'deny',
    team: team.name,
    violations: violations.sort(byText),
    warnings: warnings.sort(byText),
    rules: rules.sort(),
    exemptions: exemptions.sort(),
    policy: { revision, digest },
    ...(broken.length === 0 ? {} : { broken }),
  };
}

interface Outcome {
  readonly findings: readonly Finding[];
  readonly notices: readonly Finding[];
  readonly applied?: string;
}

/**
 * One rule. Its usual settings come first: an exemption is looked at only where they find something, so what passes without
 * exemptions passes with them, two of them need no precedence, and only those count as applied that were needed.
 */
function judge(
  { rule, settings, exemptions }: ActiveRule,
  request: Omit<PolicyRequest, 'principal'>,
  nowEpochMs: number,
): Outcome {
  const judged = asJudged(request);
  const check = (under: Settings): Finding[] => [...rule.check(judged, under)];
  const findings = check(settings);
  if (findings.length === 0) return { findings, notices: [] };
  const tried = exemptions
    .filter((exemption) => covers(exemption, judged))
    .map((exemption) => ({
      exemption,
      findings: check(exemption.settings),
      active: nowEpochMs <= exemption.untilEpochMs,
    }));
  const helping = tried
    .filter((trial) => trial.findings.length === 0)
    .sort((a, b) => b.exemption.untilEpochMs - a.exemption.untilEpochMs);
  const longest = helping[0];
  if (longest?.active) {
    const soon = longest.exemption.untilEpochMs - nowEpochMs <= EXPIRES_SOON_MS;
    return { findings: [], notices: soon ? [endsSoon(longest.exemption)] : [], applied: longest.exemption.id };
  }
  const alternatives = tried.filter((trial) => trial.active).flatMap((trial) => trial.findings);
  return {
    findings: findings.map((finding) => withAllowedOf(finding, alternatives)),
    notices: helping.map(({ exemption }) => hasEnded(exemption)),
  };
}

/** A list of what is allowed includes what an exemption allows this caller here. */
function withAllowedOf(finding: Finding, alternatives: readonly Finding[]): Finding {
  if (!Array.isArray(finding.allowed)) return finding;
  const more = alternatives.flatMap(({ pointer, allowed }) =>
    pointer === finding.pointer && Array.isArray(allowed) ? allowed : [],
  );
  return more.length === 0 ? finding : { ...finding, allowed: [...new Set([...finding.allowed, ...more])] };
}

function covers({ agent, groupName }: Exemption, { agentId, actionGroup }: Judged): boolean {
  if (agent !== undefined && agent !== agentId) return false;
  if (groupName === undefined) return true;
  return actionGroup.actionGroupName !== undefined && globMatches(groupName, actionGroup.actionGroupName);
}

/** Most requests are what they are judged as, and need no copy. */
function asJudged(request: Omit<PolicyRequest, 'principal'>): Judged {
  const actionGroup = request.actionGroup ?? groupOf(request);
  return actionGroup === request.actionGroup ? (request as Judged) : { ...request, actionGroup };
}

const NO_GROUP: ActionGroup = Object.freeze({});

/** @throws for a call whose group should be there: an empty one would pass rules that the real one breaks. */
function groupOf({ operation }: Pick<PolicyRequest, 'operation'>): ActionGroup {
  if (operation === 'CreateAgentActionGroup' || operation === 'UpdateAgentActionGroup') {
    throw new TypeError(`${operation} came without its action group`);
  }
  return NO_GROUP;
}

/** Says neither which teams there are nor which the caller is in: their names are not the caller's to know. */
function notInOneTeam({ principal }: PolicyRequest, inSeveral: boolean): Violation {
  return {
    rule: 'caller-is-in-one-team',
    pointer: '',
    message: `${principalText(principal)} is in ${inSeveral ? 'more than one team' : 'no team'} of the policy.`,
    fix: inSeveral
      ? 'Ask the policy owners to leave this caller in one team, or call as another role.'
      : 'Ask the policy owners to add this caller to a team, or call as a role that is in one.',
  };
}

function notItsAgent({ name, agents }: Team, { agentId }: Pick<PolicyRequest, 'agentId'>): Violation {
  return {
    rule: 'caller-manages-agent',
    pointer: '',
    message: `The agent ${agentId} is not one of team ${name}.`,
    allowed: [...agents].sort(),
    fix: 'Check the agent id, or ask the policy owners to give the agent to the team.',
  };
}

/** The cause stays in the log: it could quote what the caller may not see. */
function couldNotJudge(rule: string): Violation {
  return {
    rule,
    pointer: '',
    message: 'This rule could not judge the request, so the request is denied.',
    fix: 'Tell the operators of this service; it is no fault of the request.',
  };
}

function endsSoon({ id, until, owner }: Exemption): Finding {
  return {
    pointer: '',
    message: `This passes only by exemption ${id}, which ends at ${until}.`,
    fix: `Do without the exemption by then, or have ${owner} ask for a new one.`,
  };
}

function hasEnded({ id, until, owner }: Exemption): Finding {
  return {
    pointer: '',
    message: `Exemption ${id} would have let this pass, but it ended at ${until}.`,
    fix: `Do without the exemption, or have ${owner} ask for a new one.`,
  };
}

function byText(a: Violation, b: Violation): number {
  const key = ({ rule, pointer, message }: Violation) => JSON.stringify([rule, pointer, message]);
  return key(a) < key(b) ? -1 : 1;
}
