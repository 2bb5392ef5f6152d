import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { gateway, raw, send, signed, type Wanted } from './gateway.ts';

/** A request written by hand; the server hangs up after answering it. */
const byHand = (port: number, requestLine: string, ...headers: string[]) =>
  `${[requestLine, `Host: localhost:${port}`, 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`;

test('a refusal wears one shape, for REST and for AWS clients', async () => {
  const { port } = await gateway({ allowUnsigned: false });
  const got = await send(port, { target: '/aws/x' });
  expect(got.status).toBe(403);
  expect(got.headers).toMatchObject({
    'content-type': 'application/problem+json',
    'x-amzn-errortype': 'AccessDeniedException',
    'x-request-id': got.json.requestId,
  });
  expect(got.json).toEqual({
    type: 'about:blank',
    title: 'The request is not signed, or there is no such path and method.',
    status: 403,
    detail:
      'Missing Authentication Token: the request carries no signature. Check path and method: the README of this service lists ' +
      'them. Where they are right, sign the request with SigV4 for execute-api.',
    code: 'NOT_SIGNED',
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    retryable: false,
    __type: 'AccessDeniedException',
    message: 'Missing Authentication Token: the request carries no signature.',
  });
});

describe('403: no such route, in the words of API Gateway', () => {
  test.each<[string, Wanted]>([
    ['unknown path', { target: '/nowhere' }],
    ['unknown method', { method: 'DELETE', target: '/health' }],
    ['OPTIONS', { method: 'OPTIONS', target: '/health' }],
  ])('%s', async (_name, wanted) => {
    const { port } = await gateway();
    const got = await send(port, wanted);
    expect([got.status, got.json.message]).toEqual([403, 'Missing Authentication Token']);
  });

  test('HEAD', async () => {
    const { port } = await gateway();
    const got = await send(port, { method: 'HEAD', target: '/health' });
    expect([got.status, got.text]).toEqual([403, '']);
  });
});

describe('403: not signed', () => {
  test('where unsigned callers are not allowed', async () => {
    const { port } = await gateway({ allowUnsigned: false });
    expect((await send(port, { target: '/aws/x' })).json.code).toBe('NOT_SIGNED');
  });

  test('where no principal is without keys', async () => {
    const { port } = await gateway({ principals: [] });
    expect((await send(port, { target: '/aws/x' })).json.code).toBe('NOT_SIGNED');
  });

  test('two Authorization headers, whichever of them is right', async () => {
    const { port, seen } = await gateway();
    const { headers, target } = await signed(port, { method: 'GET' });
    const lines = Object.entries(headers).map((pair) => pair.join(': '));
    const request = [`GET ${target} HTTP/1.1`, ...lines, 'Connection: close'];
    expect(await raw(port, `${request.join('\r\n')}\r\n\r\n`)).toMatch(/^HTTP\/1.1 200 /);
    const doubled = [...request, `Authorization: ${headers.authorization}`];
    expect(await raw(port, `${doubled.join('\r\n')}\r\n\r\n`)).toMatch(/^HTTP\/1.1 403 .*more than one Authorization/s);
    expect(seen).toHaveLength(1);
  });
});

