import type * as v from 'valibot';
import { nearest } from '../policy/nearest.ts';
import type { Fault } from '../problem.ts';
import { quote, shorten } from './quote.ts';
import { EXAMINED_FAULTS, WORDED, type Wording } from './worded.ts';

/** Faults that one answer lists; a last one says how many more there are. */
export const LISTED_FAULTS = 100;

/** Longest name that a pointer repeats whole: longer ones match no constraint and would swell the answer. */
const LONGEST_POINTER_TOKEN = 256;

/**
 * Valibot's issues as faults, in the order of the service model's members.
 *
 * A fault of the body has a JSON Pointer; elsewhere `place` is the pointer: `path:agentId`, `query:dryRun`,
 * `header:Idempotency-Key`.
 */
export function faultsOf(issues: readonly v.BaseIssue<unknown>[], place = ''): Fault[] {
  return issues.map((issue) => {
    const keys = issue.path?.map(({ key }) => key as string | number) ?? [];
    const { message, fix } = wordingOf(issue);
    return { pointer: place || jsonPointer(keys), message: `${subject(keys, place)} ${message}`, fix };
  });
}

/** The first hundred, and a last one that counts the others. */
export function listed(faults: readonly Fault[]): readonly Fault[] {
  if (faults.length <= LISTED_FAULTS) return faults;
  const more = faults.length - LISTED_FAULTS;
  const atLeast = faults.length > EXAMINED_FAULTS ? 'At least ' : '';
  const message = `${atLeast}${more} more ${more === 1 ? 'thing is' : 'things are'} wrong and not listed.`;
  return [...faults.slice(0, LISTED_FAULTS), { pointer: '', message, fix: 'Mend what is listed, then send it again.' }];
}

/** RFC 6901. A name beyond 256 characters is cut, with an ellipsis. */
export function jsonPointer(keys: readonly (string | number)[]): string {
  return keys.map((key) => `/${pointerToken(String(key))}`).join('');
}

function pointerToken(key: string): string {
  return shorten(key, LONGEST_POINTER_TOKEN).replaceAll('~', '~0').replaceAll('/', '~1');
}

/** A plain name in backticks, any other in quotes, so that a caller's strange name cannot pass for our words. */
export function nameInWords(name: string): string {
  return /^[A-Za-z][0-9A-Za-z_-]{0,59}$/.test(name) ? `\`${name}\`` : quote(name);
}

function subject(keys: readonly (string | number)[], place: string): string {
  if (place !== '') return nameInWords(place.slice(place.indexOf(':') + 1));
  const last = keys.at(-1);
  if (last === undefined) return 'The body';
  if (typeof last === 'string') return nameInWords(last);
  return `Item ${last + 1} of ${nameInWords(String(keys.at(-2) ?? 'the list'))}`;
}

function wordingOf(issue: v.BaseIssue<unknown>): Wording {
  const { type, input, requirement } = issue;
  switch (type) {
    case WORDED:
      return requirement as Wording;
    case 'min_code_points':
      return {
        message: `${issue.received === '0' ? 'is empty' : `has ${count(issue.received)}`}; at least ${requirement} ${requirement === 1 ? 'is' : 'are'} needed.`,
        fix: `Use at least ${count(requirement)}.`,
      };
    case 'max_code_points':
      return {
        message: `has ${count(issue.received)}; at most ${requirement} are allowed.`,
        fix: `Shorten it to at most ${count(requirement)}.`,
      };
    case 'picklist':
      return oneOf(input, (issue.expected ?? '').replace(/^\(|\)$/g, '').split(' | '));
    case 'string':
      return { message: mustBe('a string', input), fix: asString(input) };
    case 'boolean':
      return { message: mustBe('true or false', input), fix: 'Write true or false, without quotes.' };
    case 'array':
    case 'list_of':
      return { message: mustBe('a list', input), fix: 'Give a list: [ … ].' };
    case 'closed_object':
    case 'one_member_of':
    case 'map_of':
      return { message: mustBe('an object', input), fix: 'Give a JSON object: { … }.' };
    default:
      return { message: 'is not valid.', fix: `Give what is expected${issue.expected ? `: ${issue.expected}` : ''}.` };
  }
}

/** @param options as Valibot words them: each in double quotes */
function oneOf(input: unknown, options: readonly string[]): Wording {
  const names = options.map((option) => option.slice(1, -1));
  const allowed = options.join(', ');
  const use = options.length === 1 ? `Use ${allowed}.` : `Use one of ${allowed}.`;
  if (typeof input !== 'string') return { message: mustBe('a string', input), fix: use };
  const meant = names.length > 1 ? nearest(input, names) : undefined;
  return {
    message: `is ${quote(input)}, which is not ${options.length === 1 ? 'possible here' : 'one of the allowed values'}.`,
    fix: meant === undefined ? use : `Did you mean "${meant}"? ${use}`,
  };
}

function asString(input: unknown): string {
  if (typeof input !== 'object' || input === null) return 'Give a string, in quotes.';
  return 'Give a string. A document is passed as text: encode it first, for example with JSON.stringify or json.dumps.';
}

function mustBe(expected: string, input: unknown): string {
  return input === undefined
    ? `is missing; it must be ${expected}.`
    : `must be ${expected}, but is ${typeInWords(input)}.`;
}

function typeInWords(input: unknown): string {
  if (input === null) return 'null';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'boolean') return String(input);
  return typeof input === 'object' ? 'an object' : `a ${typeof input}`;
}

function count(characters: unknown): string {
  return `${characters} ${Number(characters) === 1 ? 'character' : 'characters'}`;
}
