/** One request's input: labels, query and body gathered where the model says each member travels, then validated. */
import { unreadable } from './failure.ts';
import { OPERATIONS, type Route, SHAPES } from './model.ts';
import { read, requireNone } from './validate.ts';

/** Members of an input after validation; which of them are present and of which type is the model's business. */
export type Input = Readonly<Record<string, unknown>>;

/** @throws {AwsFailure} SerializationException or ValidationException. */
export function inputOf({ operation, labels }: Route, query: URLSearchParams, body: Buffer): Input {
  const shapeName = OPERATIONS[operation].input;
  const members = Object.entries(SHAPES[shapeName]!.members ?? {});
  const hasBody = members.some(([, member]) => member.location === undefined);
  const gathered: Record<string, unknown> = { ...(hasBody ? parse(body) : {}) };
  for (const [name, { location }] of members) {
    if (location === 'uri') gathered[name] = decode(labels[name]!);
    if (location === 'querystring') gathered[name] = flag(query.get(name), name);
  }
  const { value, violations } = read(SHAPES, shapeName, gathered);
  requireNone(violations);
  return value as Input;
}

function parse(body: Buffer): object {
  if (body.length === 0) return {};
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    throw unreadable('The body is not JSON.');
  }
  if (json === null || typeof json !== 'object' || Array.isArray(json))
    throw unreadable('The body is not a JSON object.');
  return json;
}

function decode(label: string): string {
  try {
    return decodeURIComponent(label);
  } catch {
    throw unreadable('The path is not percent-encoded UTF-8.');
  }
}

/** The only member in a query string is a boolean. */
function flag(text: string | null, name: string): boolean | undefined {
  if (text === null) return undefined;
  if (text !== 'true' && text !== 'false') throw unreadable(`${text} is not a boolean at '${name}'`);
  return text === 'true';
}
