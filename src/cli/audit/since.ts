import { parseInstant } from '../../policy/expiry.ts';
import { CommandError } from '../command.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * A point in the past, in epoch milliseconds: so long ago, a date in UTC, or a time with its zone.
 *
 * @param edge which end of its day a bare date means
 * @throws {CommandError} that says what is accepted.
 */
export function readPast(option: string, text: string, nowEpochMs: number, edge: 'start' | 'end'): number {
  const [, count, unit] = /^(\d{1,5})([smhdw])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return nowEpochMs - Number(count) * (UNIT_MS[unit] as number);
  const instant = parseInstant(edge === 'start' && /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (instant === undefined || (edge === 'start' && instant > nowEpochMs)) {
    const what = instant === undefined ? 'is no point in time' : 'lies in the future';
    throw new CommandError(
      `${option} ${text} ${what}. Write how long ago (90s, 15m, 2h, 7d, 4w), a date (2026-11-01, in UTC), ` +
        'or a time with its zone (2026-11-01T17:00:00Z).',
      2,
    );
  }
  return instant;
}
