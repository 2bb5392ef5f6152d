/** A pattern as a rule's setting: what it may match, and the check that something can. */
import { faultText, type Schema, textThat } from '../document/schema.ts';
import { quote } from '../quote.ts';
import { shortestMatch } from './length.ts';
import { compilePattern, PatternFault } from './pattern.ts';
import type { Ranges } from './syntax.ts';

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
      if (shortestMatch(compilePattern(source), alphabet) <= longest) return undefined;
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
