import type { LineLogger } from '../log.ts';
import { presentProblem } from './problem-json.ts';
import { type LambdaHandler, type Operation, type ServeOptions, type Surface, serve } from './serve.ts';

/** What an operation answers on REST. */
export interface RestAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Absent: the answer has none, as 204. */
  readonly body?: unknown;
  readonly decisionId?: string;
}

export type RestOperation<Services> = Operation<Services, RestAnswer>;

const REST: Surface<RestAnswer> = {
  present: ({ status, headers, body, decisionId }, requestId) => ({
    statusCode: status,
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      'Cache-Control': 'no-store',
      'X-Request-Id': requestId,
      ...(decisionId === undefined ? {} : { 'X-Decision-Id': decisionId }),
      ...headers,
    },
    body: body === undefined ? '' : JSON.stringify(body),
  }),
  presentProblem,
};

/** Makes a Lambda handler of an operation on the REST surface. */
export function serveRest<Services extends { log: LineLogger }>(
  operation: RestOperation<Services>,
  services: Services,
  options: ServeOptions = { body: 'required' },
): LambdaHandler {
  return serve(operation, services, REST, options);
}
