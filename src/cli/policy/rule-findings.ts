/** Rules that are off, that let too much through, or that say what is said already. */
import { type Document, enforcementOf, settingsIn } from '../../policy/document/document.ts';
import { type LambdaArn, outsidePrefix, parseLambdaPrefix } from '../../policy/lambda-arn.ts';
import { parseArnPattern } from '../../policy/principal.ts';
import { RULES } from '../../policy/rules/index.ts';
import type { Finding } from './finding.ts';
import { sameSettings } from './same.ts';

export function* ruleFindings(document: Document): Generator<Finding> {
  yield* switchedOff(document);
  yield* idleOverrides(document);
  yield* unsafePrefixes(document);
}

function* switchedOff({ rules, teams }: Document): Generator<Finding> {
  const unnamed: string[] = [];
  for (const id of RULES.keys()) {
    const on = Object.entries(teams)
      .filter(([, team]) => enforcementOf(rules[id], team.rules[id]) !== 'off')
      .map(([name]) => name);
    if (rules[id] === undefined && on.length === 0) unnamed.push(id);
    if (rules[id]?.enforcement === 'off') {
      const message = on.length === 0 ? `\`${id}\` is off.` : `\`${id}\` is off for all but ${on.join(', ')}.`;
      const fix = 'Nothing, if that is meant; else set `enforcement: warn` to try it.';
      yield { severity: 'note', path: ['rules', id], at: 'key', message, fix };
    }
  }
  if (unnamed.length > 0) {
    const message = `Not named, and so off: ${unnamed.join(', ')}.`;
    const fix = 'Nothing, if that is meant; name those that should hold.';
    yield { severity: 'note', path: ['rules'], at: 'key', message, fix };
  }
}

function* idleOverrides({ rules, teams }: Document): Generator<Finding> {
  for (const [name, team] of Object.entries(teams)) {
    for (const [id, entry] of Object.entries(team.rules)) {
      const own = rules[id];
      if (own === undefined) continue;
      const settings = settingsIn(entry);
      if (enforcementOf(own, entry) !== own.enforcement) continue;
      if (settings !== undefined && !sameSettings(settings, settingsIn(own))) continue;
      const message = `What team ${name} says of \`${id}\` is what the organisation says.`;
      yield { severity: 'note', path: ['teams', name, 'rules', id], at: 'key', message, fix: 'Remove it.' };
    }
  }
}

/** A prefix is safe if only those whom the organisation trusts can make a function under it. */
function* unsafePrefixes(document: Document): Generator<Finding> {
  const accounts = new Set(
    Object.values(document.teams).flatMap(({ principals }) =>
      principals.flatMap((principal) => (typeof principal === 'string' ? parseArnPattern(principal)?.account : [])),
    ),
  );
  for (const { path, prefixes } of prefixLists(document)) {
    for (const [index, text] of prefixes.entries()) {
      const prefix = parseLambdaPrefix(text);
      if (prefix === undefined) continue;
      const at = { path: [...path, index], at: 'value' as const };
      const { account, region } = prefix;
      if (prefix.name === '') {
        const message = `Every function of account ${account} in ${region} has this prefix, whoever made it.`;
        const fix = 'Add the beginning of the names that only trusted people can deploy, such as agents-.';
        yield { severity: 'warning', ...at, message, fix };
      }
      if (accounts.size > 0 && !accounts.has(account)) {
        const message = `Nobody in any team is of account ${account}, yet its functions may act for agents.`;
        const fix = 'Make sure that the account is yours and not a slip.';
        yield { severity: 'warning', ...at, message, fix };
      }
      const wider = prefixes.find((other, place) => place !== index && adds(text, other, place < index) === false);
      if (wider !== undefined) {
        yield { severity: 'note', ...at, message: `${wider} covers this prefix.`, fix: 'Remove this one.' };
      }
    }
  }
}

/** Whether `text` lets through what `other` does not. Of two equal prefixes the first counts. */
function adds(text: string, other: string, otherIsFirst: boolean): boolean {
  if (text === other) return !otherIsFirst;
  const inner = parseLambdaPrefix(text) as LambdaArn;
  const outer = parseLambdaPrefix(other);
  const isBeginning = outer !== undefined && /^$|[-_]$/.test(outer.name);
  return !isBeginning || outsidePrefix(inner, outer).length > 0;
}

function* prefixLists({ rules, teams, exemptions }: Document) {
  const id = 'lambda-arn-has-required-prefix';
  const listed = (path: (string | number)[], settings: { readonly [setting: string]: unknown } | undefined) => {
    const prefixes = settings?.prefixes;
    return Array.isArray(prefixes) ? [{ path: [...path, 'prefixes'], prefixes: prefixes as string[] }] : [];
  };
  yield* listed(['rules', id], rules[id]);
  for (const [name, team] of Object.entries(teams)) yield* listed(['teams', name, 'rules', id], team.rules[id]);
  for (const [index, { rule, settings }] of exemptions.entries()) {
    if (rule === id) yield* listed(['exemptions', index, 'settings'], settings);
  }
}
