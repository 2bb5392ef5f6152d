/**
 * Text of callers, safe for a terminal.
 *
 * Names and user agents come from whoever called. A terminal obeys control characters (it can be made to hide, overwrite or
 * retype lines), and direction marks show a line in another order than it has. What is not plainly visible is shown as its
 * code instead.
 */

/** Controls, format characters (direction marks, zero widths), lone surrogates, private and unassigned, line separators. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/** @param maxLength in characters; what is longer ends in `…` */
export function printable(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.replace(UNSAFE, (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`);
}

/** JSON in ASCII alone: `JSON.stringify` leaves the controls above U+007F, and direction marks, as they are. */
export function asciiJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
