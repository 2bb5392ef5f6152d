/**
 * An interpreter of the service model's shapes: what it accepts, sampled values, minimal valid values. It shares nothing
 * with `src/contract`, whose constraints are written by hand; each therefore checks the other.
 */
import { readFileSync } from 'node:fs';

interface Member {
  readonly shape: string;
  readonly location?: string;
}

export interface Shape {
  readonly type: 'structure' | 'string' | 'list' | 'map' | 'boolean' | 'integer';
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly union?: boolean;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, Member>>;
  readonly member?: string;
  readonly key?: string;
  readonly value?: string;
}

const file = new URL('../data/bedrock-agent-constraints.json', import.meta.url);
const shapes = (JSON.parse(readFileSync(file, 'utf8')) as { shapes: Record<string, Shape> }).shapes;

/** Where this service asks for more than the model: a policy must be able to read the bucket. */
const STRICTER: Readonly<Record<string, Partial<Shape>>> = {
  S3Identifier: { required: ['s3BucketName', 's3ObjectKey'] },
};

export function shapeOf(name: string): Shape {
  const shape = shapes[name];
  if (!shape) throw new Error(`The model has no shape ${name}.`);
  return { ...shape, ...STRICTER[name] };
}

/** The pattern as the model means it: the whole string. */
export function fullPattern({ pattern = '[\\s\\S]*' }: Shape): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

/** Whether the model accepts a value, unknown members and nulls refused. */
export function accepts(name: string, value: unknown): boolean {
  const shape = shapeOf(name);
  switch (shape.type) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string' && acceptsText(shape, value);
    case 'list':
      return Array.isArray(value) && value.every((item) => accepts(shape.member!, item));
    case 'map':
      return isObject(value) && Object.keys(value).every((key) => acceptsEntry(shape, key, value[key]));
    case 'structure':
      return isObject(value) && acceptsMembers(shape, value);
    default:
      throw new Error(`The interpreter does not know the type ${shape.type}.`);
  }
}

function acceptsText(shape: Shape, text: string): boolean {
  const length = [...text].length;
  if (length < (shape.min ?? 0) || length > (shape.max ?? length)) return false;
  if (shape.enum && !shape.enum.includes(text)) return false;
  return fullPattern(shape).test(text);
}

function acceptsEntry(shape: Shape, key: string, value: unknown): boolean {
  return accepts(shape.key!, key) && accepts(shape.value!, value);
}

function acceptsMembers({ members = {}, required = [], union }: Shape, value: Record<string, unknown>): boolean {
  const keys = Object.keys(value);
  if (union && keys.length !== 1) return false;
  if (!required.every((key) => Object.hasOwn(value, key))) return false;
  return keys.every((key) => Object.hasOwn(members, key) && accepts(members[key]!.shape, value[key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The least that a shape accepts. */
export function least(name: string): unknown {
  const shape = shapeOf(name);
  switch (shape.type) {
    case 'boolean':
      return false;
    case 'list':
      return [];
    case 'map':
      return {};
    case 'string':
      return ['a', 'DRAFT', 'AGENT12345', 'bucket', 'a'.repeat(33), ARN, ...(shape.enum ?? [])].find((text) =>
        accepts(name, text),
      );
    default: {
      const members = shape.union ? Object.keys(shape.members ?? {}).slice(0, 1) : (shape.required ?? []);
      return Object.fromEntries(members.map((member) => [member, least(shape.members![member]!.shape)]));
    }
  }
}

const ARN = 'arn:aws:lambda:us-east-1:111122223333:function:f';

/** One place of a request that the model constrains. */
export interface Place {
  /** As a fault names it: a JSON Pointer, or `path:…`. */
  readonly pointer: string;
  readonly shape: string;
  /** The value is the name of a map's entry, which the pointer then ends in. */
  readonly isKey?: boolean;
  /** The least valid structure around a value put in this place. */
  put(value: unknown): unknown;
}

/** Every place below a shape, itself included, maps and lists entered once. */
export function places(name: string, pointer: string, put: (value: unknown) => unknown): Place[] {
  const shape = shapeOf(name);
  const here: Place = { pointer, shape: name, put };
  switch (shape.type) {
    case 'list':
      return [here, ...places(shape.member!, `${pointer}/0`, (value) => put([value]))];
    case 'map': {
      const key: Place = {
        pointer,
        shape: shape.key!,
        isKey: true,
        put: (value) => put({ [String(value)]: least(shape.value!) }),
      };
      return [here, key, ...places(shape.value!, `${pointer}/a`, (value) => put({ a: value }))];
    }
    case 'structure':
      return [
        here,
        ...Object.entries(shape.members ?? {}).flatMap(([member, { shape: inner }]) => {
          const around = shape.union ? {} : (least(name) as object);
          return places(inner, `${pointer}/${member}`, (value) => put({ ...around, [member]: value }));
        }),
      ];
    default:
      return [here];
  }
}
