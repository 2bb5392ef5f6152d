/** A pattern as a rule's setting: checked against what it is meant to match, and told in words. */
import { nearest } from './nearest.ts';
import { compilePattern, PatternFault, pattern } from './pattern.ts';
import type { Ranges, Syntax } from './pattern-syntax.ts';
import { faultText, quote, type Schema, textThat } from './schema.ts';

/** What a pattern will be held against. */
export interface Subject {
  /** In the plural: "names of action groups". */
  readonly of: string;
  readonly alphabet: Ranges;
  readonly longest: number;
}

const LETTERS_AND_DIGITS: Ranges = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x61, 0x7a],
];

/** Of groups and functions: up to 100 letters and digits, each with a `_` or `-` after it. */
export const names = (of: string): Subject => ({
  of,
  alphabet: [...LETTERS_AND_DIGITS, [0x2d, 0x2d], [0x5f, 0x5f]],
  longest: 200,
});

export const S3_KEYS: Subject = {
  of: 'keys of S3 objects',
  alphabet: [
    ...LETTERS_AND_DIGITS,
    ...[..."!-_*'()./"].map((sign) => [sign.charCodeAt(0), sign.charCodeAt(0)] as const),
  ],
  longest: 1024,
};

/** Refuses what is no pattern, and what nothing can match. */
export function patternFor({ of, alphabet, longest }: Subject): Schema<string> {
  return textThat((source) => {
    try {
      if (compilePattern(source).shortest(alphabet) <= longest) return undefined;
      const fix = `Correct the pattern: they hold ${inWords(alphabet)}.`;
      return faultText(`None of the ${of} can match ${quote(source)}.`, fix);
    } catch (error) {
      if (error instanceof PatternFault) return faultText(error.message, error.fix);
      throw error;
    }
  });
}

function inWords(alphabet: Ranges): string {
  const signs = alphabet.filter(([from, to]) => from === to).map(([from]) => String.fromCharCode(from));
  return `letters, digits and ${signs.join(' ')}`;
}

/** "begins with payments-", where the pattern is as plain as that; else the pattern itself. To stand after a subject. */
export function patternInWords(source: string): string {
  const parts = partsOf(pattern(source).syntax);
  const start = parts[0]?.kind === 'start';
  const end = parts.length > 1 && parts.at(-1)?.kind === 'end';
  const literal = literalOf(parts.slice(start ? 1 : 0, end ? -1 : undefined));
  if (literal === undefined || literal === '') return `matches the pattern ${source}`;
  if (start && end) return `is ${literal}`;
  if (start) return `begins with ${literal}`;
  return end ? `ends with ${literal}` : `contains ${literal}`;
}

/** What the writer may have meant: the same text in other case, with dashes, or with what the pattern begins with. */
export function nearestMatch(source: string, text: string): string | undefined {
  if (text.length > 200 || !/^[\x20-\x7e]+$/.test(text)) return undefined;
  const parts = partsOf(pattern(source).syntax);
  const rest = parts.slice(1);
  const stop = rest.findIndex((part) => literalOf([part]) === undefined);
  const start = parts[0]?.kind === 'start' ? (literalOf(stop < 0 ? rest : rest.slice(0, stop)) ?? '') : '';
  const dashed = text.trim().replaceAll(/[ _]+/g, '-');
  const spellings = [text.toLowerCase(), dashed, dashed.toLowerCase(), text.toUpperCase()];
  const heads = [...spellings, text].map((spelling) => {
    const head = start === '' ? -1 : spelling.indexOf(start.at(-1) as string);
    const meant = head < 0 ? undefined : nearest(spelling.slice(0, head + 1), [start]);
    return meant === undefined ? start + spelling : start + spelling.slice(head + 1);
  });
  const { matches } = pattern(source);
  return [...spellings, ...heads].find((candidate) => candidate !== text && matches(candidate));
}

function partsOf(syntax: Syntax): readonly Syntax[] {
  return syntax.kind === 'sequence' ? syntax.parts.flatMap(partsOf) : [syntax];
}

function literalOf(parts: readonly Syntax[]): string | undefined {
  let literal = '';
  for (const part of parts) {
    if (part.kind !== 'one' || part.literal === undefined) return undefined;
    literal += part.literal;
  }
  return literal;
}
