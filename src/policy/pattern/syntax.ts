/**
 * The patterns of a policy: the part of regular expressions that can be matched in linear time, and that reads the same to
 * everyone. What is left out is refused with a remedy, never read in another way than JavaScript would with the flag `u`.
 *
 * Literal characters (plain ASCII), `.`, `[a-z_]`, `[^0-9]`, `\d \D \w \W \s \S`, `\.` and other escaped signs, `^`, `$`,
 * `(…)`, `(?:…)`, `|`, `*`, `+`, `?`, `{2}`, `{2,}`, `{2,5}`.
 *
 * Longer than most files here: it is one grammar, and each thing that it refuses has its own remedy beside it.
 */
import { quote } from '../quote.ts';

/** Inclusive bounds of code points, sorted and apart. */
export type Ranges = readonly (readonly [from: number, to: number])[];

export type Syntax =
  | { readonly kind: 'one'; readonly ranges: Ranges; readonly negated: boolean; readonly literal?: string }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Syntax[] }
  | { readonly kind: 'repeat'; readonly part: Syntax; readonly min: number; readonly max: number };

/** Why a text is no pattern, and what to write instead. */
export class PatternFault extends Error {
  override readonly name = 'PatternFault';
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    this.fix = fix;
  }
}

const LONGEST_SOURCE = 500;
const MOST_REPEATS = 1000;

/** @throws {PatternFault} at the first place that is not of the subset. */
export function parsePattern(source: string): Syntax {
  let at = 0;

  if (source === '') throw new PatternFault('The pattern is empty.', 'Write what the text must look like.');
  if (source.length > LONGEST_SOURCE) {
    throw new PatternFault(`The pattern has over ${LONGEST_SOURCE} characters.`, 'Shorten it.');
  }
  const strange = /[^\x20-\x7e]/.exec(source);
  if (strange !== null) {
    fail(strange.index, `holds ${quote(strange[0])}`, 'Use plain ASCII; . stands for any character.');
  }
  const syntax = choice();
  if (at < source.length) fail(at, 'closes a group that was not opened', 'Open it, or write \\).');
  requireAlikeAnchors(syntax);
  return syntax;

  function fail(index: number, what: string, fix: string): never {
    throw new PatternFault(`The pattern ${what} at character ${index + 1}.`, fix);
  }

  function choice(): Syntax {
    const parts = [sequence()];
    while (source[at] === '|') {
      at++;
      parts.push(sequence());
    }
    return parts.length === 1 ? (parts[0] as Syntax) : { kind: 'choice', parts };
  }

  function sequence(): Syntax {
    const start = at;
    const parts: Syntax[] = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') parts.push(repeated());
    if (parts.length === 0) {
      fail(
        start,
        'has an empty group or alternative, which every text matches,',
        'Remove it; write ? after an optional part.',
      );
    }
    return parts.length === 1 ? (parts[0] as Syntax) : { kind: 'sequence', parts };
  }

  function repeated(): Syntax {
    const part = atom();
    const start = at;
    const bounds = quantifier();
    if (bounds === undefined) return part;
    if (part.kind === 'start' || part.kind === 'end') fail(start, 'repeats an anchor', 'Repeat what stands beside it.');
    if (at < source.length && '*+?{'.includes(source[at] as string)) {
      const lazy = source[at] === '?';
      fail(
        at,
        'repeats a repetition',
        lazy ? 'Remove the ?: whether a text matches does not depend on it.' : 'Put the first into a group: (…).',
      );
    }
    return { kind: 'repeat', part, ...bounds };
  }

  function quantifier(): { min: number; max: number } | undefined {
    const sign = source[at];
    if (sign === '*' || sign === '+' || sign === '?') {
      at++;
      return { min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Number.POSITIVE_INFINITY };
    }
    if (sign !== '{') return undefined;
    const [whole, least, comma, most] = /^\{(\d{1,4})(?:(,)(\d{0,4}))?\}/.exec(source.slice(at)) ?? [];
    if (whole === undefined) fail(at, 'has a { that begins no {2}, {2,} or {2,5}', 'Correct it, or write \\{.');
    const min = Number(least);
    const max = comma === undefined ? min : most === '' ? Number.POSITIVE_INFINITY : Number(most);
    if (max < min) fail(at, 'repeats at most fewer times than at least', 'Swap the two numbers.');
    if (max === 0) fail(at, 'repeats something no time', 'Remove it.');
    if (min > MOST_REPEATS || (max > MOST_REPEATS && max !== Number.POSITIVE_INFINITY)) {
      fail(at, `repeats something over ${MOST_REPEATS} times`, 'Write a smaller number, or leave the upper one out.');
    }
    at += whole.length;
    return { min, max };
  }

  function atom(): Syntax {
    const start = at;
    const sign = source[at++] as string;
    switch (sign) {
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '.':
        return { kind: 'one', ranges: LINE_ENDS, negated: true };
      case '(':
        return group(start);
      case '[':
        return bracket(start);
      case '\\':
        return escaped(start, false);
      case '*':
      case '+':
      case '?':
        return fail(
          start,
          `has a ${sign} with nothing before it to repeat`,
          `For any characters write .*; for the sign itself, \\${sign}.`,
        );
      case '{':
      case '}':
      case ']':
        return fail(start, `has a bare ${sign}`, `For the sign itself write \\${sign}.`);
      default:
        return one(sign);
    }
  }

  function group(start: number): Syntax {
    if (source[at] === '?') {
      if (source[at + 1] !== ':') {
        fail(
          start,
          'looks ahead or behind, names a group or sets a flag',
          'Use plain groups (…), and write other cases out: [Aa].',
        );
      }
      at += 2;
    }
    const inside = choice();
    if (source[at] !== ')') fail(start, 'opens a group that is not closed', 'Close it with ).');
    at++;
    return inside;
  }

  /** After a backslash. */
  function escaped(start: number, inBracket: boolean): Syntax & { kind: 'one' } {
    const sign = source[at++];
    const known = sign === undefined ? undefined : CLASSES[sign.toLowerCase()];
    if (sign !== undefined && known !== undefined) {
      return { kind: 'one', ranges: known, negated: sign !== sign.toLowerCase() };
    }
    if (sign === undefined) return fail(start, 'ends in a backslash', 'Write \\\\ for the backslash itself.');
    if (!'^$\\.*+?()[]{}|/'.includes(sign) && !(inBracket && sign === '-')) {
      const fix = /[1-9]/.test(sign)
        ? 'Write the part out: what a group matched cannot be referred to.'
        : 'Only \\d \\D \\w \\W \\s \\S and signs such as \\. or \\\\ can be escaped.';
      fail(start, `has \\${sign}`, fix);
    }
    return one(sign);
  }

  function bracket(start: number): Syntax {
    const negated = source[at] === '^';
    if (negated) at++;
    const ranges: (readonly [number, number])[] = [];
    const first = at;
    while (source[at] !== ']') {
      if (at >= source.length) fail(start, 'opens a [ that is not closed', 'Close it with ], or write \\[.');
      const from = member(first);
      const begin = at;
      if (source[at] !== '-' || source[at + 1] === ']') {
        ranges.push(...(from.negated ? complement(from.ranges) : from.ranges));
        continue;
      }
      at++;
      if (at >= source.length) fail(start, 'opens a [ that is not closed', 'Close it with ], or write \\[.');
      const to = member(first);
      if (from.literal === undefined || to.literal === undefined) {
        return fail(begin, 'has a range whose end is no single character', 'Write \\- for the dash itself.');
      }
      if (from.literal > to.literal) fail(begin, 'has a range that runs backwards', 'Swap its ends.');
      if (sortOf(from.literal) !== sortOf(to.literal)) {
        fail(
          begin,
          `has the range ${from.literal}-${to.literal}, which holds more than it shows`,
          'Write A-Z, a-z and 0-9 each.',
        );
      }
      ranges.push([code(from.literal), code(to.literal)]);
    }
    if (at === first) fail(start, 'has [] with nothing in it', 'List the characters.');
    at++;
    return { kind: 'one', ranges: merged(ranges), negated };
  }

  function member(first: number): Syntax & { kind: 'one' } {
    const start = at;
    const sign = source[at++] as string;
    if (sign === '\\') return escaped(start, true);
    if (sign === '[') fail(start, 'has a [ inside of [ ]', 'Write \\[ for the sign itself; there is no [:alpha:].');
    if (sign === '-' && start !== first && source[at] !== ']') {
      fail(start, 'has a dash that may be meant or not', 'Write \\- for the dash itself.');
    }
    return one(sign);
  }
}

