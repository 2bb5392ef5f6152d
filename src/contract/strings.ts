/**
 * The constrained strings of the Bedrock Agents service model, under the model's own names for its shapes.
 * Lengths count Unicode code points; a pattern must match the whole string.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_CreateAgentActionGroup.html
 */
import * as v from 'valibot';
import { quote, quoteCharacter } from './quote.ts';
import { must, type Wording } from './worded.ts';

interface Form {
  /** Code points, where the model bounds them beside the pattern. */
  readonly min?: number;
  readonly max?: number;
  /** Anchored at both ends, and linear: no two ways to match the same text. */
  readonly pattern: RegExp;
  /** The characters that can occur at all; the first other one is named to the caller. */
  readonly alphabet: RegExp;
  readonly alphabetInWords: string;
  readonly fix: string;
  /** Never shown, not even one character of it. */
  readonly secret?: boolean;
  /** A better reason than "has not the form", when the characters are right. */
  readonly why?: (text: string) => string | undefined;
}

const LETTERS_AND_DIGITS = 'letters A-Z and a-z and digits';

/** Names of groups, functions and parameters. The model sets no length: the pattern allows 100 letters and digits. */
export const Name = formed({
  pattern: /^(?:[0-9a-zA-Z][_-]?){1,100}$/,
  alphabet: /[0-9a-zA-Z_-]/,
  alphabetInWords: `${LETTERS_AND_DIGITS}, "_" and "-"`,
  fix: 'Use 1 to 100 letters (A-Z, a-z) and digits, each followed by at most one "_" or "-".',
  why(name) {
    if (name === '') return 'is empty';
    if (/^[_-]/.test(name)) return `begins with "${name[0]}"`;
    const pair = /[_-]{2}/.exec(name)?.[0];
    if (pair !== undefined) return `has "${pair}", two separators in a row`;
    return `has ${name.replaceAll(/[_-]/g, '').length} letters and digits; at most 100 are allowed`;
  },
});

/** Ids of agents and action groups. */
export const Id = formed({
  pattern: /^[0-9a-zA-Z]{10}$/,
  alphabet: /[0-9a-zA-Z]/,
  alphabetInWords: LETTERS_AND_DIGITS,
  fix: 'Give the id: exactly 10 letters and digits.',
  why: (id) => `has length ${id.length}; an id has exactly 10 characters`,
});

/** Everything but the working draft is immutable. */
export const DraftVersion = v.picklist(['DRAFT']);

/** Versions that can be read. */
export const Version = formed({
  min: 1,
  max: 5,
  pattern: /^(?:DRAFT|[0-9]{0,4}[1-9][0-9]{0,4})$/,
  alphabet: /[0-9DRAFT]/,
  alphabetInWords: '"DRAFT" and digits',
  fix: 'Give "DRAFT", or the number of a version.',
});

export const ClientToken = formed({
  min: 33,
  max: 256,
  pattern: /^[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,256}$/,
  alphabet: /[a-zA-Z0-9-]/,
  alphabetInWords: `${LETTERS_AND_DIGITS} and "-"`,
  fix: 'Use 33 to 256 letters, digits and hyphens, with a letter or digit first and last: a UUID will do.',
  secret: true,
  why: (token) => (/^-|-$/.test(token) ? 'begins or ends with "-"' : undefined),
});

export const LambdaArn = formed({
  max: 2048,
  pattern:
    /^arn:(?:aws[a-zA-Z-]*)?:lambda:[a-z]{2}(?:-gov)?-[a-z]+-\d:\d{12}:function:[a-zA-Z0-9_.-]+(?::(?:\$LATEST|[a-zA-Z0-9_-]+))?$/,
  alphabet: /[a-zA-Z0-9:$_.-]/,
  alphabetInWords: `${LETTERS_AND_DIGITS} and ":", "$", "_", ".", "-"`,
  fix: 'Give the ARN of a Lambda function: arn:aws:lambda:<region>:<12-digit account>:function:<name>, and if you like :<version or alias>.',
});

export const S3BucketName = formed({
  min: 3,
  max: 63,
  pattern: /^[a-z0-9][.\-a-z0-9]{1,61}[a-z0-9]$/,
  alphabet: /[.\-a-z0-9]/,
  alphabetInWords: 'letters a-z, digits, "." and "-"',
  fix: 'Give the name of the bucket, without s3://: 3 to 63 letters (a-z), digits, "." and "-", with a letter or digit first and last.',
  why: (name) => (/^[.-]|[.-]$/.test(name) ? 'begins or ends with "." or "-"' : undefined),
});

export const S3ObjectKey = formed({
  min: 1,
  max: 1024,
  pattern: /^[.\-!*_'()a-zA-Z0-9][.\-!*_'()/a-zA-Z0-9]*$/,
  alphabet: /[.\-!*_'()/a-zA-Z0-9]/,
  alphabetInWords: `${LETTERS_AND_DIGITS} and - ! . * _ ' ( ) /`,
  fix: "Give the key of the object: letters, digits and - ! . * _ ' ( ) /, not beginning with a slash.",
  why: (key) => (key.startsWith('/') ? 'begins with "/"' : undefined),
});

/**
 * Free text of so many code points. Half of a surrogate pair is refused: no UTF-8 can carry it, so what Bedrock
 * stored would differ from what was asked for.
 */
export function text(min: number, max: number) {
  return v.pipe(v.string(), must(isUnicode), v.minCodePoints(min), v.maxCodePoints(max));
}

/** Text of any length. The model calls it sensitive: no sentence here repeats any of it. */
export const Payload = v.pipe(v.string(), must(isUnicode));

function isUnicode(value: string): Wording | undefined {
  if (value.isWellFormed()) return undefined;
  return {
    message: 'has half of a surrogate pair, which is not a Unicode character.',
    fix: 'Write the whole character, or remove it.',
  };
}

function formed(form: Form) {
  const { min = 0, max = Number.POSITIVE_INFINITY } = form;
  const hasForm = must((value: string) => refusal(value, form));
  return v.pipe(v.string(), hasForm, v.minCodePoints(min), v.maxCodePoints(max));
}

function refusal(value: string, form: Form): Wording | undefined {
  if (form.pattern.test(value)) return undefined;
  const why = strangeCharacter(value, form) ?? form.why?.(value);
  if (why !== undefined) return { message: `${why}.`, fix: form.fix };
  // Its length will be refused too, and says enough.
  if (value.length < (form.min ?? 0) || value.length > (form.max ?? value.length)) return undefined;
  const shown = form.secret ? '' : `is ${quote(value)}, which `;
  return { message: `${shown}does not have the required form.`, fix: form.fix };
}

function strangeCharacter(value: string, { alphabet, alphabetInWords, secret }: Form): string | undefined {
  let position = 0;
  for (const character of value) {
    position++;
    if (alphabet.test(character)) continue;
    const culprit = secret ? 'a character' : quoteCharacter(character);
    return `has ${culprit} at position ${position}; only ${alphabetInWords} are allowed`;
  }
  return undefined;
}
