/**
 * Twenty thousand hostile requests, the same ones each time. More, or others: `npm run hostile -- --seed N --cases M`;
 * one of them again, with the seed and number that a failure tells: `npm run hostile -- --seed N --case K`.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPERATIONS } from './operations.ts';
import { type Campaign, startCampaign } from './run.ts';

const SEED = 20_261_120;
const CASES = 20_000;
const AT_ONCE = 2_000;

let campaign: Campaign;
beforeAll(async () => {
  campaign = await startCampaign();
});
afterAll(() => campaign.close());

describe('never a 5xx, a call upstream for what is invalid, a valid request refused, a slow answer, or a secret told', () => {
  test.each(Array.from({ length: CASES / AT_ONCE }, (_, index) => index * AT_ONCE))(
    'cases from %i',
    async (first) => {
      const failures: string[] = [];
      for (let caseNumber = first; caseNumber < first + AT_ONCE; caseNumber++) {
        const failure = await campaign.run(SEED, caseNumber);
        if (failure !== undefined) failures.push(failure);
      }
      expect(failures.slice(0, 5).join('\n\n'), `${failures.length} failures`).toBe('');
    },
    120_000,
  );
});

describe('the campaign means something', () => {
  const ends = (operation: string, pattern: RegExp) =>
    [...campaign.tally]
      .filter(([what]) => what.startsWith(`${operation} `) && pattern.test(what))
      .reduce((sum, [, times]) => sum + times, 0);

  test.each(OPERATIONS.map(({ name }) => name))('%s: some requests are carried out, and many refused', (name) => {
    expect(ends(name, / valid 20[0-4]$/)).toBeGreaterThan(0);
    expect(ends(name, / invalid (?:4\d\d|closed)$/)).toBeGreaterThan(name === 'health' ? 10 : 50);
  });
});
