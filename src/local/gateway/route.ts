/** Routes as API Gateway resources: literal segments, `{label}`s, and a greedy `{label+}` at the end. */
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Authorizer } from './authorizer.ts';

export interface Route {
  /** `POST`, or `ANY`. */
  readonly method: string;
  /** `/v1/agents/{agentId}`, or greedy: `/aws/{proxy+}`. */
  readonly path: string;
  readonly authorization: 'iam' | 'none' | Authorizer;
  readonly handler: (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;
  /** The function's timeout, from which `getRemainingTimeInMillis` counts; 28,000 unless given. */
  readonly timeoutMs?: number;
  /** Shown to the handler in its context. */
  readonly functionName?: string;
}

export interface Match {
  readonly route: Route;
  /** Percent-decoded; `null` where the path has no label, as in the event. */
  readonly pathParameters: Record<string, string> | null;
}

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'label' | 'greedy'; readonly name: string };

interface Resource {
  readonly path: string;
  readonly segments: readonly Segment[];
  readonly byMethod: ReadonlyMap<string, Route>;
}

/** The more specific comes first, segment by segment. */
const PRECEDENCE = { literal: 0, label: 1, greedy: 2 };

/**
 * Finds the route of a request. The resource is chosen before the method, so `GET` on a resource that only has `POST`
 * matches nothing, even if a greedy resource would take it.
 *
 * A label never matches an empty segment. One trailing slash is overlooked, except under a greedy label.
 *
 * @throws {Error} when two routes have the same method and path, or a greedy label is not the last segment.
 */
export function routeFinder(routes: readonly Route[]): (method: string, path: string) => Match | undefined {
  const resources = [...Map.groupBy(routes, (route) => route.path)].map(resourceOf).sort(bySpecificity);
  return (method, path) => {
    const parts = path.split('/').slice(1);
    for (const { segments, byMethod } of resources) {
      const labels = matchSegments(segments, parts);
      if (labels === undefined) continue;
      const route = byMethod.get(method) ?? byMethod.get('ANY');
      if (route === undefined) return undefined;
      return { route, pathParameters: labels.length === 0 ? null : Object.fromEntries(labels) };
    }
    return undefined;
  };
}

function resourceOf([path, routes]: [string, Route[]]): Resource {
  const byMethod = new Map(routes.map((route) => [route.method, route]));
  if (byMethod.size < routes.length) throw new Error(`Two routes have the same method and the path ${path}.`);
  const segments = path.split('/').slice(1).map(segmentOf);
  if (segments.slice(0, -1).some(({ kind }) => kind === 'greedy')) {
    throw new Error(`A greedy label must come last: ${path}`);
  }
  return { path, segments, byMethod };
}

function segmentOf(text: string): Segment {
  const label = /^\{([^{}+]+)(\+?)\}$/.exec(text);
  if (label === null) return { kind: 'literal', text };
  return { kind: label[2] === '+' ? 'greedy' : 'label', name: label[1]! };
}

function bySpecificity(a: Resource, b: Resource): number {
  const rank = ({ segments }: Resource) => segments.map(({ kind }) => PRECEDENCE[kind]).join('');
  return rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0;
}

function matchSegments(segments: readonly Segment[], parts: readonly string[]): [string, string][] | undefined {
  const greedy = segments.at(-1)?.kind === 'greedy';
  const exact = !greedy && parts.length > 1 && parts.at(-1) === '' ? parts.slice(0, -1) : parts;
  if (greedy ? exact.length < segments.length : exact.length !== segments.length) return undefined;
  const labels: [string, string][] = [];
  for (const [index, segment] of segments.entries()) {
    if (segment.kind === 'literal') {
      if (segment.text !== exact[index]) return undefined;
      continue;
    }
    const value = segment.kind === 'greedy' ? exact.slice(index).join('/') : exact[index]!;
    if (value === '') return undefined;
    labels.push([segment.name, decodeURIComponent(value)]);
  }
  return labels;
}
