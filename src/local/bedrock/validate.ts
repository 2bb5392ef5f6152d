/**
 * Reads a JSON value as a shape of the service model, and finds every constraint it breaks.
 *
 * The wording is that of AWS's older (Coral) services, which Bedrock's control plane uses: "1 validation error detected: Value
 * at 'functionSchema.functions.1.member.name' failed to satisfy constraint: Member must satisfy …". List positions count
 * from 1. As there, a null is an absent member, and a member that the model does not know is dropped in silence.
 */
import { invalid, unreadable } from './failure.ts';
import type { Shape, Shapes } from './model.ts';

export interface Violation {
  readonly path: string;
  readonly constraint: string;
}

export interface Reading {
  /** The value without unknown members and nulls. */
  readonly value: unknown;
  readonly violations: readonly Violation[];
}

/** @throws {AwsFailure} SerializationException, when a value has another JSON type than its shape. */
export function read(shapes: Shapes, shapeName: string, json: unknown): Reading {
  const violations: Violation[] = [];

  function visit(name: string, json: unknown, path: string): unknown {
    const shape = shapes[name]!;
    requireType(shape, json, path);
    for (const constraint of broken(shape, json)) violations.push({ path, constraint });
    if (shape.type === 'structure') return visitStructure(shape, json as Record<string, unknown>, path);
    if (shape.type === 'list') {
      return (json as unknown[]).map((item, index) => visit(shape.member!, item, `${path}.${index + 1}.member`));
    }
    if (shape.type === 'map') return visitMap(shape, json as Record<string, unknown>, path);
    return json;
  }

  function visitStructure(shape: Shape, json: Record<string, unknown>, path: string): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(shape.members ?? {})) {
      const memberPath = path === '' ? name : `${path}.${name}`;
      const given = Object.hasOwn(json, name) ? (json[name] ?? undefined) : undefined;
      if (given !== undefined) value[name] = visit(member.shape, given, memberPath);
      else if (shape.required?.includes(name)) {
        violations.push({ path: memberPath, constraint: 'Member must not be null' });
      }
    }
    if (shape.union && Object.keys(value).length !== 1) {
      violations.push({
        path,
        constraint: `Member must have exactly one of: [${Object.keys(shape.members ?? {}).join(', ')}]`,
      });
    }
    return value;
  }

  function visitMap(shape: Shape, json: Record<string, unknown>, path: string): unknown {
    const key = shapes[shape.key!]!;
    const entries = Object.entries(json).map(([name, item]) => {
      if (broken(key, name).length > 0)
        violations.push({ path, constraint: `Map keys must satisfy constraint: [${every(key)}]` });
      return [name, visit(shape.value!, item, `${path}.${name}.member`)];
    });
    return Object.fromEntries(entries);
  }

  return { value: visit(shapeName, json, ''), violations };
}

/** @throws {AwsFailure} ValidationException with every violation in `fieldList`, when there is one. */
export function requireNone(violations: readonly Violation[]): void {
  if (violations.length === 0) return;
  const sentences = violations.map(
    ({ path, constraint }) => `Value at '${path}' failed to satisfy constraint: ${constraint}`,
  );
  throw invalid(
    `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected: ${sentences.join('; ')}`,
    violations.map(({ path, constraint }) => ({ name: path, message: constraint })),
  );
}

interface Constraint {
  readonly text: string;
  holds(value: unknown): boolean;
}

const compiled = new Map<Shape, readonly Constraint[]>();

function constraints(shape: Shape): readonly Constraint[] {
  const known = compiled.get(shape);
  if (known !== undefined) return known;
  const made: Constraint[] = [];
  const numeric = shape.type === 'integer' || shape.type === 'float';
  const measure = numeric ? 'value' : 'length';
  const { min, max, pattern, enum: names } = shape;
  if (min !== undefined) {
    made.push({ text: `Member must have ${measure} greater than or equal to ${min}`, holds: (v) => size(v) >= min });
  }
  if (max !== undefined) {
    made.push({ text: `Member must have ${measure} less than or equal to ${max}`, holds: (v) => size(v) <= max });
  }
  if (pattern !== undefined) {
    const whole = new RegExp(`^(?:${pattern})$`);
    made.push({
      text: `Member must satisfy regular expression pattern: ${pattern}`,
      holds: (v) => whole.test(v as string),
    });
  }
  if (names !== undefined) {
    made.push({
      text: `Member must satisfy enum value set: [${names.join(', ')}]`,
      holds: (v) => names.includes(v as string),
    });
  }
  compiled.set(shape, made);
  return made;
}

function broken(shape: Shape, value: unknown): string[] {
  return constraints(shape)
    .filter((constraint) => !constraint.holds(value))
    .map(({ text }) => text);
}

function every(shape: Shape): string {
  return constraints(shape)
    .map(({ text }) => text)
    .join(', ');
}

/** Code points of a string, items of a list or map, a number itself. */
function size(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return [...value].length;
  return Object.keys(value as object).length;
}

function requireType(shape: Shape, json: unknown, path: string): void {
  if (jsonType(json) === JSON_TYPES[shape.type] && (shape.type !== 'integer' || Number.isInteger(json))) return;
  throw unreadable(`${jsonType(json)} can not be converted to ${shape.type} at '${path}'`);
}

const JSON_TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  timestamp: 'string',
  integer: 'number',
  float: 'number',
  boolean: 'boolean',
  structure: 'object',
  map: 'object',
  list: 'array',
};

function jsonType(json: unknown): string {
  if (json === null) return 'null';
  return Array.isArray(json) ? 'array' : typeof json;
}