/** `^a|b` is read as "begins with a, or holds b anywhere", which is rarely meant where a policy allows. */
function requireAlikeAnchors(syntax: Syntax): void {
  if (syntax.kind !== 'choice') return;
  for (const [kind, sign, place] of [
    ['start', '^', 0],
    ['end', '$', -1],
  ] as const) {
    const anchored = syntax.parts.filter((part) => outermost(part, place).kind === kind);
    if (anchored.length === 0 || anchored.length === syntax.parts.length) continue;
    const fix = kind === 'start' ? 'Write ^(a|b) for all of them' : 'Write (a|b)$ for all of them';
    throw new PatternFault(
      `The ${sign} of the pattern holds for some of its alternatives.`,
      `${fix}, or repeat it in each.`,
    );
  }
}

function outermost(syntax: Syntax, place: 0 | -1): Syntax {
  return syntax.kind === 'sequence' ? outermost(syntax.parts.at(place) as Syntax, place) : syntax;
}

function one(literal: string): Syntax & { kind: 'one' } {
  return { kind: 'one', ranges: [[code(literal), code(literal)]], negated: false, literal };
}

function code(character: string): number {
  return character.charCodeAt(0);
}

function sortOf(character: string): string {
  if (/[a-z]/.test(character)) return 'lower';
  if (/[A-Z]/.test(character)) return 'upper';
  return /\d/.test(character) ? 'digit' : 'sign';
}

const LAST = 0x10ffff;

function merged(ranges: readonly (readonly [number, number])[]): Ranges {
  const result: [number, number][] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

export function complement(ranges: Ranges): Ranges {
  const result: [number, number][] = [];
  let next = 0;
  for (const [from, to] of ranges) {
    if (from > next) result.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= LAST) result.push([next, LAST]);
  return result;
}

const LINE_ENDS: Ranges = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];

const CLASSES: Readonly<Record<string, Ranges | undefined>> = {
  d: [[0x30, 0x39]],
  w: [
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x5f, 0x5f],
    [0x61, 0x7a],
  ],
  s: [
    [0x09, 0x0d],
    [0x20, 0x20],
    [0xa0, 0xa0],
    [0x1680, 0x1680],
    [0x2000, 0x200a],
    [0x2028, 0x2029],
    [0x202f, 0x202f],
    [0x205f, 0x205f],
    [0x3000, 0x3000],
    [0xfeff, 0xfeff],
  ],
};
