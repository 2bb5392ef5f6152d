import { isDeepStrictEqual } from 'node:util';

/** Whether two settings mean the same to every rule: the order of a list means nothing. */
export function sameSettings(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(unordered(one), unordered(other));
}

function unordered(value: unknown): unknown {
  if (Array.isArray(value)) return new Set(value.map(unordered));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, unordered(member)]));
}
