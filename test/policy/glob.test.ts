import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { globMatches } from '../../src/policy/glob.ts';

describe('a star', () => {
  test.each([
    ['stands for nothing at all', 'payments-*', 'payments-', true],
    ['stands for anything else', 'payments-*', 'payments-ci', true],
    ['needs what stands before it', 'payments-*', 'payment-ci', false],
    ['needs what stands after it', '*-ci', 'payments-cd', false],
    ['is not needed to match', 'payments', 'payments', true],
    ['does not begin anywhere', 'ay*', 'payments', false],
    ['does not let both ends share a letter', 'aba*ba', 'aba', false],
    ['may stand several times', 'a*b*c', 'axxbyybzzc', true],
    ['keeps the order', 'a*b*c', 'acb', false],
    ['never crosses a slash', 'user/*', 'user/contractors/eve', false],
    ['never crosses a colon', 'book*', 'book:7', false],
    ['matches beside a slash', 'contractors/*', 'contractors/eve', true],
    ['does not make a slash of a colon', '*/b', 'a:b', false],
    ['keeps the case', 'payments-*', 'Payments-ci', false],
    ['keeps look-alikes apart (Cyrillic а)', 'pay*', 'pаyments', false],
    ['does not expand expressions', 'a.c*', 'abc', false],
  ] as const)('%s', (_name, pattern, text, matches) => {
    expect(globMatches(pattern, text)).toBe(matches);
  });
});

test('it agrees with the plainest matcher there is', () => {
  const alphabet = fc.constantFrom('a', 'b', '/', ':', '*');
  const pattern = fc.array(alphabet, { maxLength: 10 }).map((units) => units.join(''));
  const text = fc.array(fc.constantFrom('a', 'b', '/', ':'), { maxLength: 12 }).map((units) => units.join(''));
  fc.assert(
    fc.property(pattern, text, (glob, candidate) => globMatches(glob, candidate) === naive(glob, candidate)),
    { seed: 20261120, numRuns: 5000 },
  );
});

test('it cannot be made to hang', () => {
  for (const pattern of ['*a'.repeat(5000), `${'*a'.repeat(5000)}b`, '*'.repeat(10_000)]) {
    globMatches(pattern, 'a'.repeat(10_000));
  }
});

/** Exponential, and obviously right. */
function naive(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern[0] !== '*') return pattern[0] === text[0] && naive(pattern.slice(1), text.slice(1));
  if (naive(pattern.slice(1), text)) return true;
  return text !== '' && text[0] !== '/' && text[0] !== ':' && naive(pattern, text.slice(1));
}
