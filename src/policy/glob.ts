/**
 * Whether a text matches a pattern in which `*` stands for any run of characters, none included, but `/` and `:`.
 *
 * It cannot be made to hang: between two stars the leftmost occurrence is always the right one, so nothing is ever tried
 * twice, and the cost never exceeds the product of the two lengths (an expression such as `(a*)*b` would double with
 * every character). Comparison is by UTF-16 unit: case matters, and look-alike letters are other letters.
 */
export function globMatches(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === text;
  // Most patterns that a caller is held against are another team's, and end here.
  if (!text.startsWith(pattern.slice(0, star))) return false;
  const patternFields = pattern.split(SEPARATORS);
  const textFields = text.split(SEPARATORS);
  // A star never matches a separator, so both sides have the same separators in the same places.
  return (
    patternFields.length === textFields.length &&
    patternFields.every((field, index) => fieldMatches(field, textFields[index] as string))
  );
}

/** The group keeps the separators in the result: `a/b` and `a:b` differ. */
const SEPARATORS = /([/:])/;

function fieldMatches(pattern: string, text: string): boolean {
  const pieces = pattern.split('*');
  if (pieces.length === 1) return pattern === text;
  const first = pieces[0] as string;
  const last = pieces[pieces.length - 1] as string;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return at <= end;
}
