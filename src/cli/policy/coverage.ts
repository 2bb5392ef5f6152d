/**
 * How much of a policy its cases hold in place.
 *
 * A rule counts when it was seen to pass and seen to find something. A setting counts when changing it (dropping an entry of
 * a list, moving a limit by one, turning a truth value round) changes what is said of a case: one that can be changed without
 * a case noticing is not tested, whatever was run.
 */

import { decide, type Verdict } from '../../policy/decide.ts';
import { type Document, MEMBERSHIP, settingsIn } from '../../policy/document/document.ts';
import { type ActiveRule, compile, type Policy } from '../../policy/policy.ts';
import type { PolicyRequest } from '../../policy/request.ts';
import type { Judged, Settings } from '../../policy/rule.ts';
import { RULES } from '../../policy/rules/index.ts';

export interface CoverageItem {
  readonly kind: 'passes' | 'finds' | 'setting' | 'team' | 'exemption';
  /** The rule that it belongs to. */
  readonly rule?: string;
  /** What is or is not exercised, in words. */
  readonly what: string;
  readonly covered: boolean;
}

export interface Exercise {
  readonly request: PolicyRequest;
  readonly atEpochMs: number;
}

export function coverageOf(policy: Policy, exercises: readonly Exercise[]): CoverageItem[] {
  const verdicts = exercises.map(({ request, atEpochMs }) => decide(policy, request, atEpochMs));
  const findingsOf = ({ violations, warnings }: Verdict) => [...violations, ...warnings].map(({ rule }) => rule);
  const found = new Set(verdicts.flatMap(findingsOf));
  const passed = new Set(
    verdicts.flatMap((verdict) => verdict.rules.filter((rule) => !findingsOf(verdict).includes(rule))),
  );
  const teams = new Set(verdicts.map(({ team }) => team));
  const exemptions = new Set(verdicts.flatMap((verdict) => verdict.exemptions));
  const outcomes = verdicts.map(outcome);
  const noticed = (document: Document) => {
    const changed = compile(document, policy.digest);
    return exercises.some(({ request, atEpochMs }, index) => {
      const verdict = decide(changed, request, atEpochMs);
      // A rule that cannot work with the changed setting says nothing of the cases.
      return verdict.broken === undefined && outcome(verdict) !== outcomes[index];
    });
  };
  return [
    ...rulesThatAreOn(policy).flatMap((rule) => {
      const passes: CoverageItem = { kind: 'passes', rule, what: `${rule} passes`, covered: passed.has(rule) };
      const finds: CoverageItem = { kind: 'finds', rule, what: `${rule} finds something`, covered: found.has(rule) };
      return [
        ...(passes.covered || mayAnswer(policy, rule, false) ? [passes] : []),
        ...(finds.covered || mayAnswer(policy, rule, true) ? [finds] : []),
      ];
    }),
    ...settingPlaces(policy).flatMap(({ rule, place, settings, put }) =>
      [...changes(settings)].map(({ what, variants }): CoverageItem => {
        const covered = variants.some((variant) => noticed(put(variant)));
        return { kind: 'setting', rule, what: `${place} ${what}`, covered };
      }),
    ),
    ...[...policy.teams.keys()].map((team): CoverageItem => {
      return { kind: 'team', what: `team ${team}`, covered: teams.has(team) };
    }),
    ...policy.document.exemptions.map(({ id, rule }): CoverageItem => {
      return { kind: 'exemption', rule, what: `exemption ${id}`, covered: exemptions.has(id) };
    }),
  ];
}

/** Whole percent, rounded down: 100 means all. */
export function percentOf(items: readonly CoverageItem[]): number {
  return Math.floor((100 * items.filter(({ covered }) => covered).length) / items.length);
}

/** Not the messages: they quote settings. */
function outcome({ effect, violations, warnings }: Verdict): string {
  const places = (findings: Verdict['violations']) => findings.map(({ rule, pointer }) => `${rule} ${pointer}`).sort();
  return JSON.stringify([effect, places(violations), places(warnings)]);
}

