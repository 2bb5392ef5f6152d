/** A checked document, indexed so that a decision costs only the rules of its own operation. */
import {
  type Document,
  type Enforcement,
  type ExemptionEntry,
  enforcementOf,
  settingsIn,
} from './document/document.ts';
import { parseInstant } from './expiry.ts';
import {
  type ArnPattern,
  arnPatternMatches,
  type JwtPattern,
  jwtPatternMatches,
  parseArnPattern,
} from './principal.ts';
import type { Operation, Principal } from './request.ts';
import type { DecidingRule, Settings } from './rule.ts';
import { RULES } from './rules/index.ts';

export interface Policy {
  readonly revision: string;
  /** SHA-256 of the document's file, 64 lower-case hex characters. */
  readonly digest: string;
  readonly document: Document;
  readonly teams: ReadonlyMap<string, Team>;
  /** By `partition account`, so that a caller is held only against patterns of its own account. */
  readonly arnPatterns: ReadonlyMap<string, readonly { readonly pattern: ArnPattern; readonly team: Team }[]>;
  readonly jwtPatterns: ReadonlyMap<string, readonly { readonly pattern: JwtPattern; readonly team: Team }[]>;
}

export interface Team {
  readonly name: string;
  readonly agents: ReadonlySet<string>;
  /** Those that are not off, with this team's settings. */
  readonly rules: ReadonlyMap<Operation, readonly ActiveRule[]>;
}

export interface ActiveRule {
  readonly rule: DecidingRule;
  readonly enforcement: Exclude<Enforcement, 'off'>;
  readonly settings: Settings;
  /** Of this rule and team, in the order of their ids. */
  readonly exemptions: readonly Exemption[];
}

export interface Exemption extends ExemptionEntry {
  /** The last moment at which it holds. */
  readonly untilEpochMs: number;
}

/** @param document as `checkDocument` returned it: nothing is checked here. */
export function compile(document: Document, digest: string): Policy {
  const teams = new Map<string, Team>();
  const arnPatterns = new Map<string, { pattern: ArnPattern; team: Team }[]>();
  const jwtPatterns = new Map<string, { pattern: JwtPattern; team: Team }[]>();
  const exemptions = Map.groupBy(document.exemptions, ({ team }) => team);
  for (const [name, { agents, principals }] of Object.entries(document.teams)) {
    const active = activeRules(document, name, exemptions.get(name) ?? []);
    const team = { name, agents: new Set(agents), rules: byOperation(active) };
    teams.set(name, team);
    for (const principal of principals) {
      if (typeof principal === 'object') {
        push(jwtPatterns, principal.issuer, { pattern: principal, team });
        continue;
      }
      const pattern = parseArnPattern(principal);
      if (pattern === undefined) throw new TypeError(`not checked: ${principal}`);
      push(arnPatterns, `${pattern.partition} ${pattern.account}`, { pattern, team });
    }
  }
  return { revision: document.revision, digest, document, teams, arnPatterns, jwtPatterns };
}

/** The compiled form of a checked document as JSON, for where the policy is read without a YAML parser. */
export function serialise({ document, digest }: { document: Document; digest: string }): string {
  return JSON.stringify({ digest, document });
}

/**
 * The policy that stands beside the bundle, which the same build checked and wrote. Checking it again took a first request 4 ms
 * of processor time.
 */
export function fromBuild(json: string): Policy {
  const { digest, document } = JSON.parse(json) as { digest: string; document: Document };
  return compile(document, digest);
}

/** Every team that names the caller: governance wants exactly one. */
export function teamsOf(policy: Policy, principal: Principal): Team[] {
  const teams = new Set<Team>();
  if (principal.kind === 'iam') {
    for (const { pattern, team } of policy.arnPatterns.get(`${principal.partition} ${principal.account}`) ?? []) {
      if (arnPatternMatches(pattern, principal)) teams.add(team);
    }
  } else {
    for (const { pattern, team } of policy.jwtPatterns.get(principal.issuer) ?? []) {
      if (jwtPatternMatches(pattern, principal.issuer, principal.claims)) teams.add(team);
    }
  }
  return [...teams];
}

/** Every team that manages the agent, in the order of the document. */
export function teamsManaging({ teams }: Policy, agentId: string): Team[] {
  return [...teams.values()].filter((team) => managesAgent(team, agentId));
}

export function managesAgent({ agents }: Team, agentId: string): boolean {
  return agents.has(agentId) || agents.has('*');
}

function activeRules(document: Document, team: string, entries: readonly ExemptionEntry[]): ActiveRule[] {
  const exemptions = entries.map((entry) => ({
    ...entry,
    untilEpochMs: parseInstant(entry.until) ?? Number.NEGATIVE_INFINITY,
  }));
  exemptions.sort((a, b) => (a.id < b.id ? -1 : 1));
  const active: ActiveRule[] = [];
  for (const [id, rule] of RULES as ReadonlyMap<string, DecidingRule>) {
    const organisation = document.rules[id];
    const own = document.teams[team]?.rules[id];
    const enforcement = enforcementOf(organisation, own);
    if (enforcement === 'off') continue;
    const settings = settingsIn(own) ?? settingsIn(organisation) ?? {};
    active.push({ rule, enforcement, settings, exemptions: exemptions.filter((exemption) => exemption.rule === id) });
  }
  return active;
}

function byOperation(active: readonly ActiveRule[]): Map<Operation, ActiveRule[]> {
  const rules = new Map<Operation, ActiveRule[]>();
  for (const one of active) for (const operation of one.rule.operations) push(rules, operation, one);
  return rules;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
