/** When an exemption ends. */

/** An exemption that ends within this time warns whenever it is used. */
export const EXPIRES_SOON_MS = 14 * 24 * 60 * 60 * 1000;

/**
 * The last moment that a policy's `until` covers, in epoch milliseconds; undefined if it is none.
 *
 * A bare date covers that day to its end in UTC. A time names its zone: one that meant the writer's own would end at
 * another hour for each reader. Dates that do not exist (30 February) are refused; `Date.parse` would shift them.
 */
export function parseInstant(until: string): number | undefined {
  const [, date, time, fraction = '', zone = 'Z'] = INSTANT.exec(until) ?? [];
  if (date === undefined) return undefined;
  const day = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== date) return undefined;
  if (time === undefined) return day + 24 * 60 * 60 * 1000 - 1;
  const instant = Date.parse(`${date}T${time}${fraction}${zone}`);
  return Number.isNaN(instant) ? undefined : instant;
}

const INSTANT =
  /^(\d{4}-\d{2}-\d{2})(?:T((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(\.\d{1,3})?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d))?$/;
