import { expect, test } from 'vitest';
import { nearest } from '../../src/policy/nearest.ts';

test.each([
  ['the text itself', 'allow', ['allow'], 'allow'],
  ['case does not count', 'ALLOW', ['deny', 'allow'], 'allow'],
  ['one letter of a short text', 's2', ['s3'], 's3'],
  ['two letters of a short text are too many', 'team', ['warm'], undefined],
  ['two letters of a longer one', 'pttrn', ['pattern'], 'pattern'],
  ['a swap of neighbours is one slip', 'wran', ['warn'], 'warn'],
  ['a third of the letters', 'paymnet_x', ['payments-'], 'payments-'],
  ['more than a third of the letters', 'paimnet_x', ['payments-'], undefined],
  ['a third of the shorter text, so a beginning is not near', 'payments', ['pay'], undefined],
  ['the nearest of several', 'payment', ['payees', 'payments', 'payers'], 'payments'],
  ['the first of two that are as near', 'bat', ['cat', 'rat'], 'cat'],
  ['as long as a name may be', 'a'.repeat(100), ['a'.repeat(99)], 'a'.repeat(99)],
  ['longer than any name', 'a'.repeat(101), ['a'.repeat(100)], undefined],
  ['nothing to choose from', 'allow', [], undefined],
] as const)('%s', (_name, text, candidates, meant) => {
  expect(nearest(text, candidates)).toBe(meant);
});
