/** Longest part of a caller's value that a sentence repeats, in code points. */
const LONGEST_ECHO = 60;

/** What a terminal or a log viewer would act on or hide: C0 (left by JSON.stringify: DEL), C1, line separators, bidi and zero-width. */
const UNSEEN = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** A caller's text as a sentence may show it: in quotes, at most 60 characters, everything invisible escaped. */
export function quote(text: string): string {
  return escapeUnseen(JSON.stringify(shorten(text, LONGEST_ECHO)));
}

/** One character of a caller's text, with the number that tells look-alikes apart: `"а" (U+0430)`. */
export function quoteCharacter(character: string): string {
  const number = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `${quote(character)} (U+${number})`;
}

/** Cuts after `longest` code points, and shows that it did. */
export function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const start = [...text.slice(0, 2 * longest)];
  return start.length <= longest && text.length <= 2 * longest ? text : `${start.slice(0, longest).join('')}…`;
}

function escapeUnseen(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
