/** What is different for whom, between two states of a policy: what teams are held to, not how it is written. */
import type { ExemptionEntry, TeamEntry } from '../../policy/document/document.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Rule, Settings } from '../../policy/rule.ts';
import { RULES } from '../../policy/rules/index.ts';
import { sameSettings } from './same.ts';
import { inWords } from './team-findings.ts';

export interface Change {
  readonly about: 'team' | 'rule' | 'exemption';
  /** What was added, what was removed, or that something else is different. */
  readonly kind: 'added' | 'removed' | 'changed';
  /** Of the team, the rule or the exemption. */
  readonly id: string;
  /** Whom it concerns. */
  readonly teams: readonly string[];
  readonly text: string;
  readonly old?: unknown;
  readonly new?: unknown;
}

export function changesBetween(before: Policy, after: Policy): Change[] {
  return [...teamChanges(before, after), ...ruleChanges(before, after), ...exemptionChanges(before, after)];
}

function* teamChanges({ document: before }: Policy, { document: after }: Policy): Generator<Change> {
  for (const id of union(Object.keys(before.teams), Object.keys(after.teams))) {
    const old = before.teams[id];
    const now = after.teams[id];
    const change = { about: 'team', id, teams: [id] } as const;
    if (old === undefined && now !== undefined) {
      yield { ...change, kind: 'added', text: `new: ${inBrief(now)}`, new: membersOf(now) };
    } else if (now === undefined && old !== undefined) {
      yield { ...change, kind: 'removed', text: `removed, with ${inBrief(old)}`, old: membersOf(old) };
    } else if (old !== undefined && now !== undefined) {
      const parts = [
        ...listChanges('principal', old.principals.map(inWords), now.principals.map(inWords)),
        ...listChanges('agent', old.agents, now.agents),
      ];
      if (parts.length === 0) continue;
      yield { ...change, kind: 'changed', text: parts.join(', '), old: membersOf(old), new: membersOf(now) };
    }
  }
}

function membersOf({ principals, agents }: TeamEntry) {
  return { principals: principals.map(inWords), agents };
}

function inBrief({ principals, agents }: TeamEntry): string {
  return `principals ${principals.map(inWords).join(', ') || 'none'}; agents ${agents.join(', ') || 'none'}`;
}

interface Held {
  readonly rule: Rule;
  readonly enforcement: 'deny' | 'warn';
  readonly settings: Settings;
}

function heldTo({ teams }: Policy, team: string): Map<string, Held> {
  const active = [...(teams.get(team)?.rules.values() ?? [])].flat();
  return new Map(
    active.map(({ rule: { id }, enforcement, settings }) => [id, { rule: RULES.get(id)!, enforcement, settings }]),
  );
}

/** By team, as its own settings and the organisation's come out; the same change of several teams is one. */
function* ruleChanges(before: Policy, after: Policy): Generator<Change> {
  const teams = [...before.teams.keys()].filter((team) => after.teams.has(team));
  const held = teams.map((team) => ({ team, old: heldTo(before, team), now: heldTo(after, team) }));
  for (const id of union(...held.flatMap(({ old, now }) => [[...old.keys()], [...now.keys()]]))) {
    const changed = held
      .map(({ team, old, now }) => ({ team, old: old.get(id), now: now.get(id) }))
      .filter(({ old, now }) => !sameSettings(bare(old), bare(now)));
    const same = Map.groupBy(changed, ({ old, now }) => JSON.stringify([bare(old), bare(now)]));
    for (const group of same.values()) {
      const { old, now } = group[0]!;
      const concerned = group.map(({ team }) => team);
      const whom = concerned.length === teams.length ? 'every team' : concerned.join(', ');
      const kind = old === undefined ? 'added' : now === undefined ? 'removed' : 'changed';
      const text = `for ${whom}: ${ruleInWords(old, now)}`;
      yield { about: 'rule', kind, id, teams: concerned, text, old: bare(old), new: bare(now) };
    }
  }
  yield* protectionChanges(before, after);
}

