/** How many characters of a description somebody can read: blanks in a row count once, around it or unseen not at all. */
export function visibleLength(description: string): number {
  if (PLAIN.test(description)) return description.length;
  return [...description.replaceAll(UNSEEN, ' ').trim()].length;
}

/** Words with one blank between them, as most descriptions are. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

/** The last is Braille's blank, which is neither a space nor ignorable. */
const UNSEEN = /[\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]+/gu;
