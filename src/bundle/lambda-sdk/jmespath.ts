/**
 * In place of JMESPath, for Powertools Idempotency: the paths it is given here are the name of a member, or `@`, and the
 * language takes 23 KiB.
 */
export function search(path: string, data: unknown): unknown {
  if (path === '@') return data;
  if (!/^[A-Za-z_]\w*$/.test(path)) throw new TypeError(`Not the name of a member: ${path}`);
  const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
  return isObject && Object.hasOwn(data, path) ? ((data as Record<string, unknown>)[path] ?? null) : null;
}

/** Functions of the language, of which a name calls none. */
export class PowertoolsFunctions {}
