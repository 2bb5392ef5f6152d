/**
 * Whether a text matches a pattern, in steps that never exceed the product of their sizes.
 *
 * A pattern becomes a small program; all the ways through it are followed at once, one character at a time, and each place
 * of the program is visited at most once a character (Thompson 1968; Pike). Nothing is ever tried again, so a pattern such
 * as `(a+)+$` costs what it looks like, where JavaScript's own matcher would double its work with every character.
 */
import { PatternFault, parsePattern, type Ranges, type Syntax } from './syntax.ts';

export { PatternFault } from './syntax.ts';

export interface Pattern {
  readonly source: string;
  readonly syntax: Syntax;
  /** Places of its program. */
  readonly size: number;
  /** As `RegExp.prototype.test`: anywhere in the text, unless `^` and `$` say otherwise. */
  matches(text: string, count?: StepCount): boolean;
  readonly program: readonly Instruction[];
}

/** Filled in for tests: visits of a place of the program. */
export interface StepCount {
  steps: number;
}

export interface PatternOptions {
  /** ASCII letters match in either case. */
  readonly ignoreCase?: boolean;
}

const LARGEST = 4000;

/** @throws {PatternFault} if the text is not of the subset, or would become a program of more than 4,000 places. */
export function compilePattern(source: string, { ignoreCase = false }: PatternOptions = {}): Pattern {
  const syntax = parsePattern(source);
  const size = sizeOf(syntax) + 1;
  if (size > LARGEST) {
    throw new PatternFault('The pattern repeats too much.', 'Use smaller numbers in { }, and do not nest them.');
  }
  const program: Instruction[] = [];
  emit(syntax, program);
  program.push({ do: 'match' });
  return {
    source,
    syntax,
    size,
    matches: matcher(program, ignoreCase),
    program,
  };
}

/** The pattern of checked settings, compiled once. It is a pure function of its arguments, so remembering it changes nothing. */
export function pattern(source: string, options: PatternOptions = {}): Pattern {
  const known = options.ignoreCase ? compiled.ignoringCase : compiled.exact;
  let found = known.get(source);
  if (found === undefined) {
    found = compilePattern(source, options);
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(source, found);
  }
  return found;
}

const MOST_REMEMBERED = 2000;
const compiled = { exact: new Map<string, Pattern>(), ignoringCase: new Map<string, Pattern>() };

export type Instruction =
  | { readonly do: 'one'; readonly ranges: Ranges; readonly negated: boolean }
  | { readonly do: 'start' | 'end' | 'match' }
  | { readonly do: 'split'; a: number; b: number }
  | { readonly do: 'jump'; a: number };

/** Counted before anything is expanded: `((x{1000}){1000}){1000}` would not fit into memory. */
function sizeOf(syntax: Syntax): number {
  switch (syntax.kind) {
    case 'sequence':
      return syntax.parts.reduce((sum, part) => sum + sizeOf(part), 0);
    case 'choice':
      return syntax.parts.reduce((sum, part) => sum + sizeOf(part) + 2, 0);
    case 'repeat': {
      const { min, max } = syntax;
      const once = sizeOf(syntax.part);
      return max === Number.POSITIVE_INFINITY ? min * once + once + 2 : min * once + (max - min) * (once + 1);
    }
    default:
      return 1;
  }
}

function emit(syntax: Syntax, program: Instruction[]): void {
  switch (syntax.kind) {
    case 'one':
      program.push({ do: 'one', ranges: syntax.ranges, negated: syntax.negated });
      return;
    case 'sequence':
      for (const part of syntax.parts) emit(part, program);
      return;
    case 'choice': {
      const ends: { a: number }[] = [];
      for (const part of syntax.parts.slice(0, -1)) {
        const split = push(program, { do: 'split', a: program.length + 1, b: 0 });
        emit(part, program);
        ends.push(push(program, { do: 'jump', a: 0 }));
        split.b = program.length;
      }
      emit(syntax.parts.at(-1) as Syntax, program);
      for (const end of ends) end.a = program.length;
      return;
    }
    case 'repeat': {
      const { part, min, max } = syntax;
      for (let time = 0; time < min; time++) emit(part, program);
      if (max === Number.POSITIVE_INFINITY) {
        const start = program.length;
        const split = push(program, { do: 'split', a: start + 1, b: 0 });
        emit(part, program);
        program.push({ do: 'jump', a: start });
        split.b = program.length;
        return;
      }
      const splits: { b: number }[] = [];
      for (let time = min; time < max; time++) {
        splits.push(push(program, { do: 'split', a: program.length + 1, b: 0 }));
        emit(part, program);
      }
      for (const split of splits) split.b = program.length;
      return;
    }
    default:
      program.push({ do: syntax.kind });
  }
}

function push<I extends Instruction>(program: Instruction[], instruction: I): I {
  program.push(instruction);
  return instruction;
}

function matcher(program: readonly Instruction[], ignoreCase: boolean) {
  const anchored = program[0]?.do === 'start';
  return (text: string, count?: StepCount): boolean => {
    const visited = new Int32Array(program.length).fill(-1);
    const pending: number[] = [];
    let current: number[] = [];
    let steps = 0;
    let matched = false;

    /** Adds the places that can be reached from this one before the next character. */
    const reach = (from: number, position: number, into: number[]): void => {
      pending.push(from);
      while (pending.length > 0) {
        const at = pending.pop() as number;
        if (visited[at] === position) continue;
        visited[at] = position;
        steps++;
        const instruction = program[at] as Instruction;
        switch (instruction.do) {
          case 'one':
            into.push(at);
            break;
          case 'match':
            matched = true;
            break;
          case 'start':
            if (position === 0) pending.push(at + 1);
            break;
          case 'end':
            if (position === text.length) pending.push(at + 1);
            break;
          case 'jump':
            pending.push(instruction.a);
            break;
          case 'split':
            pending.push(instruction.b, instruction.a);
            break;
        }
      }
    };

    let position = 0;
    reach(0, 0, current);
    while (!matched && position < text.length && !(anchored && current.length === 0)) {
      const character = text.codePointAt(position) as number;
      position += character > 0xffff ? 2 : 1;
      const next: number[] = [];
      for (const at of current) {
        steps++;
        if (holds(program[at] as Instruction & { do: 'one' }, character, ignoreCase)) reach(at + 1, position, next);
      }
      if (!anchored) reach(0, position, next);
      current = next;
    }
    if (count !== undefined) count.steps = steps;
    return matched;
  };
}

function holds(
  { ranges, negated }: { ranges: Ranges; negated: boolean },
  character: number,
  ignoreCase: boolean,
): boolean {
  const inside = within(ranges, character) || (ignoreCase && within(ranges, otherCase(character)));
  return inside !== negated;
}

function within(ranges: Ranges, character: number): boolean {
  for (const [from, to] of ranges) if (character <= to) return character >= from;
  return false;
}

function otherCase(character: number): number {
  const letter = character | 0x20;
  return letter >= 0x61 && letter <= 0x7a ? character ^ 0x20 : character;
}
