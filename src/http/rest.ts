import type { LineLogger } from '../log.ts';
import type { Decision } from '../provisioning.ts';
import { decisionHeaders } from './decision-headers.ts';
import { presentProblem } from './problem-json.ts';
import { type LambdaHandler, type Operation, type ServeOptions, type Surface, serve } from './serve.ts';

/** What an operation answers on REST. */
export interface RestAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Absent: the answer has none, as 204. */
  readonly body?: unknown;
  /** The decision that the answer follows. */
  readonly decision?: Pick<Decision, 'id' | 'warnings'>;
}

export type RestOperation<Services> = Operation<Services, RestAnswer>;

const REST: Surface<RestAnswer> = {
  present: ({ status, headers, body, decision }, requestId) => ({
    statusCode: status,
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      'Cache-Control': 'no-store',
      'X-Request-Id': requestId,
      ...decisionHeaders(decision),
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
