/** Whom two principals of a policy both name. */
import { globMatches } from '../../policy/glob.ts';
import { type PrincipalPattern, parseArnPattern } from '../../policy/principal.ts';

/** `covered`: whoever `one` names, `other` names too. `shared`: some are named by both; `example` is one of them. */
export type Overlap =
  | { readonly kind: 'none' }
  | { readonly kind: 'covered' }
  | { readonly kind: 'shared'; readonly example: string };

const NONE: Overlap = { kind: 'none' };
const COVERED: Overlap = { kind: 'covered' };

/** Two claims may stand in one token, or never do: of tokens only equal ones are told apart from the rest. */
export function overlapOf(one: PrincipalPattern, other: PrincipalPattern): Overlap {
  if (typeof one === 'object' || typeof other === 'object') {
    return typeof one === 'object' &&
      typeof other === 'object' &&
      one.issuer === other.issuer &&
      one.claim === other.claim &&
      one.equals === other.equals
      ? COVERED
      : NONE;
  }
  const a = parseArnPattern(one);
  const b = parseArnPattern(other);
  if (a === undefined || b === undefined || a.partition !== b.partition || a.account !== b.account) return NONE;
  if (b.type === 'account') return COVERED;
  if (a.type === 'account') return { kind: 'shared', example: other };
  if (a.type !== b.type) return NONE;
  // A star stands for any text, so whatever matches all of its texts must match with a star of its own.
  if (globMatches(b.name, a.name.replaceAll('*', '\u0000'))) return COVERED;
  const name = commonText(a.name, b.name);
  if (name === undefined) return NONE;
  return { kind: 'shared', example: `arn:${a.partition}:iam::${a.account}:${a.type}/${name}` };
}

/** A short text that both globs match; undefined if there is none. Each pair of places is visited once. */
function commonText(a: string, b: string): string | undefined {
  const seen = new Set<number>();
  const ways: [i: number, j: number, text: string][] = [[0, 0, '']];
  for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
    const [i, j, text] = way;
    if (i === a.length && j === b.length) return text;
    const place = i * (b.length + 1) + j;
    if (seen.has(place)) continue;
    seen.add(place);
    const x = a[i];
    const y = b[j];
    if (x === '*' && y !== undefined && y !== '*' && y !== '/') ways.push([i, j + 1, text + y]);
    if (y === '*' && x !== undefined && x !== '*' && x !== '/') ways.push([i + 1, j, text + x]);
    if (x === '*') ways.push([i + 1, j, text]);
    if (y === '*') ways.push([i, j + 1, text]);
    if (x !== undefined && x !== '*' && x === y) ways.push([i + 1, j + 1, text + x]);
  }
  return undefined;
}
