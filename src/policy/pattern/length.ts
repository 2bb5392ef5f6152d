/** How long a text must be to match a pattern: so a policy cannot ask for what no name has room for. */
import type { Instruction, Pattern } from './pattern.ts';
import { complement, type Ranges } from './syntax.ts';

/**
 * Characters of the shortest text over the alphabet that matches; infinite if there is none.
 *
 * Breadth first, by the number of characters. A way through the program also remembers whether a character has been read,
 * after which no `^` holds, and whether a `$` was passed, after which no character may follow.
 */
export function shortestMatch({ program }: Pattern, alphabet: Ranges): number {
  const possible = program.map(
    (one) => one.do === 'one' && overlap(one.negated ? complement(one.ranges) : one.ranges, alphabet),
  );
  const seen = new Uint8Array(program.length * 4);
  const READ = 1;
  const ENDED = 2;
  // What is not anchored may begin after other characters, and those need not be many: one has the effect of all.
  let level: [at: number, state: number][] = [[0, 0]];
  for (let length = 0; level.length > 0; length++) {
    const next: [number, number][] = [];
    if (length === 0) next.push([0, READ]);
    for (let way = level.pop(); way !== undefined; way = level.pop()) {
      const [at, state] = way;
      if (seen[at * 4 + state]) continue;
      seen[at * 4 + state] = 1;
      const instruction = program[at] as Instruction;
      switch (instruction.do) {
        case 'match':
          return length;
        case 'one':
          if (possible[at] && !(state & ENDED)) next.push([at + 1, READ]);
          break;
        case 'start':
          if (!(state & READ)) level.push([at + 1, state]);
          break;
        case 'end':
          level.push([at + 1, state | ENDED]);
          break;
        case 'jump':
          level.push([instruction.a, state]);
          break;
        case 'split':
          level.push([instruction.b, state], [instruction.a, state]);
          break;
      }
    }
    level = next;
  }
  return Number.POSITIVE_INFINITY;
}

function overlap(one: Ranges, other: Ranges): boolean {
  return one.some(([from, to]) => other.some(([begin, end]) => from <= end && begin <= to));
}
