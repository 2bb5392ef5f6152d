/**
 * The service model, as data: operations, their routes, and the shapes of what they take.
 *
 * `service-model.json` is the part of the public service model that these operations need, member for member (a test
 * compares the two). Nothing here is shared with `src/contract`: the emulator is a second opinion on every request.
 */
import document from './service-model.json' with { type: 'json' };

export type OperationName = keyof typeof document.operations;

export interface Operation {
  readonly method: string;
  readonly uri: string;
  readonly successStatus: number;
  /** The name of the input's shape. */
  readonly input: string;
  readonly errors: readonly string[];
}

export interface Member {
  readonly shape: string;
  /** Absent for a member of the body. */
  readonly location?: 'uri' | 'querystring';
}

export interface Shape {
  readonly type: string;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, Member>>;
  readonly union?: boolean;
  /** Shape names: of a list's items, of a map's keys and values. */
  readonly member?: string;
  readonly key?: string;
  readonly value?: string;
  /** Code points of a string, items of a list or map, value of a number. */
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly httpStatus?: number;
}

export type Shapes = Readonly<Record<string, Shape>>;

export const OPERATIONS = document.operations as unknown as Readonly<Record<OperationName, Operation>>;
export const SHAPES = document.shapes as unknown as Shapes;

export function isOperation(name: unknown): name is OperationName {
  return typeof name === 'string' && Object.hasOwn(OPERATIONS, name);
}

export interface Route {
  readonly operation: OperationName;
  /** Still percent-encoded. */
  readonly labels: Readonly<Record<string, string>>;
}

const ROUTES = (Object.keys(OPERATIONS) as OperationName[]).map((operation) => ({
  operation,
  method: OPERATIONS[operation].method,
  path: new RegExp(`^${OPERATIONS[operation].uri.replace(/\/$/, '').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}/?$`),
}));

/** Finds the operation of a request. The trailing slash is optional; a doubled leading one is forgiven, as AWS does. */
export function route(method: string, path: string): Route | undefined {
  const normal = path.replace(/^\/+/, '/');
  for (const candidate of ROUTES) {
    const match = candidate.method === method ? candidate.path.exec(normal) : null;
    if (match !== null) return { operation: candidate.operation, labels: { ...match.groups } };
  }
  return undefined;
}
