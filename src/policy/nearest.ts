/** Beyond this length nothing is taken for a slip of the hand, so a hostile text costs nothing. */
const LONGEST = 100;

/**
 * The candidate that was probably meant, or `undefined` when none is near: a third of the letters may be wrong,
 * swapped, missing or too many, and always one; of five letters, two. Upper and lower case do not count, since a wrong case is the commonest slip.
 */
export function nearest(text: string, candidates: Iterable<string>): string | undefined {
  if (text.length > LONGEST) return undefined;
  const from = text.toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const shorter = Math.min(text.length, candidate.length);
    const allowed = Math.max(shorter < 5 ? 1 : 2, Math.floor(shorter / 3));
    // Each letter too many is a slip of its own, so most candidates need no closer look.
    if (Math.abs(text.length - candidate.length) > allowed) continue;
    const distance = slips(from, candidate.toLowerCase());
    if (distance <= allowed && distance < bestDistance) {
      best = candidate;
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
