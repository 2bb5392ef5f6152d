import type { Entries, FieldsOutput } from './document/schema.ts';
import type { ActionGroup, Operation, PolicyRequest } from './request.ts';

/** One thing that is wrong with a request, said to the person who sent it. */
export interface Violation {
  /** The rule's id, or `caller-is-in-one-team` or `caller-manages-agent`. */
  readonly rule: string;
  /** JSON Pointer into the request's body; empty for the request as a whole. */
  readonly pointer: string;
  readonly message: string;
  /** What would have passed, if that can be listed. */
  readonly allowed?: unknown;
  /** What the caller can do about it. */
  readonly fix: string;
}

export type Finding = Omit<Violation, 'rule'>;

/**
 * A request as rules see it. Calls that carry no group show an empty one; a create or update always carries its own. Who asks
 * is not theirs to see: what depends on the caller stands in its team's settings.
 */
export type Judged = Omit<PolicyRequest, 'principal'> & { readonly actionGroup: ActionGroup };

/** Run by the tests, and shown in the docs. */
export interface Example<Settings> {
  readonly name: string;
  readonly settings: Settings;
  readonly actionGroup?: ActionGroup;
  /** What else matters to this example; the rest is a boring create. */
  readonly request?: Partial<PolicyRequest>;
  readonly verdict: 'allowed' | 'denied';
}

export interface RuleDefinition<E extends Entries> {
  /** Named after what is true when it passes; also the file's name, the key in the document and `rule` in answers. */
  readonly id: string;
  readonly summary: string;
  /** The calls it judges. Default: create and update. */
  readonly operations?: readonly Operation[];
  /** What a reader of the docs must know beside the summary: what the rule does not see, what it goes together with. */
  readonly notes?: string;
  /** Beside them the document writes `enforcement`, `final` and `exemptible`, so no setting bears those names. */
  readonly settings: E;
  /** Every violation, none if the rule holds. Synchronous and total; it sees neither clock nor network. */
  check(request: Judged, settings: FieldsOutput<E>): readonly Finding[];
  /** The rule with these settings, in a sentence to the caller: what it must do, or may. */
  describe(settings: FieldsOutput<E>): string;
  /** At least one of each verdict. */
  readonly examples: readonly Example<FieldsOutput<E>>[];
}

/** A rule whose settings' type has been forgotten, as the registry holds it. */
export interface Rule extends Required<Omit<RuleDefinition<Entries>, 'check' | 'describe' | 'examples'>> {
  check(request: Judged, settings: Settings): readonly Finding[];
  describe(settings: Settings): string;
  readonly examples: readonly Example<Settings>[];
}

/** What decides: of a rule, a deployed function has this in one place, its words in another, and its settings in a third. */
export type DecidingRule = Pick<Rule, 'id' | 'operations' | 'check'>;

/** Settings of a rule, after its schema has accepted them. */
// biome-ignore lint/suspicious/noExplicitAny: only the rule knows, and its schema has checked them.
export type Settings = any;

export function defineRule<const E extends Entries>(definition: RuleDefinition<E>): Rule {
  return { operations: ['CreateAgentActionGroup', 'UpdateAgentActionGroup'], notes: '', ...definition };
}

/** Checks at the place of writing that a finding says all that a caller needs. */
export function violation(finding: Finding): Finding {
  return finding;
}

/** A JSON Pointer to what lies at the end of these keys. */
export function pointerTo(...keys: readonly (string | number)[]): string {
  return keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** "a, b or c"; "nothing" where there is nothing to choose from. */
export function anyOf(choices: readonly string[]): string {
  if (choices.length === 0) return 'nothing';
  const [last, ...others] = choices.toReversed();
  return others.length === 0 ? (last as string) : `${others.toReversed().join(', ')} or ${last}`;
}
