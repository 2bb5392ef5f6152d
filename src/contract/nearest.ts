/** Beyond this length nothing is taken for a slip of the hand, so a hostile name costs nothing. */
const LONGEST_SLIP = 48;

/**
 * The name that was probably meant, or `undefined` when none is near: a third of the letters may be wrong, swapped,
 * missing or too many; upper and lower case do not count.
 */
export function nearest(given: string, names: readonly string[]): string | undefined {
  if (given.length > LONGEST_SLIP) return undefined;
  const from = given.toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const allowed = Math.max(1, Math.floor(Math.min(given.length, name.length) / 3));
    if (Math.abs(given.length - name.length) > allowed) continue;
    const distance = slips(from, name.toLowerCase());
    if (distance <= allowed && distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours. */
function slips(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1;
      let distance = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + same);
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        distance = Math.min(distance, beforeLast[column - 2]! + 1);
      }
      current.push(distance);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length]!;
}