describe('403: web pages are kept out', () => {
  test.each([
    ['another name, as DNS rebinding would bring', (_port: number) => ({ host: 'portcullis.example' })],
    ['another name with our port', (port: number) => ({ host: `portcullis.example:${port}` })],
    ['a name that begins like ours', (port: number) => ({ host: `localhost.example:${port}` })],
    ['another port', (_port: number) => ({ host: 'localhost:1' })],
    ['no port', (_port: number) => ({ host: 'localhost' })],
    ['another origin', (_port: number) => ({ origin: 'https://evil.example' })],
    ['another port of this machine', (_port: number) => ({ origin: 'http://localhost:1' })],
    ['https, which we do not speak', (port: number) => ({ origin: `https://localhost:${port}` })],
    ['an opaque origin', (_port: number) => ({ origin: 'null' })],
    ['a page of another site', (_port: number) => ({ 'sec-fetch-site': 'cross-site' })],
    ['a page of another port', (_port: number) => ({ 'sec-fetch-site': 'same-site' })],
  ])('%s', async (_name, headers) => {
    const { port, seen } = await gateway();
    const got = await send(port, { headers: headers(port) });
    expect([got.status, got.json.code]).toEqual([403, 'ACCESS_DENIED']);
    expect(seen).toEqual([]);
  });

  test.each([
    ['no Host', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['no Host in HTTP/1.0', 'GET /health HTTP/1.0\r\n\r\n'],
  ])('%s', async (_name, request) => {
    const { port } = await gateway();
    expect(await raw(port, request)).toMatch(/^HTTP\/1.1 403 .*ACCESS_DENIED/s);
  });

  test('two Hosts', async () => {
    const { port } = await gateway();
    expect(await raw(port, byHand(port, 'GET /health HTTP/1.1', 'Host: evil.example'))).toMatch(/^HTTP\/1.1 403 /);
  });

  test.each([
    ['localhost', (port: number) => ({ host: `localhost:${port}` })],
    ['any case', (port: number) => ({ host: `LocalHost:${port}` })],
    ['127.0.0.1', (port: number) => ({ host: `127.0.0.1:${port}` })],
    ['[::1]', (port: number) => ({ host: `[::1]:${port}` })],
    [
      'a page of this server',
      (port: number) => ({ origin: `http://localhost:${port}`, 'sec-fetch-site': 'same-origin' }),
    ],
    ['an address typed into a browser', (_port: number) => ({ 'sec-fetch-site': 'none' })],
  ])('but not %s', async (_name, headers) => {
    const { port } = await gateway();
    expect((await send(port, { headers: headers(port) })).status).toBe(200);
  });
});

describe('400', () => {
  test.each([
    ['a percent sign without digits', '/v1/agents/%zz/action-groups'],
    ['a percent sign at the end', '/aws/%'],
    ['a byte that is no UTF-8', '/aws/%ff'],
    ['the same in the query', '/aws/x?a=%ff'],
    ['a whole URL', 'http://localhost/health'],
  ])('%s', async (_name, target) => {
    const { port, seen } = await gateway();
    const answer = await raw(port, byHand(port, `GET ${target} HTTP/1.1`));
    expect(answer).toMatch(/^HTTP\/1.1 400 .*ValidationException.*BAD_REQUEST/s);
    expect(seen).toEqual([]);
  });

  test('what is not HTTP', async () => {
    const { port } = await gateway();
    expect(await raw(port, 'hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400 .*application\/problem\+json.*BAD_REQUEST/s);
  });

  test('a length and chunks at once', async () => {
    const { port, seen } = await gateway();
    const request = byHand(port, 'POST /aws/x HTTP/1.1', 'Content-Length: 3', 'Transfer-Encoding: chunked');
    expect(await raw(port, `${request}0\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /);
    expect(seen).toEqual([]);
  });
});

describe('too large', () => {
  const LIMIT = 10 * 1024 * 1024;

  test('413: a body over 10 MB, announced', async () => {
    const { port, seen } = await gateway();
    const got = await send(port, { method: 'POST', target: '/aws/x', body: Buffer.alloc(LIMIT + 1, 'a') });
    expect([got.status, got.json.code]).toEqual([413, 'BODY_TOO_LARGE']);
    expect(seen).toEqual([]);
  });

  test('413: a body over 10 MB, in chunks', async () => {
    const { port, seen } = await gateway();
    const headers = { 'transfer-encoding': 'chunked' };
    const got = await send(port, { method: 'POST', target: '/aws/x', headers, body: Buffer.alloc(LIMIT + 1, 'a') });
    expect(got.status).toBe(413);
    expect(seen).toEqual([]);
  });

  test('413: an event beyond what Lambda takes, escapes counted', async () => {
    const { port, seen } = await gateway();
    const got = await send(port, { method: 'POST', target: '/aws/x', body: Buffer.alloc(4 * 1024 * 1024, '"') });
    expect([got.status, got.json.detail]).toEqual([413, expect.stringMatching(/an event of 8\d{6} bytes/)]);
    expect(seen).toEqual([]);
  });

  test.each([
    ['a little over', 11_000],
    ["beyond the parser's own limit", 100_000],
  ])('431: headers %s', async (_name, length) => {
    const { port, seen } = await gateway();
    const answer = await raw(port, byHand(port, 'GET /health HTTP/1.1', `X-Long: ${'a'.repeat(length)}`));
    expect(answer).toMatch(/^HTTP\/1.1 431 .*HEADERS_TOO_LARGE/s);
    expect(seen).toEqual([]);
  });

  test('headers of 10,000 bytes pass', async () => {
    const { port } = await gateway();
    const answer = await raw(port, byHand(port, 'GET /health HTTP/1.1', `X-Long: ${'a'.repeat(10_000)}`));
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });
});

test('a body that breaks off runs nothing', async () => {
  const { port, seen, close } = await gateway();
  await new Promise<void>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`${byHand(port, 'POST /aws/x HTTP/1.1', 'Content-Length: 10')}half`, () => socket.destroy());
    });
    socket.on('close', () => resolve());
  });
  await close();
  expect(seen).toEqual([]);
});

test('an expectation that nobody knows is passed over: Node would refuse it without a word', async () => {
  const { port } = await gateway();
  const answer = await raw(port, byHand(port, 'GET /health HTTP/1.1', 'Expect: tea'));
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
});
