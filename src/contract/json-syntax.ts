/**
 * Finds where a text stops being JSON (RFC 8259). The engine's own message either repeats the text or gives no position,
 * so this second reading is made of texts that the parser has refused, and of no others.
 */

export interface SyntaxFault {
  /** UTF-16 offset of the first character that cannot be; the length of the text when it ends too soon. */
  readonly index: number;
  /** What should be there: "a value is expected". */
  readonly expected: string;
}

type Step = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'after value';

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

export function findSyntaxError(text: string): SyntaxFault | undefined {
  const closers: ('}' | ']')[] = [];
  let step: Step = 'value';
  let index = 0;
  for (;;) {
    index = matchEnd(SPACE, text, index);
    const character = text[index];
    const closer = closers.at(-1);
    switch (step) {
      case 'value or ]':
      case 'value': {
        if (step === 'value or ]' && character === ']') {
          closers.pop();
          step = 'after value';
          index++;
        } else if (character === '{' || character === '[') {
          closers.push(character === '{' ? '}' : ']');
          step = character === '{' ? 'name or }' : 'value or ]';
          index++;
        } else if (character === '"') {
          const end = stringEnd(text, index);
          if (typeof end !== 'number') return end;
          index = end;
          step = 'after value';
        } else {
          const end = Math.max(matchEnd(NUMBER, text, index), matchEnd(WORD, text, index));
          if (end === index) return { index: misspelt(text, index), expected: valueExpected(text, index) };
          index = end;
          step = 'after value';
        }
        break;
      }
      case 'name or }':
      case 'name': {
        if (step === 'name or }' && character === '}') {
          closers.pop();
          step = 'after value';
          index++;
          break;
        }
        if (character !== '"') return { index, expected: 'a member name in double quotes is expected' };
        const end = stringEnd(text, index);
        if (typeof end !== 'number') return end;
        index = end;
        step = 'colon';
        break;
      }
      case 'colon':
        if (character !== ':') return { index, expected: 'a ":" is expected' };
        index++;
        step = 'value';
        break;
      case 'after value':
        if (closer === undefined) {
          return index === text.length ? undefined : { index, expected: 'the end of the text is expected' };
        }
        if (character === closer) closers.pop();
        else if (character === ',') step = closer === '}' ? 'name' : 'value';
        else return { index, expected: `"," or "${closer}" is expected` };
        index++;
        break;
    }
  }
}

/** A number or word that began well is faulty where it goes wrong: after `-`, say. */
function misspelt(text: string, index: number): number {
  return text[index] === '-' ? index + 1 : index;
}

function valueExpected(text: string, index: number): string {
  if (text.charCodeAt(index) === 0xfeff) return 'a value is expected, without a byte order mark';
  return text[index] === '-' ? 'a digit is expected' : 'a value is expected';
}

/** The index after the closing quote, or what is wrong inside. */
function stringEnd(text: string, start: number): number | SyntaxFault {
  let index = start + 1;
  for (;;) {
    const code = text.charCodeAt(index);
    if (Number.isNaN(code)) return { index, expected: 'a closing quote is expected' };
    if (code === 0x22) return index + 1;
    if (code < 0x20) return { index, expected: 'control characters in a string must be escaped' };
    if (code === 0x5c) {
      const end = matchEnd(ESCAPE, text, index);
      if (end === index) return { index, expected: 'a backslash must begin a valid escape sequence' };
      index = end;
    } else {
      index++;
    }
  }
}

/** Where the sticky pattern's match from `index` ends; `index` itself when there is none. */
function matchEnd(pattern: RegExp, text: string, index: number): number {
  pattern.lastIndex = index;
  return pattern.test(text) ? pattern.lastIndex : index;
}
