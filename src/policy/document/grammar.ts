/**
 * The check that finds every mistake in a policy document. Whether a document is accepted never depends on the clock.
 */
import * as v from 'valibot';
import { parseInstant } from '../expiry.ts';
import { compile, type Policy } from '../policy.ts';
import { quote } from '../quote.ts';
import { SETTINGS } from '../rule-settings.ts';
import {
  type Document,
  type ExemptionEntry,
  enforcementOf,
  MEMBERSHIP,
  type RuleEntry,
  settingsIn,
  type TeamEntry,
  type TeamRuleEntry,
} from './document.ts';
import { PrincipalSchema } from './principal-schema.ts';
import {
  dictionary,
  didYouMean,
  type Entries,
  type Fault,
  faultsOf,
  faultText,
  fields,
  flag,
  list,
  oneOf,
  type Schema,
  step,
  text,
  textThat,
} from './schema.ts';

/** @returns the document, or every fault found. References between its parts are looked at once the parts are sound. */
export function checkDocument(value: unknown): { ok: Document } | { faults: Fault[] } {
  const parsed = v.safeParse(PolicyDocument, value);
  return parsed.success ? { ok: parsed.output } : { faults: faultsOf(parsed.issues) };
}

/** @throws {TypeError} if the text is not what `serialise` wrote, or not a document that this version accepts. */
export function deserialise(json: string): Policy {
  const { digest, document } = v.parse(v.object({ digest: v.string(), document: v.unknown() }), JSON.parse(json));
  const checked = checkDocument(document);
  if ('ok' in checked) return compile(checked.ok, digest);
  const faults = checked.faults.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new TypeError(`The policy ${digest} is not acceptable. ${faults.join(' ')}`);
}

const EnforcementSchema = oneOf(['deny', 'warn', 'off']);

/** Ids begin like a word, which keeps `__proto__` out. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const AGENT = /^[0-9a-zA-Z]{10}$/;

/** Trimmed first: YAML's folded texts end in a line break. */
const Prose: Schema<string> = v.pipe(
  textThat((prose) =>
    /^[^\p{Cc}]{1,500}$/u.test(prose.trim())
      ? undefined
      : faultText(`${quote(prose)} is not a text of one line and 1 to 500 characters.`, 'Say it in one line.'),
  ),
  v.transform((prose) => prose.trim()),
);

/** A rule that is off, or a team that changes only the enforcement, need not repeat the settings. */
function ruleEntry<T>(around: Entries, settings: Entries, mayOmit: (entry: object) => boolean): Schema<T> {
  const whole = fields({ ...around, ...settings });
  const bare = fields(around);
  return v.lazy((input: unknown) => {
    const given = typeof input === 'object' && input !== null ? input : {};
    const omitted = mayOmit(given) && !Object.keys(settings).some((key) => Object.hasOwn(given, key));
    return omitted ? bare : whole;
  }) as unknown as Schema<T>;
}

function entriesOf<T>(around: Entries, mayOmit: (entry: object) => boolean): Schema<Record<string, T>> {
  const schemas = new Map(Array.from(SETTINGS, ([id, settings]) => [id, ruleEntry<T>(around, settings, mayOmit)]));
  return dictionary((id) => schemas.get(id) ?? unknownRule(id));
}

function unknownRule(id: string): string {
  if ((MEMBERSHIP as readonly string[]).includes(id)) {
    return faultText(`\`${id}\` is not named under \`rules\`: it always runs.`, 'Remove it.');
  }
  return faultText(`There is no rule ${quote(id)}.`, didYouMean(id, [...SETTINGS.keys()]));
}

const Team: Schema<TeamEntry> = fields({
  principals: list(PrincipalSchema),
  agents: list(
    textThat((agent) =>
      agent === '*' || AGENT.test(agent)
        ? undefined
        : faultText(`${quote(agent)} is not an agent id.`, 'Write its ten letters and digits, or "*" for every agent.'),
    ),
  ),
  rules: v.optional(
    entriesOf<TeamRuleEntry>({ enforcement: v.optional(EnforcementSchema) }, () => true),
    {},
  ),
});

const Exemption: Schema<ExemptionEntry> = v.lazy((input: unknown) => {
  const ruleId = typeof input === 'object' && input !== null && 'rule' in input ? input.rule : undefined;
  const settings = typeof ruleId === 'string' ? SETTINGS.get(ruleId) : undefined;
  return fields({
    id: text('an id', ID, 'Write a short id such as EX-7: letters, digits, dots, dashes and underscores.'),
    rule: textThat((id) => (SETTINGS.has(id) ? undefined : unknownRule(id))),
    team: textThat(() => undefined),
    agent: v.optional(
      text('an agent id', AGENT, 'Write its ten letters and digits, or remove it to mean every agent of the team.'),
    ),
    groupName: v.optional(
      text(
        'a pattern of group names',
        /^[0-9a-zA-Z _*-]{1,100}$/,
        'Write the group’s name; * stands for any characters.',
      ),
    ),
    // Without a rule nothing can be said of its settings; the missing rule is the fault.
    settings: settings === undefined ? v.any() : fields(settings),
    until: Until,
    owner: Prose,
    reason: Prose,
    ticket: Prose,
    approvedBy: Prose,
  });
}) as unknown as Schema<ExemptionEntry>;

