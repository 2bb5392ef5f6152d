import type { APIGatewayProxyEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { headerValues, idsOf } from '../../src/http/request.ts';

function event(multiValueHeaders: Record<string, string[]> | null): APIGatewayProxyEvent {
  return { multiValueHeaders, requestContext: { requestId: 'the-request' } } as never;
}

describe('the values of a header', () => {
  test.each<[string, Record<string, string[]> | null, string[]]>([
    ['none', {}, []],
    ['no headers at all', null, []],
    ['one', { 'Idempotency-Key': ['a'] }, ['a']],
    ['in another case', { 'IDEMPOTENCY-KEY': ['a'] }, ['a']],
    ['several', { 'idempotency-key': ['a', 'b'] }, ['a', 'b']],
    ['several, in several spellings', { 'Idempotency-Key': ['a'], 'idempotency-key': ['b'] }, ['a', 'b']],
    ['an empty one', { 'idempotency-key': [''] }, ['']],
    ['of another name', { 'x-idempotency-key': ['a'] }, []],
  ])('%s', (_name, headers, values) => {
    expect(headerValues(event(headers), 'idempotency-key')).toEqual(values);
  });
});

describe('the trace of a request', () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const parent = `00-${trace}-00f067aa0ba902b7-01`;
  test.each<[string, Record<string, string[]>, string | undefined]>([
    ['none', {}, undefined],
    ['the one that the caller began', { traceparent: [parent] }, trace],
    ["the caller's before the gateway's", { Traceparent: [parent], 'X-Amzn-Trace-Id': ['Root=1-a-b'] }, trace],
    ["the gateway's", { 'X-Amzn-Trace-Id': ['Root=1-a-b'] }, 'Root=1-a-b'],
    [
      "the gateway's, where the caller's is malformed",
      { traceparent: [`${parent}\n`], 'X-Amzn-Trace-Id': ['Root=1-a-b'] },
      'Root=1-a-b',
    ],
    ['capitals are malformed', { traceparent: [parent.toUpperCase()] }, undefined],
    ['no longer than 128 characters', { 'X-Amzn-Trace-Id': ['x'.repeat(1_000)] }, 'x'.repeat(128)],
  ])('%s', (_name, headers, traceId) => {
    expect(idsOf(event(headers))).toEqual({ requestId: 'the-request', traceId });
  });
});