function bare(held: Held | undefined) {
  return held && { enforcement: held.enforcement, settings: held.settings };
}

function ruleInWords(old: Held | undefined, now: Held | undefined): string {
  if (old === undefined && now !== undefined) return `now on (${now.enforcement}): ${now.rule.describe(now.settings)}`;
  if (old !== undefined && now === undefined)
    return `now off; it was (${old.enforcement}): ${old.rule.describe(old.settings)}`;
  if (old === undefined || now === undefined) return '';
  const enforcement = old.enforcement === now.enforcement ? [] : [`${old.enforcement} is now ${now.enforcement}`];
  return [...enforcement, ...settingChanges('', old.settings, now.settings)].join(', ');
}

/** What keeps teams and exemptions from a rule. */
function* protectionChanges({ document: before }: Policy, { document: after }: Policy): Generator<Change> {
  for (const id of union(Object.keys(before.rules), Object.keys(after.rules))) {
    const old = before.rules[id];
    const now = after.rules[id];
    if (old === undefined || now === undefined) continue;
    const parts = (['final', 'exemptible'] as const)
      .filter((flag) => old[flag] !== now[flag])
      .map((flag) => `now ${now[flag] ? '' : 'not '}${flag}`);
    if (parts.length > 0) yield { about: 'rule', kind: 'changed', id, teams: [], text: parts.join(', ') };
  }
}

function* exemptionChanges({ document: before }: Policy, { document: after }: Policy): Generator<Change> {
  const old = new Map(before.exemptions.map((exemption) => [exemption.id, exemption]));
  const now = new Map(after.exemptions.map((exemption) => [exemption.id, exemption]));
  for (const id of union([...old.keys()], [...now.keys()])) {
    const was = old.get(id);
    const is = now.get(id);
    const change = { about: 'exemption', id } as const;
    if (was === undefined && is !== undefined) {
      yield { ...change, kind: 'added', teams: [is.team], text: `new: ${exemptionInWords(is)}`, new: is };
    } else if (is === undefined && was !== undefined) {
      yield { ...change, kind: 'removed', teams: [was.team], text: `removed: ${exemptionInWords(was)}`, old: was };
    } else if (is !== undefined && was !== undefined && !sameSettings(was, is)) {
      const text = settingChanges('', was, is).join(', ');
      yield { ...change, kind: 'changed', teams: union([was.team], [is.team]), text, old: was, new: is };
    }
  }
}

function exemptionInWords({ rule, team, agent, groupName, settings, until, owner }: ExemptionEntry): string {
  const where = [agent === undefined ? '' : ` at ${agent}`, groupName === undefined ? '' : ` for groups ${groupName}`];
  return `${rule} of team ${team}${where.join('')} with ${JSON.stringify(settings)} until ${until}, owned by ${owner}`;
}

/** Member by member, down to the entries of lists. */
function settingChanges(name: string, old: unknown, now: unknown): string[] {
  if (sameSettings(old, now)) return [];
  if (Array.isArray(old) && Array.isArray(now)) return listChanges(name, old.map(inJson), now.map(inJson));
  if (isBlock(old) && isBlock(now)) {
    return union(Object.keys(old), Object.keys(now)).flatMap((key) =>
      settingChanges(name === '' ? key : `${name}.${key}`, old[key], now[key]),
    );
  }
  if (old === undefined) return [`+ ${name} ${inJson(now)}`];
  if (now === undefined) return [`- ${name} ${inJson(old)}`];
  return [`${name} ${inJson(old)} is now ${inJson(now)}`];
}

function listChanges(noun: string, old: readonly string[], now: readonly string[]): string[] {
  return [
    ...now.filter((entry) => !old.includes(entry)).map((entry) => `+ ${noun} ${entry}`),
    ...old.filter((entry) => !now.includes(entry)).map((entry) => `- ${noun} ${entry}`),
  ];
}

function inJson(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isBlock(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function union(...lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())].sort();
}
