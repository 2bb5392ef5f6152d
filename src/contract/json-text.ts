/**
 * What must be known of a JSON text before it is parsed. A parser keeps the last of two equal names and says nothing, so
 * what it reads can differ from what a reviewer read; and depth is cheap to send and dear to walk.
 */
import type { Fault } from '../problem.ts';
import { jsonPointer, LISTED_FAULTS, nameInWords } from './fault.ts';
import { findSyntaxError } from './json-syntax.ts';
import { quoteCharacter } from './quote.ts';

/** Far above the deepest valid request: a parameter of a function is at level six. */
export const MAX_DEPTH = 32;

/**
 * Objects, lists and what follows a comma, together: far above any action group, and few enough for a parser that looks at
 * each of them, as Middy's does where a body is not declared plainly. A megabyte of `0,0,0` would keep it busy for half a second.
 */
const MAX_PARTS = 20_000;

/** One open object or array. Frames are used again, so that a megabyte of `{}` makes no garbage. */
interface Frame {
  isObject: boolean;
  expectsName: boolean;
  /** The name or index of the member being read. */
  key: string | number;
  /** Made at the first name. */
  names: Set<string> | undefined;
  /** Made at the first repetition. */
  repeated: Set<string> | undefined;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Names given twice in one object (compared after unescaping), and those through which a prototype could be reached; nesting
 * beyond 32 levels, or more parts than any request has, which ends the search.
 *
 * Never throws, looks at no character more than a few times, and takes text that is no JSON at all: that the parser will say.
 */
export function scanJson(text: string): readonly Fault[] {
  const faults: Fault[] = [];
  const frames: Frame[] = [];
  let depth = 0;
  let parts = 0;
  let top: Frame | undefined;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    switch (code) {
      case QUOTE: {
        const end = endOfString(text, index);
        if (end === -1) return faults;
        if (top?.isObject && top.expectsName) {
          top.expectsName = false;
          const name = unescaped(text, index, end);
          top.key = name;
          const wordFault = faultOfName(frames, depth, name);
          if (wordFault !== undefined) {
            if (faults.length === LISTED_FAULTS) return [...faults, MORE];
            faults.push(wordFault(name, pathTo(frames, depth)));
          }
        }
        index = end;
        break;
      }
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (depth === MAX_DEPTH) return [...faults, tooDeep(pathTo(frames, depth))];
        if (++parts > MAX_PARTS) return [...faults, TOO_MANY_PARTS];
        top = open(frames, depth++, code === OPEN_BRACE);
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth = Math.max(0, depth - 1);
        top = depth > 0 ? frames[depth - 1] : undefined;
        break;
      case COMMA:
        if (++parts > MAX_PARTS) return [...faults, TOO_MANY_PARTS];
        if (top?.isObject) top.expectsName = true;
        else if (top) top.key = Number(top.key) + 1;
        break;
    }
  }
  return faults;
}

/**
 * Where a text stops being JSON, and how, in one sentence that repeats one character of it at most.
 *
 * @param error what the parser threw; it speaks only when the text is well-formed and something else was wrong with it
 */
export function describeSyntaxError(text: string, error: unknown): string {
  const found = findSyntaxError(text);
  if (found === undefined) {
    const kind = error instanceof Error ? ` (${error.name})` : '';
    return `The body is well-formed JSON that the parser does not accept${kind}.`;
  }
  const before = text.slice(0, found.index);
  const line = before.split(/\r\n|\r|\n/).length;
  const column = [...before.slice(Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1)].length + 1;
  const point = text.codePointAt(found.index);
  const instead = point === undefined ? 'the text ends' : `there is ${quoteCharacter(String.fromCodePoint(point))}`;
  return `The body is not valid JSON: at line ${line}, column ${column}, ${found.expected}, but ${instead}.`;
}

function open(frames: Frame[], depth: number, isObject: boolean): Frame {
  const frame = frames[depth] ?? { isObject, expectsName: isObject, key: 0, names: undefined, repeated: undefined };
  frame.isObject = isObject;
  frame.expectsName = isObject;
  frame.key = 0;
  frame.names = undefined;
  frame.repeated = undefined;
  frames[depth] = frame;
  return frame;
}

/**
 * The index of the quote that closes the string opened at `start`, or -1. It leaps from quote to quote, which a megabyte
 * of text in one value needs; no two quotes share the backslashes that are counted back from each.
 */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((end - before) % 2 === 1) return end;
  }
  return -1;
}

function unescaped(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  if (!raw.includes('\\')) return raw;
  try {
    return JSON.parse(text.slice(start, end + 1)) as string;
  } catch {
    return raw;
  }
}

/** What is wrong with the latest name of the innermost object, if anything is; of a name, each thing is said once. */
function faultOfName(frames: readonly Frame[], depth: number, name: string) {
  const frame = frames[depth - 1] as Frame;
  const isNew = !frame.names?.has(name);
  if (name === '__proto__' || (name === 'prototype' && frames[depth - 2]?.key === 'constructor')) {
    frame.names = (frame.names ?? new Set()).add(name);
    return isNew ? notAllowed : undefined;
  }
  return isNewlyRepeated(frame, name) ? repeated : undefined;
}

function isNewlyRepeated(frame: Frame, name: string): boolean {
  frame.names ??= new Set();
  const before = frame.names.size;
  if (frame.names.add(name).size > before) return false;
  frame.repeated ??= new Set();
  if (frame.repeated.has(name)) return false;
  frame.repeated.add(name);
  return true;
}

function pathTo(frames: readonly Frame[], depth: number): string {
  return jsonPointer(frames.slice(0, depth).map(({ key }) => key));
}

const MORE: Fault = {
  pointer: '',
  message: 'More names are at fault, and not listed.',
  fix: 'Mend what is listed, then send it again.',
};

function repeated(name: string, pointer: string): Fault {
  return {
    pointer,
    message: `${nameInWords(name)} is given more than once in the same object.`,
    fix: 'Keep one of them: parsers disagree about which one counts.',
  };
}

function notAllowed(name: string, pointer: string): Fault {
  return { pointer, message: `The member name ${nameInWords(name)} is not allowed.`, fix: 'Remove it.' };
}

const TOO_MANY_PARTS: Fault = {
  pointer: '',
  message: `The body has more than ${MAX_PARTS} members and items.`,
  fix: 'Send fewer. A large OpenAPI schema goes as text into apiSchema.payload, or into S3.',
};

function tooDeep(pointer: string): Fault {
  return {
    pointer,
    message: `The body is nested more than ${MAX_DEPTH} levels deep.`,
    fix: `Nest objects and lists at most ${MAX_DEPTH} levels deep.`,
  };
}
