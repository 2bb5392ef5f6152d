import middy from '@middy/core';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { RequestIds } from '../audit/record.ts';
import { type Deadline, deadline } from '../deadline.ts';
import { type Caller, callerOf } from '../identity/caller.ts';
import type { LineLogger } from '../log.ts';
import type { Meter } from '../metrics/meter.ts';
import { Problem } from '../problem.ts';
import { toProblem } from './parser-error.ts';
import { headerValues, idsOf, lowerCaseHeaders } from './request.ts';
import { hasBody, readText } from './text-body.ts';

/** One request as an operation sees it: parsed, its caller named, nothing of it validated. */
export interface Call {
  readonly ids: RequestIds;
  readonly caller: Caller;
  /** Account that owns the API, and so the agents. */
  readonly account: string;
  readonly method: string;
  /** As the client called it, stage included. */
  readonly path: string;
  /** Path labels, decoded. */
  readonly labels: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string[]>>;
  /** Every value of a header, whatever the case of its name. */
  readonly header: (name: string) => string[];
  /** Undefined when there is none. */
  readonly body: unknown;
  readonly lambda: Pick<Context, 'getRemainingTimeInMillis'>;
  /** The time that the stages may share out among their calls. */
  readonly deadline: Deadline;
}

export type Operation<Services, Answer> = (call: Call, services: Services) => Promise<Answer>;
export type LambdaHandler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/** How a surface words answers and failures. */
export interface Surface<Answer> {
  readonly present: (answer: Answer, requestId: string) => APIGatewayProxyResult;
  readonly presentProblem: (problem: Problem, requestId: string) => APIGatewayProxyResult;
}

/** Where failures are told. */
export interface Reporting {
  readonly log: LineLogger;
  /** Absent where nothing is counted: the health check. */
  readonly meter?: Meter;
}

export interface ServeOptions {
  /** `required`: a JSON body must be there; `optional`: it is read if there; `ignored`: it is not looked at. */
  readonly body: 'required' | 'optional' | 'ignored';
}

/** The last moment to answer: later, Lambda ends the invocation without one. Every stage ends by itself long before. */
const ANSWER_BEFORE_END_MS = 500;

/** Stages end earlier still, so that the answer is theirs, with its audit outcome, and not the one of last resort. */
const STAGES_END_BEFORE_END_MS = 1_000;

/** Makes a Lambda handler of an operation: the only place where Middy is composed. */
export function serve<Services extends Reporting, Answer>(
  operation: Operation<Services, Answer>,
  services: Services,
  surface: Surface<Answer>,
  { body }: ServeOptions,
): LambdaHandler {
  const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult>({
    timeoutEarlyInMillis: ANSWER_BEFORE_END_MS,
    timeoutEarlyResponse: () => {
      throw new Problem('OUTCOME_UNKNOWN', {
        detail:
          'The service ran out of time; a change may have been made. With a client token, send the same request again: ' +
          'the change is made at most once. Without one, read the agent first.',
      });
    },
  }).use(lowerCaseHeaders());
  if (body !== 'ignored') {
    const parser = httpJsonBodyParser();
    handler.before((request) => {
      if (body === 'optional' && !hasBody(request.event)) {
        // Not null, nor empty: those are what the JSON texts `null` and `""` say.
        request.event.body = undefined as never;
        return;
      }
      readText(request.event);
      if (!parsePlainly(request.event)) parser.before?.(request as never);
    });
  }
  handler.onError((request) => {
    const { event, error } = request;
    const ids = idsOf(event);
    const problem = toProblem(error);
    report(services, ids, problem);
    request.response = surface.presentProblem(problem, ids.requestId);
  });
  handler.handler(async (event: APIGatewayProxyEvent, context: Context, { signal }: { signal: AbortSignal }) => {
    const ids = idsOf(event);
    const until = deadline(() => context.getRemainingTimeInMillis() - STAGES_END_BEFORE_END_MS, signal);
    try {
      const answer = await operation(callOf(event, context, ids, until, body), services);
      return surface.present(answer, ids.requestId);
    } finally {
      until.end();
    }
  });
  return (event, context) => handler(event, context);
}

/**
 * Parses a body that is declared plainly, without Middy's parser asking each member once more whether it could reach a
 * prototype: half of the time that parsing takes. Everything else, errors among it, is left to that.
 *
 * @returns whether it did
 */
function parsePlainly(event: APIGatewayProxyEvent): boolean {
  if (event.headers['content-type'] !== 'application/json') return false;
  try {
    event.body = JSON.parse(event.body as string);
    return true;
  } catch {
    return false;
  }
}

function callOf(
  event: APIGatewayProxyEvent,
  lambda: Context,
  ids: RequestIds,
  until: Deadline,
  body: ServeOptions['body'],
): Call {
  return {
    ids,
    caller: callerOf(event.requestContext),
    account: event.requestContext.accountId,
    method: event.httpMethod,
    path: event.requestContext.path,
    labels: event.pathParameters ?? {},
    query: (event.multiValueQueryStringParameters ?? {}) as Record<string, string[]>,
    header: (name) => headerValues(event, name),
    body: body === 'ignored' ? undefined : event.body,
    lambda,
    deadline: until,
  };
}

/** A refusal is the caller's business and one line; a failure of ours or of Bedrock's is an error with its cause. */
function report({ log, meter }: Reporting, ids: RequestIds, problem: Problem): void {
  const { code, decisionId, kind } = problem;
  meter?.failed(problem);
  if (kind.status < 500) log.info('refused', { ...ids, code, decisionId });
  else log.error('failed', { ...ids, code, decisionId, cause: describeCause(problem.cause) });
}

/** Errors of libraries may carry requests and bodies in their members: only these are written. */
function describeCause(cause: unknown): unknown {
  if (!(cause instanceof Error)) return typeof cause === 'string' ? cause : undefined;
  return { name: cause.name, message: cause.message, stack: cause.stack, cause: describeCause(cause.cause) };
}
