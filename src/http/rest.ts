import middy from '@middy/core';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { RequestIds } from '../audit/record.ts';
import type { LineLogger } from '../log.ts';
import { Problem } from '../problem.ts';
import { type Caller, callerOf } from './caller.ts';
import { presentProblem, toProblem } from './problem-json.ts';
import { headerValues, idsOf, lowerCaseHeaders } from './request.ts';
import { textBody } from './text-body.ts';

/** One request as an operation sees it: parsed, its caller named, nothing of it validated. */
export interface Call {
  readonly ids: RequestIds;
  readonly caller: Caller;
  /** Account that owns the API, and so the agents. */
  readonly account: string;
  /** As the client called it, stage included. */
  readonly path: string;
  /** Path labels, decoded. */
  readonly labels: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string[]>>;
  /** Every value of a header, whatever the case of its name. */
  readonly header: (name: string) => string[];
  readonly body: unknown;
  readonly lambda: Pick<Context, 'getRemainingTimeInMillis'>;
  /** Fires when the invocation must answer at once. */
  readonly cutOff: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly decisionId: string;
}

export type Operation<Services> = (call: Call, services: Services) => Promise<Answer>;
export type LambdaHandler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/** The last moment to answer: later, Lambda ends the invocation without one. Every stage ends by itself long before. */
const ANSWER_BEFORE_END_MS = 700;

/** Makes a Lambda handler of an operation on the REST surface: the only place where Middy is composed. */
export function serveRest<Services extends { log: LineLogger }>(
  operation: Operation<Services>,
  services: Services,
): LambdaHandler {
  const serve = async (event: APIGatewayProxyEvent, context: Context, { signal }: { signal: AbortSignal }) => {
    const ids = idsOf(event);
    const answer = await operation(callOf(event, context, ids, signal), services);
    return {
      statusCode: answer.status,
      headers: {
        'Content-Type': 'application/json',
        'Cache-Control': 'no-store',
        'X-Request-Id': ids.requestId,
        'X-Decision-Id': answer.decisionId,
        ...answer.headers,
      },
      body: JSON.stringify(answer.body),
    };
  };
  const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult>({
    timeoutEarlyInMillis: ANSWER_BEFORE_END_MS,
    timeoutEarlyResponse: () => {
      throw new Problem('OUTCOME_UNKNOWN', {
        detail: 'The service ran out of time. Retry with the same token: the change is made at most once.',
      });
    },
  })
    .use(lowerCaseHeaders())
    .use(textBody())
    .use(httpJsonBodyParser())
    .onError((request) => {
      const ids = idsOf(request.event);
      const problem = toProblem(request.error);
      report(services.log, ids, problem);
      request.response = presentProblem(problem, ids.requestId);
    })
    .handler(serve);
  return (event, context) => handler(event, context);
}

function callOf(event: APIGatewayProxyEvent, lambda: Context, ids: RequestIds, cutOff: AbortSignal): Call {
  return {
    ids,
    caller: callerOf(event.requestContext.identity),
    account: event.requestContext.accountId,
    path: event.requestContext.path,
    labels: event.pathParameters ?? {},
    query: (event.multiValueQueryStringParameters ?? {}) as Record<string, string[]>,
    header: (name) => headerValues(event, name),
    body: event.body,
    lambda,
    cutOff,
  };
}

/** A refusal is the caller's business and one line; a failure of ours or of Bedrock's is an error with its cause. */
function report(log: LineLogger, ids: RequestIds, problem: Problem): void {
  const { code, decisionId, kind } = problem;
  if (kind.status < 500) log.info('refused', { ...ids, code, decisionId });
  else log.error('failed', { ...ids, code, decisionId, cause: describeCause(problem.cause) });
}

/** Errors of libraries may carry requests and bodies in their members: only these three are written. */
function describeCause(cause: unknown): unknown {
  if (!(cause instanceof Error)) return typeof cause === 'string' ? cause : undefined;
  return { name: cause.name, message: cause.message, stack: cause.stack, cause: describeCause(cause.cause) };
}
