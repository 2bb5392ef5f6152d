/** Holds one agent against the policy: pure, as the policy's core is. */
import type { Agent } from '@aws-sdk/client-bedrock-agent';
import type { MadeGroup } from '../bedrock/create-action-group.ts';
import { judgeAs } from '../policy/decide.ts';
import { type Policy, type Team, teamsManaging } from '../policy/policy.ts';
import type { ActionGroup, PolicyRequest } from '../policy/request.ts';
import type { Violation } from '../policy/rule.ts';
import { changedSince, type Provenance } from '../provenance/provenance.ts';
import type { FoundAgent } from './inventory.ts';
import type { AgentReport, Item, Origin, Standing, TeamVerdict } from './report.ts';

/**
 * Each group as if it were now updated to what it is, by each team that manages the agent; each Lambda function that the
 * agent's own settings name, as if it were a group's executor.
 */
export function judgeAgent(
  policy: Policy,
  { agent, groups, provenance }: FoundAgent,
  nowEpochMs: number,
): AgentReport & { readonly items: readonly Item[] } {
  const teams = teamsManaging(policy, agent.agentId ?? '');
  const verdictsOn = (actionGroup: ActionGroup, actionGroupId?: string): TeamVerdict[] =>
    teams.map((team) => verdict(policy, team, { ...updateOf(agent), actionGroup, actionGroupId }, nowEpochMs));

  const groupItems = groups.map((group): Item => {
    const verdicts = verdictsOn(asAsked(group), group.actionGroupId);
    const known = provenance?.get(group.actionGroupId);
    const origin = provenance === undefined ? 'unknown' : originOf(group, known);
    const { written, pending } = known ?? {};
    const isPending = known !== undefined && changedSince(known, group) === null;
    return {
      kind: 'action-group',
      id: group.actionGroupId,
      name: group.actionGroupName ?? '',
      state: group.actionGroupState,
      updatedAt: group.updatedAt.toISOString(),
      standing: standingOf(verdicts, origin === 'service' ? written?.by.team : undefined),
      origin,
      verdicts,
      writtenBy: written && {
        principal: written.by.principal,
        team: written.by.team,
        at: written.at,
        decisionId: written.decisionId,
      },
      pending: isPending ? pending?.decisionId : undefined,
    };
  });
  const settingItems = lambdasOf(agent).map(({ pointer, lambda }): Item => {
    const verdicts = verdictsOn({ actionGroupExecutor: { lambda } }).map((one) => about(EXECUTOR, one, pointer));
    const standing = standingOf(verdicts, undefined);
    return { kind: 'agent-setting', id: pointer, name: lambda, standing, origin: 'round-the-service', verdicts };
  });
  const { agentId = '', agentName } = agent;
  return { agentId, agentName, teams: teams.map(({ name }) => name), items: [...groupItems, ...settingItems] };
}

type Update = Omit<PolicyRequest, 'principal' | 'actionGroup' | 'actionGroupId'>;

function updateOf({ agentId = '', agentArn = '' }: Agent): Update {
  // arn:PARTITION:bedrock:REGION:ACCOUNT:agent/ID
  const [, , , agentRegion, agentAccount] = agentArn.split(':');
  return { operation: 'UpdateAgentActionGroup', agentId, agentVersion: 'DRAFT', agentRegion, agentAccount };
}

function verdict(policy: Policy, team: Team, request: Omit<PolicyRequest, 'principal'>, now: number): TeamVerdict {
  const { effect, violations, warnings, exemptions } = judgeAs(policy, team, request, now);
  return { team: team.name, effect, violations, warnings, exemptions };
}

/** The signature has another name in an answer than in a request. */
function asAsked({ parentActionSignature, ...group }: MadeGroup): ActionGroup {
  return { ...group, parentActionGroupSignature: parentActionSignature } as ActionGroup;
}

function originOf(group: MadeGroup, known: Provenance | undefined): Origin {
  const changed = known === undefined || changedSince(known, group);
  if (changed === null) return 'unknown';
  if (known?.written === undefined) return 'round-the-service';
  return changed ? 'changed-since' : 'service';
}

/**
 * A group stands as the team that wrote it is judged. Where nobody knows who that was, or it no longer manages the agent,
 * no team's rules may forbid it.
 */
function standingOf(verdicts: readonly TeamVerdict[], writer: string | undefined): Standing {
  if (verdicts.length === 0) return 'unmanaged';
  const writers = verdicts.filter(({ team }) => team === writer);
  const counting = writers.length > 0 ? writers : verdicts;
  if (counting.some(({ effect }) => effect === 'deny')) return 'denied';
  return counting.some(({ warnings }) => warnings.length > 0) ? 'warned' : 'allowed';
}

const EXECUTOR = '/actionGroupExecutor/lambda';

/** Functions that act for the agent without being any group's: no call that this service governs can set them. */
function lambdasOf({ promptOverrideConfiguration, customOrchestration }: Agent): { pointer: string; lambda: string }[] {
  const settings = [
    { pointer: '/promptOverrideConfiguration/overrideLambda', lambda: promptOverrideConfiguration?.overrideLambda },
    { pointer: '/customOrchestration/executor/lambda', lambda: customOrchestration?.executor?.lambda },
  ];
  return settings.flatMap(({ pointer, lambda }) => (lambda ? [{ pointer, lambda }] : []));
}

/** What was found at one place, told as of another; what else a group would lack is no fault of a setting. */
function about(place: string, verdict: TeamVerdict, pointer: string): TeamVerdict {
  const there = (found: readonly Violation[]) =>
    found.filter((one) => one.pointer === place).map((one) => ({ ...one, pointer }));
  const violations = there(verdict.violations);
  return {
    ...verdict,
    violations,
    warnings: there(verdict.warnings),
    exemptions: [],
    effect: violations.length > 0 ? 'deny' : 'allow',
  };
}
