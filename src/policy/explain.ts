/** What a caller may do, in words and as data: its own team, agents and settings, and nobody else's. */
import { MEMBERSHIP } from './document/document.ts';
import { type ActiveRule, type Policy, teamsOf } from './policy.ts';
import type { Operation, Principal } from './request.ts';
import type { Rule } from './rule.ts';
import { WORDS } from './rule-words.ts';

export interface Explanation {
  readonly policy: { readonly revision: string; readonly digest: string };
  /** Absent where the caller is in no team, or in more than one: then nothing is allowed. */
  readonly team?: string;
  readonly agents: readonly string[];
  readonly rules: readonly ExplainedRule[];
  readonly summary: string;
}

export interface ExplainedRule {
  readonly rule: string;
  readonly summary: string;
  /** The same with the caller's settings. */
  readonly words: string;
  readonly enforcement: 'deny' | 'warn';
  readonly operations: readonly Operation[];
  /** What the rule holds the caller's requests against. */
  readonly settings?: unknown;
  /** Other settings of this rule for the caller's team, while they hold. */
  readonly exemptions?: readonly {
    readonly id: string;
    readonly agent?: string | undefined;
    readonly groupName?: string | undefined;
    readonly settings: unknown;
    readonly words: string;
    readonly until: string;
  }[];
}

export function explainTo(policy: Policy, principal: Principal, nowEpochMs: number): Explanation {
  const { revision, digest } = policy;
  const [team, ...others] = teamsOf(policy, principal);
  if (team === undefined || others.length > 0) {
    const summary =
      team === undefined
        ? 'You are in no team of the policy, so nothing is allowed. Ask the policy owners to add you to one.'
        : 'You are in more than one team of the policy, so nothing is allowed. Ask the policy owners to leave you in one.';
    return { policy: { revision, digest }, agents: [], rules: [], summary };
  }
  const byRule = new Map<string, { active: ActiveRule; operations: Operation[] }>();
  for (const [operation, rules] of team.rules) {
    for (const active of rules) {
      const entry = byRule.get(active.rule.id) ?? { active, operations: [] };
      entry.operations.push(operation);
      byRule.set(active.rule.id, entry);
    }
  }
  const agents = [...team.agents].sort();
  const rules = [...byRule.values()]
    .map(({ active, operations }) => explained(active, operations, nowEpochMs))
    .sort((a, b) => (a.rule < b.rule ? -1 : 1));
  const summary =
    `You are in team ${team.name} and manage ${agents.includes('*') ? 'every agent' : agents.join(', ') || 'no agent'}. ` +
    `Beside ${MEMBERSHIP.join(' and ')}, ${rules.length} rules look at what you ask for.`;
  return { policy: { revision, digest }, team: team.name, agents, rules, summary };
}

function explained({ rule, enforcement, settings, exemptions }: ActiveRule, operations: Operation[], now: number) {
  const { summary, describe } = WORDS.get(rule.id) as Pick<Rule, 'summary' | 'describe'>;
  const holding = exemptions
    .filter(({ untilEpochMs }) => now <= untilEpochMs)
    .map(({ id, agent, groupName, settings, until }) => {
      return { id, agent, groupName, settings, words: describe(settings), until };
    });
  return {
    rule: rule.id,
    summary,
    words: describe(settings),
    enforcement,
    operations: operations.sort(),
    settings,
    ...(holding.length > 0 ? { exemptions: holding } : {}),
  };
}