const Until: Schema<string> = v.pipe(
  textThat((until) =>
    parseInstant(until) === undefined
      ? faultText(
          `${quote(until)} is not a point in time.`,
          'Write a date such as 2026-12-31 (its end, in UTC) or a time such as 2026-12-31T17:00:00Z.',
        )
      : undefined,
  ),
  v.transform((until) => new Date(parseInstant(until) as number).toISOString()),
);

/** The grammar of the document, composed from the settings of the rules that there are. */
export const PolicyDocument: Schema<Document> = v.pipe(
  fields({
    revision: text(
      'a revision',
      /^[!-~]([ -~]{0,62}[!-~])?$/,
      'Write 1 to 64 plain letters, digits and signs, such as 2026-11-20.1.',
    ),
    rules: v.optional(
      entriesOf<RuleEntry>(
        {
          enforcement: v.optional(EnforcementSchema, 'deny'),
          final: v.optional(flag(), false),
          exemptible: v.optional(flag(), true),
        },
        (entry) => 'enforcement' in entry && entry.enforcement === 'off',
      ),
      {},
    ),
    teams: v.optional(
      dictionary((name) =>
        ID.test(name)
          ? Team
          : faultText(`${quote(name)} is not a team’s name.`, 'Use letters, digits, dots, dashes and underscores.'),
      ),
      {},
    ),
    exemptions: v.optional(list(Exemption), []),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const { path, message } of danglingReferences(dataset.value)) {
      const steps = path.map((key, index) => step(path.slice(0, index), key));
      addIssue({ message, path: steps as [(typeof steps)[number], ...typeof steps] });
    }
  }),
  v.transform((document) => withDefaults(document)),
);

interface Dangling {
  path: (string | number)[];
  message: string;
}

/** What no part can know alone: a team against the organisation's rule, an exemption against both. */
function* danglingReferences({ rules, teams, exemptions }: Document): Generator<Dangling> {
  for (const [name, team] of Object.entries(teams)) {
    for (const [id, entry] of Object.entries(team.rules)) {
      const own = rules[id];
      const path = ['teams', name, 'rules', id];
      if (own?.final) {
        const message = faultText(
          `\`${id}\` is final, so a team cannot replace it.`,
          'Remove it here, or drop `final` from the organisation’s rule.',
        );
        yield { path, message };
      } else if (enforcementOf(own, entry) !== 'off' && lacksSettings(id, own, entry)) {
        const message = faultText(`\`${id}\` has no settings, here or for the organisation.`, 'Add its settings here.');
        yield { path, message };
      }
    }
  }
  const seen = new Set<string>();
  for (const [index, { id, rule, team }] of exemptions.entries()) {
    const at = (key: string) => ['exemptions', index, key];
    if (seen.has(id)) {
      yield { path: at('id'), message: faultText(`The id ${id} is taken by another exemption.`, 'Choose another.') };
    }
    seen.add(id);
    if (!Object.hasOwn(teams, team)) {
      const fix = didYouMean(team, Object.keys(teams));
      yield { path: at('team'), message: faultText(`There is no team ${quote(team)}.`, fix) };
      continue;
    }
    const own = rules[rule];
    if (Object.keys(settingsOf(rule)).length === 0) {
      const message = faultText(
        `\`${rule}\` has no settings, so an exemption cannot give it others.`,
        'Remove the exemption; to let the team through, let the rule only warn it.',
      );
      yield { path: at('rule'), message };
    } else if (own?.exemptible === false) {
      const message = faultText(
        `\`${rule}\` is not exemptible.`,
        'Remove the exemption, or set `exemptible: true` at the organisation’s rule.',
      );
      yield { path: at('rule'), message };
    } else if (enforcementOf(own, teams[team]?.rules[rule]) === 'off') {
      const message = faultText(
        `\`${rule}\` is off for team ${team}, so there is nothing to exempt from.`,
        'Remove the exemption, or switch the rule on.',
      );
      yield { path: at('rule'), message };
    }
  }
}

function lacksSettings(id: string, ...entries: readonly (RuleEntry | TeamRuleEntry | undefined)[]): boolean {
  const required = Object.values(settingsOf(id)).some((schema) => schema.type !== 'optional');
  return required && entries.every((entry) => settingsIn(entry) === undefined);
}

/** Where a team only switches a rule on whose settings may all be left out, they are written out: whoever decides has no schema. */
function withDefaults(document: Document): Document {
  const teams = Object.entries(document.teams).map(([name, team]) => {
    const rules = Object.entries(team.rules).map(([id, entry]) => {
      const own = document.rules[id];
      const complete = enforcementOf(own, entry) === 'off' || (settingsIn(entry) ?? settingsIn(own)) !== undefined;
      return [id, complete ? entry : { ...entry, ...v.parse(fields(settingsOf(id)), {}) }] as const;
    });
    return [name, { ...team, rules: Object.fromEntries(rules) }] as const;
  });
  return { ...document, teams: Object.fromEntries(teams) };
}

function settingsOf(id: string): Entries {
  return SETTINGS.get(id) as Entries;
}
