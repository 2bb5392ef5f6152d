/** The one parser of dates that a function has reads what the SDK's other one reads. */
import * as theirs from '@smithy/core/serde';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as ours from '../../src/bundle/lambda-sdk/dates.ts';

const outcome = (read: (value: never) => unknown, value: unknown) => {
  try {
    return (read(value as never) as Date | undefined)?.toISOString();
  } catch {
    return 'refused';
  }
};

describe('as in JSON', () => {
  test.each([
    '2026-11-20T12:00:00Z',
    '2026-11-20T12:00:00.5Z',
    '2026-11-20T12:00:00.123456789Z',
    '2026-11-20T12:00:00.999Z',
    '2026-02-28T12:00:00+01:30',
    '2026-11-20T12:00:00-08:00',
    '2026-11-20',
    'yesterday',
    7,
    undefined,
  ])('%s', (value) => {
    const { parseRfc3339DateTimeWithOffset: read } = theirs;
    expect(outcome(ours.parseRfc3339DateTimeWithOffset, value)).toBe(outcome(read, value));
  });

  test('any moment, with offset and fraction, to the millisecond that is nearest or the one before', () => {
    const moment = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2999-12-31') });
    fc.assert(
      fc.property(moment, fc.constantFrom('Z', '+02:00', '-11:45'), fc.nat(999_999), (date, offset, fraction) => {
        const text = `${date.toISOString().slice(0, 19)}.${String(fraction).padStart(6, '0')}${offset}`;
        const expected = theirs.parseRfc3339DateTimeWithOffset(text)?.getTime() as number;
        expect(
          Math.abs((ours.parseRfc3339DateTimeWithOffset(text)?.getTime() as number) - expected),
        ).toBeLessThanOrEqual(1);
      }),
      { seed: 1 },
    );
  });
});

test.each([0, 1_795_640_752.149, '1795640752.5', 'soon', Number.NaN])('seconds: %s', (value) => {
  expect(outcome(ours.parseEpochTimestamp, value)).toBe(outcome(theirs.parseEpochTimestamp, value));
});

test.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994', 'Sunday'])(
  'as in HTTP: %s',
  (value) => {
    expect(outcome(ours.parseRfc7231DateTime, value)).toBe(outcome(theirs.parseRfc7231DateTime, value));
  },
);

test('written as in HTTP', () => {
  const date = new Date('2026-01-02T03:04:05.678Z');
  expect(ours.dateToUtcString(date)).toBe(theirs.dateToUtcString(date));
});
