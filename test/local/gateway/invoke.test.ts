import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import type { Route } from '../../../src/local/gateway/route.ts';
import { gateway, send } from './gateway.ts';

type Handler = (event: APIGatewayProxyEvent, context: Context) => unknown;

async function call(handler: Handler, timeoutMs?: number) {
  const errors: unknown[] = [];
  const route = {
    method: 'GET',
    path: '/',
    authorization: 'none',
    handler: handler as Route['handler'],
    timeoutMs,
  } as const;
  const { port } = await gateway({ routes: [route], onError: (error) => errors.push(error) });
  return { got: await send(port, { target: '/' }), errors };
}

describe('a proxy result', () => {
  test('status, headers of both kinds and body', async () => {
    const { got } = await call(async () => ({
      statusCode: 201,
      headers: { Location: '/x', 'X-Count': 3, 'X-Many': 'a', 'content-length': '999' },
      multiValueHeaders: { 'X-Many': ['a', 'b'] },
      body: '{"é":1}',
    }));
    expect([got.status, got.text]).toEqual([201, '{"é":1}']);
    expect(got.headers).toMatchObject({
      location: '/x',
      'x-count': '3',
      'x-many': 'a, b',
      'content-type': 'application/json',
      'content-length': '8',
    });
    expect(got.rawHeaders).toContain('X-Many');
  });

  test('a body in base64 goes out as bytes', async () => {
    const { got } = await call(async () => ({ statusCode: 200, body: 'aGk=', isBase64Encoded: true }));
    expect(got.text).toBe('hi');
  });

  test('204 without a body', async () => {
    const { got } = await call(async () => ({ statusCode: 204, body: '' }));
    expect([got.status, got.text]).toEqual([204, '']);
  });

  test('members that are undefined are not there, as in JSON', async () => {
    const { got } = await call(async () => ({ statusCode: 200, headers: undefined, body: 'x' }));
    expect(got.status).toBe(200);
  });
});

describe('502', () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;

  test.each<[string, Handler]>([
    [
      'throws',
      async () => {
        throw new Error('the operator may know');
      },
    ],
    [
      'throws at once',
      () => {
        throw new Error('the operator may know');
      },
    ],
    [
      'throws nothing in particular',
      async () => {
        throw undefined;
      },
    ],
    ['returns nothing', async () => undefined],
    ['returns text', async () => 'OK'],
    ['returns no status', async () => ({ body: '' })],
    ['returns a status in text', async () => ({ statusCode: '200', body: '' })],
    ['returns a status that HTTP does not have', async () => ({ statusCode: 1000, body: '' })],
    ['returns an object as body', async () => ({ statusCode: 200, body: {} })],
    ['returns members that API Gateway does not know', async () => ({ statusCode: 200, body: '', cookies: [] })],
    ['returns a list as header', async () => ({ statusCode: 200, body: '', headers: { a: ['b'] } })],
    ['returns a header with a line break', async () => ({ statusCode: 200, body: '', headers: { a: 'b\r\nc: d' } })],
    ['returns what JSON cannot say', async () => ({ statusCode: 200, body: circular })],
    ['returns more than Lambda lets through', async () => ({ statusCode: 200, body: 'a'.repeat(6 * 1024 * 1024) })],
  ])('a handler that %s', async (_name, handler) => {
    const { got, errors } = await call(handler);
    expect(got.status).toBe(502);
    expect(got.json).toMatchObject({
      code: 'INTEGRATION_FAILED',
      message: 'Internal server error',
      __type: 'InternalServerException',
      retryable: true,
    });
    expect(got.text).not.toContain('operator');
    expect(errors).toHaveLength(1);
  });
});

describe('504', () => {
  test('a handler that is over its time', async () => {
    const { got } = await call(() => new Promise<APIGatewayProxyResult>(() => {}), 1);
    expect(got.status).toBe(504);
    expect(got.json).toMatchObject({ code: 'INTEGRATION_TIMEOUT', __type: 'InternalServerException', retryable: true });
  });

  test('a failure that comes too late reaches the operator, not the process', async () => {
    const late = Promise.withResolvers<never>();
    const { got, errors } = await call(() => late.promise, 1);
    late.reject(new Error('late'));
    await expect(late.promise).rejects.toThrow('late');
    expect(got.status).toBe(504);
    expect(errors).toEqual([new Error('late')]);
  });
});

test('a handler gets JSON: its own copy of the event, without members that are undefined', async () => {
  const { got } = await call(async (event) => ({
    statusCode: 200,
    body: String('authorizer' in event.requestContext),
  }));
  expect(got.text).toBe('false');
});