function rulesThatAreOn({ teams }: Policy): string[] {
  const on = [...teams.values()].flatMap(({ rules }) => [...rules.values()].flat().map(({ rule }) => rule.id));
  return [...new Set([...MEMBERSHIP, ...on])];
}

/**
 * A rule with a switch may allow everything or nothing, and so have but one answer; whether it does, its examples show. All
 * others can answer both ways.
 */
function mayAnswer({ teams }: Policy, id: string, finding: boolean): boolean {
  const active = [...teams.values()]
    .flatMap(({ rules }) => [...rules.values()].flat())
    .filter(({ rule }) => rule.id === id);
  const hasSwitch = ({ settings }: ActiveRule) => Object.values(settings).some((value) => typeof value === 'boolean');
  return (
    !active.every(hasSwitch) ||
    active.length === 0 ||
    active.some(({ rule, settings }) =>
      RULES.get(rule.id)!.examples.some(({ actionGroup = {}, request }) => {
        const judged: Judged = { operation: rule.operations[0]!, agentId: 'AGENT12345', actionGroup, ...request };
        return rule.check(judged, settings).length > 0 === finding;
      }),
    )
  );
}

interface SettingPlace {
  readonly rule: string;
  /** `rules`, `teams.payments`, `exemptions EX-7`. */
  readonly place: string;
  readonly settings: Settings;
  /** The document with other settings here. */
  readonly put: (settings: Settings) => Document;
}

/** Where settings stand that some team is held to. */
function settingPlaces({ document, teams }: Policy): SettingPlace[] {
  const places = new Map<string, SettingPlace>();
  for (const [name, { rules: byOperation }] of teams) {
    for (const { rule } of [...byOperation.values()].flat()) {
      const own = document.teams[name]?.rules[rule.id];
      const byTeam = settingsIn(own);
      const settings = byTeam ?? settingsIn(document.rules[rule.id]);
      if (settings === undefined) continue;
      const place = byTeam === undefined ? `${rule.id}:` : `${rule.id} of team ${name}:`;
      const put = (changed: Settings): Document =>
        byTeam === undefined
          ? { ...document, rules: { ...document.rules, [rule.id]: { ...document.rules[rule.id]!, ...changed } } }
          : withTeamRule(document, name, rule.id, { ...own, ...changed });
      places.set(place, { rule: rule.id, place, settings, put });
    }
  }
  for (const [index, exemption] of document.exemptions.entries()) {
    if (!RULES.has(exemption.rule)) continue;
    const place = `exemption ${exemption.id}:`;
    const put = (settings: Settings): Document => ({
      ...document,
      exemptions: document.exemptions.with(index, { ...exemption, settings }),
    });
    places.set(place, { rule: exemption.rule, place, settings: exemption.settings, put });
  }
  return [...places.values()];
}

function withTeamRule(document: Document, name: string, rule: string, entry: Settings): Document {
  const team = document.teams[name]!;
  return { ...document, teams: { ...document.teams, [name]: { ...team, rules: { ...team.rules, [rule]: entry } } } };
}

interface Change {
  readonly what: string;
  /** The settings, changed in this one thing. */
  readonly variants: readonly Settings[];
}

/** Stands for no name, no option and no part of one; and is a pattern that matches nothing else. */
const NOTHING = 'zz-nothing-is-called-this-zz';

function* changes(value: Settings, name = ''): Generator<Change> {
  const at = (key: string | number) => (name === '' ? String(key) : `${name}.${key}`);
  if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) {
      const nested = typeof entry === 'object' && entry !== null;
      yield { what: `${name} ${nested ? JSON.stringify(entry) : entry}`, variants: [value.toSpliced(index, 1)] };
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      for (const { what, variants } of changes(member, at(key))) {
        yield { what, variants: variants.map((variant) => ({ ...value, [key]: variant })) };
      }
    }
  } else if (typeof value === 'boolean') {
    yield { what: `${name} ${value}`, variants: [!value] };
  } else if (typeof value === 'number') {
    yield { what: `${name} ${value}`, variants: [value - 1, value + 1] };
  } else if (typeof value === 'string') {
    yield { what: `${name} ${value}`, variants: [NOTHING] };
  }
}
