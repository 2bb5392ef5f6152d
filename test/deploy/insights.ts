/** As much of CloudWatch Logs Insights as saved queries of this service use: which records a query takes, and which fields it names. */

type Event = Readonly<Record<string, unknown>>;

/** The value at a path such as `unmapped.outcome.code`; Logs Insights has an array's members under their index. */
export function at(event: Event, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Event | undefined)?.[key], event);
}

/** @throws where a query uses what is not known here. */
export function selected<E extends Event>(
  commands: readonly string[],
  events: readonly E[],
  given: Readonly<Record<string, string>> = {},
): E[] {
  const filters = commands.filter((command) => command.startsWith('filter '));
  const beforeStats = filters.filter((command) => commands.indexOf(command) < statsAt(commands));
  return events.filter((event) =>
    beforeStats.every((command) =>
      command
        .slice('filter '.length)
        .replaceAll(/\{\{(\w+)\}\}/g, (_, name) => given[name] ?? '')
        .split(' and ')
        .every((condition) => holds(condition, event)),
    ),
  );
}

/** Every field of a record that a query names; not those it makes, nor CloudWatch's own (`@…`). */
export function fieldsOf(commands: readonly string[]): string[] {
  const made = new Set(commands.flatMap((command) => [...command.matchAll(/ as (\w+)/g)].map(([, name]) => name!)));
  const words = commands
    .filter((command) => /^(filter|fields|stats|sort) /.test(command))
    .flatMap((command) => command.replaceAll(/"[^"]*"/g, '').match(/@?[a-zA-Z_][\w.]*(?!\w*\()/g) ?? []);
  return [...new Set(words)].filter((word) => !made.has(word) && !KEYWORDS.has(word) && !word.startsWith('@'));
}

const KEYWORDS = new Set(['filter', 'fields', 'stats', 'sort', 'by', 'as', 'and', 'in', 'asc', 'desc']);

function statsAt(commands: readonly string[]): number {
  const index = commands.findIndex((command) => command.startsWith('stats '));
  return index === -1 ? commands.length : index;
}

function holds(condition: string, event: Event): boolean {
  const equals = /^([\w.]+) = ("[^"]*"|\d+)$/.exec(condition);
  if (equals) return at(event, equals[1]!) === JSON.parse(equals[2]!);
  const among = /^([\w.]+) in (\[.*\])$/.exec(condition);
  if (among) return JSON.parse(among[2]!).includes(at(event, among[1]!));
  const present = /^ispresent\(([\w.]+)\)$/.exec(condition);
  if (present) return at(event, present[1]!) !== undefined;
  const contains = /^strcontains\(([\w.]+), "([^"]*)"\) = 1$/.exec(condition);
  if (contains) return String(at(event, contains[1]!)).includes(contains[2]!);
  throw new Error(`not known here: ${condition}`);
}
