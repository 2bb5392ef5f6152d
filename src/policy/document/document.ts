/**
 * The policy document as people write it. What it takes to be one, `grammar.ts` says, which is needed where documents are
 * written, built and read from outside; a deployed function decides by one that was checked when it was built.
 *
 * A checked document is plain JSON in the same grammar, with expiries written out, so it can be stored, and checked again,
 * where no YAML parser is.
 */
import type { PrincipalPattern } from '../principal.ts';
import type { Settings } from '../rule.ts';

export interface Document {
  /** The writers' own name for this state of the policy; it comes back with every decision. */
  readonly revision: string;
  readonly rules: Readonly<Record<string, RuleEntry>>;
  readonly teams: Readonly<Record<string, TeamEntry>>;
  readonly exemptions: readonly ExemptionEntry[];
}

export type Enforcement = 'deny' | 'warn' | 'off';

/** What the organisation says of a rule. The rule's settings stand beside these keys. */
export interface RuleEntry {
  readonly enforcement: Enforcement;
  /** Teams can replace neither settings nor enforcement. */
  readonly final: boolean;
  /** Whether an exemption may give other settings. */
  readonly exemptible: boolean;
  readonly [setting: string]: unknown;
}

/** What a team says of a rule; what it leaves out stays as the organisation has it. Settings are replaced as a whole. */
export interface TeamRuleEntry {
  readonly enforcement?: Enforcement;
  readonly [setting: string]: unknown;
}

export interface TeamEntry {
  readonly principals: readonly PrincipalPattern[];
  /** Agent ids; `*` for every agent. */
  readonly agents: readonly string[];
  readonly rules: Readonly<Record<string, TeamRuleEntry>>;
}

export interface ExemptionEntry {
  readonly id: string;
  readonly rule: string;
  readonly team: string;
  /** Absent: every agent of the team. */
  readonly agent?: string;
  /** A glob over `actionGroupName`. Absent: every group. */
  readonly groupName?: string;
  readonly settings: Settings;
  /** ISO 8601 in UTC with milliseconds; the last moment at which it holds. */
  readonly until: string;
  readonly owner: string;
  readonly reason: string;
  readonly ticket: string;
  readonly approvedBy: string;
}

/** Always run, and so not to be named under `rules`. */
export const MEMBERSHIP = ['caller-is-in-one-team', 'caller-manages-agent'] as const;

/** Keys of an entry that are no settings of its rule. */
const AROUND: readonly string[] = ['enforcement', 'final', 'exemptible'];

/** The settings that an entry gives to its rule, without the keys around them; undefined if it gives none. */
export function settingsIn(entry: RuleEntry | TeamRuleEntry | undefined): Settings | undefined {
  const given = Object.entries(entry ?? {}).filter(([key]) => !AROUND.includes(key));
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/** The team's word, else the organisation's. A rule that only a team names is enforced; one that nobody names is off. */
export function enforcementOf(organisation: RuleEntry | undefined, team: TeamRuleEntry | undefined): Enforcement {
  return team?.enforcement ?? organisation?.enforcement ?? (team === undefined ? 'off' : 'deny');
}
