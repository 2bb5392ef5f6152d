/**
 * Lambda authorizers of type REQUEST, as a REST API runs them: nothing without the identity source, the answer kept for a fixed
 * time under it, and its policy judged anew for each method and path.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
 */
import type {
  APIGatewayAuthorizerResult,
  APIGatewayProxyEvent,
  APIGatewayRequestAuthorizerEvent,
  Context,
} from 'aws-lambda';
import * as v from 'valibot';
import type { Refusal } from '../../http/gateway-response.ts';
import { lambdaContext } from './context.ts';
import { withinTime } from './invoke.ts';

export interface Authorizer {
  readonly authorizer: (
    event: APIGatewayRequestAuthorizerEvent,
    context: Context,
  ) => Promise<APIGatewayAuthorizerResult>;
  /** The identity source. Routes with the same handler and header share what is kept. */
  readonly identityHeader: string;
  /** 300 unless given, as on AWS; 0 keeps nothing. Whatever the answer says, it is kept as long. */
  readonly resultTtlSeconds?: number;
  readonly timeoutMs?: number;
  readonly functionName?: string;
}

/** What the handler finds as `requestContext.authorizer`. */
export type AuthorizerFacts = Readonly<Record<string, string | number>>;

export type Authorized =
  | { readonly facts: AuthorizerFacts }
  | { readonly refusal: Refusal /** For the operator, never the caller. */; readonly cause?: unknown };

export interface Api {
  readonly region: string;
  readonly accountId: string;
  readonly now: () => number;
}

const TIMEOUT_MS = 10_000;
const RESULT_TTL_SECONDS = 300;

const Several = v.union([v.string(), v.array(v.string())]);
const Statement = v.strictObject({
  Sid: v.optional(v.string()),
  Effect: v.picklist(['Allow', 'Deny']),
  Action: Several,
  Resource: Several,
});
const Result = v.object({
  principalId: v.pipe(v.string(), v.nonEmpty()),
  policyDocument: v.object({ Version: v.literal('2012-10-17'), Statement: v.union([v.array(Statement), Statement]) }),
  // API Gateway takes neither objects nor lists.
  context: v.nullish(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])), {}),
});
type Result = v.InferOutput<typeof Result>;

interface Kept {
  readonly result: Result;
  readonly untilEpochMs: number;
}

/** One gateway's authorizers, with what they remember. */
export function authorizers({ region, accountId, now }: Api) {
  const caches = new Map<Authorizer['authorizer'], Map<string, Kept>>();

  return async function authorize(
    { authorizer, identityHeader, ...options }: Authorizer,
    event: APIGatewayProxyEvent,
    methodArn: string,
    late: (error: unknown) => void,
  ): Promise<Authorized> {
    const { timeoutMs = TIMEOUT_MS, resultTtlSeconds = RESULT_TTL_SECONDS, functionName = 'authorizer' } = options;
    const identity = Object.entries(event.headers).find(([name]) => name.toLowerCase() === identityHeader)?.[1];
    if (identity === undefined || identity === '') return unauthorized();

    const cache = caches.get(authorizer) ?? new Map<string, Kept>();
    caches.set(authorizer, cache);
    const key = `${identityHeader}:${identity}`;
    const calledAt = now();
    for (const [each, { untilEpochMs }] of cache) if (untilEpochMs <= calledAt) cache.delete(each);

    let result = cache.get(key)?.result;
    if (result === undefined) {
      const context = lambdaContext({ functionName, region, accountId, timeoutMs, now });
      const payload = JSON.stringify(requestEvent(event, methodArn));
      const running = (async () => authorizer(JSON.parse(payload), context))();
      try {
        const returned = await withinTime(running, timeoutMs, late);
        if (returned === 'timeout') throw new Error(`The authorizer did not answer within ${timeoutMs} ms.`);
        result = v.parse(Result, JSON.parse(JSON.stringify(returned) ?? 'null'));
      } catch (cause) {
        if (cause instanceof Error && cause.message === 'Unauthorized') return unauthorized();
        return { refusal: { code: 'AUTHORIZER_FAILED', message: 'Internal server error' }, cause };
      }
      if (resultTtlSeconds > 0) cache.set(key, { result, untilEpochMs: calledAt + resultTtlSeconds * 1000 });
    }
    const { principalId, policyDocument, context } = result;
    const effect = effectOf([policyDocument.Statement].flat(), methodArn);
    const facts = Object.fromEntries(Object.entries(context ?? {}).map(([name, value]) => [name, String(value)]));
    if (effect === 'Allow') return { facts: { ...facts, principalId, integrationLatency: now() - calledAt } };
    const explicitly = effect === 'Deny' ? ' with an explicit deny in an identity-based policy' : '';
    const message = `User is not authorized to access this resource${explicitly}`;
    return { refusal: { code: 'ACCESS_DENIED', message, reason: facts.reason ?? '' } };
  };
}

function unauthorized(): Authorized {
  return { refusal: { code: 'UNAUTHORIZED', message: 'Unauthorized' } };
}

/** The proxy event without the body, which authorizers are not shown. */
function requestEvent(event: APIGatewayProxyEvent, methodArn: string): APIGatewayRequestAuthorizerEvent {
  const { body: _body, isBase64Encoded: _encoded, ...shown } = event;
  return {
    ...shown,
    type: 'REQUEST',
    methodArn,
    queryStringParameters: event.queryStringParameters ?? {},
    multiValueQueryStringParameters: event.multiValueQueryStringParameters ?? {},
    pathParameters: event.pathParameters ?? {},
    stageVariables: event.stageVariables ?? {},
    requestContext: { ...event.requestContext, authorizer: undefined },
  };
}

/** Undefined when no statement speaks of this call, which is a denial too. */
function effectOf(statements: readonly v.InferOutput<typeof Statement>[], methodArn: string) {
  const names = (patterns: string | string[], text: string) => [patterns].flat().some((each) => matches(each, text));
  const effects = statements
    .filter(({ Action, Resource }) => names(Action, 'execute-api:Invoke') && names(Resource, methodArn))
    .map(({ Effect }) => Effect);
  return effects.includes('Deny') ? 'Deny' : effects[0];
}

/** IAM's wildcards cross every separator. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
