import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { RequestIds } from '../audit/record.ts';
import { traceIn } from '../traceparent.ts';

/** Clients differ in the case of header names, and the JSON parser knows two spellings. */
export function lowerCaseHeaders(): MiddlewareObj<APIGatewayProxyEvent> {
  return {
    before: ({ event }) => {
      const headers: APIGatewayProxyEvent['headers'] = Object.create(null);
      for (const name in event.headers) headers[name.toLowerCase()] = event.headers[name];
      event.headers = headers;
    },
  };
}

/** Every value of a header, in the order sent; `headers` alone keeps only the last. */
export function headerValues({ multiValueHeaders }: APIGatewayProxyEvent, name: string): string[] {
  const values: string[] = [];
  for (const given in multiValueHeaders) {
    if (given.length === name.length && given.toLowerCase() === name) values.push(...(multiValueHeaders[given] ?? []));
  }
  return values;
}

export function idsOf(event: APIGatewayProxyEvent): RequestIds {
  const [traceparent] = headerValues(event, 'traceparent');
  return {
    requestId: event.requestContext.requestId,
    traceId: traceIn(traceparent)?.traceId ?? headerValues(event, 'x-amzn-trace-id')[0]?.slice(0, 128),
  };
}
