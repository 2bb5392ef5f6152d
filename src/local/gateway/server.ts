/**
 * API Gateway on loopback: the same handlers that are deployed, behind the same checks, in the same order.
 *
 * It differs from a deployed REST API where that serves a developer: one process runs all handlers at once, an unsigned
 * request may count as the demo caller's, and web pages are kept out.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { GatewayResponseCode, Refusal } from '../../http/gateway-response.ts';
import type { Answer } from './answer.ts';
import { authorizers } from './authorizer.ts';
import { lambdaContext } from './context.ts';
import { methodArnOf, proxyEvent } from './event.ts';
import { gatewayResponse } from './gateway-response.ts';
import { type CallerIdentity, identityOf, NOBODY } from './identity.ts';
import { invoke } from './invoke.ts';
import { checkLoopback } from './loopback.ts';
import type { LocalPrincipal } from './principals.ts';
import { checkHead, headersOf, readBody, splitTarget } from './request.ts';
import { type Route, routeFinder } from './route.ts';
import { type SignedRequest, type SigningKey, verify } from './sigv4.ts';

/** A function's timeout unless its route says otherwise: API Gateway's less a second, so that the function answers first. */
const FUNCTION_TIMEOUT_MS = 28_000;
const INTEGRATION_TIMEOUT_MS = 29_000;

export interface GatewayOptions {
  readonly routes: readonly Route[];
  readonly principals: readonly LocalPrincipal[];
  /** `iam`: signatures for `execute-api` alone, as a stage with IAM authorization. `any`: those of AWS clients for `bedrock` too. */
  readonly auth: 'any' | 'iam';
  /** Whether a request without a signature is the one of the principal without keys. */
  readonly allowUnsigned: boolean;
  /** 0 for any free one. */
  readonly port: number;
  readonly region: string;
  /** The account that owns the API. */
  readonly accountId: string;
  readonly now?: () => number;
  /** Told of what the caller is not: a handler that threw, or whose result is no proxy result. */
  readonly onError?: (error: unknown, requestId: string) => void;
  /** How long `close` lets running requests finish. */
  readonly closeTimeoutMs?: number;
}

export interface Gateway {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Stops accepting, lets running requests finish for a while, then cuts them off. */
  close(): Promise<void>;
}

type Key = LocalPrincipal & SigningKey;

/** @throws {Error} when the port is taken, or the routes or principals make no sense. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { region, accountId, now = Date.now, closeTimeoutMs = 2_000 } = options;
  const onError = options.onError ?? ((error, requestId) => console.error(`Request ${requestId} failed:`, error));
  const findRoute = routeFinder(options.routes);
  const authenticate = authenticator(options, now);
  const authorize = authorizers({ region, accountId, now });
  let port = options.port;

  async function answer(incoming: IncomingMessage, requestId: string): Promise<Answer | Refusal | 'aborted'> {
    const { method = '', url: target = '' } = incoming;
    const headers = headersOf(incoming);
    const unfit = checkLoopback(headers, port) ?? checkHead(method, target, headers);
    if (unfit !== undefined) return unfit;
    const match = findRoute(method, splitTarget(target).path);
    if (match === undefined) {
      const detail = `There is no ${method} ${splitTarget(target).path}.`;
      return { code: 'NOT_SIGNED', detail, message: 'Missing Authentication Token' };
    }

    const body = await readBody(incoming);
    if (body === 'aborted') return body;
    if (body === 'too-large') return { code: 'BODY_TOO_LARGE', detail: 'A body may have 10 MB.' };
    const request = { method, target, ...splitTarget(target), headers, body };
    const { authorization } = match.route;
    const caller = authorization === 'iam' ? authenticate(request) : NOBODY;
    if ('code' in caller) return caller;

    const { handler, timeoutMs = FUNCTION_TIMEOUT_MS, functionName = 'portcullis-local' } = match.route;
    const sourceIp = incoming.socket.remoteAddress ?? '127.0.0.1';
    const arrival = { requestId, receivedAtEpochMs: now(), sourceIp, port, apiAccountId: accountId };
    const late = (error: unknown) => onError(error, requestId);
    const event = proxyEvent(request, match, caller, arrival);
    if (typeof authorization === 'object') {
      const authorized = await authorize(authorization, event, methodArnOf(event, region), late);
      if ('refusal' in authorized) {
        if ('cause' in authorized) onError(authorized.cause, requestId);
        return authorized.refusal;
      }
      event.requestContext.authorizer = { ...authorized.facts };
    }
    const context = lambdaContext({ functionName, region, accountId, timeoutMs, now });
    const outcome = await invoke(handler, event, context, Math.min(timeoutMs, INTEGRATION_TIMEOUT_MS), late);
    if ('answer' in outcome) return outcome.answer;
    if ('cause' in outcome) onError(outcome.cause, requestId);
    return outcome.refusal;
  }

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    const given = await answer(incoming, requestId).catch((error: unknown): Refusal => {
      onError(error, requestId);
      return { code: 'INTEGRATION_FAILED', message: 'Internal server error' };
    });
    if (given === 'aborted') return void response.destroy();
    const { status, headers, body } = 'code' in given ? gatewayResponse(given, requestId) : given;
    response.statusCode = status;
    response.appendHeader('x-amzn-RequestId', requestId);
    for (const [name, value] of headers) response.appendHeader(name, value);
    if (!server.listening) response.setHeader('Connection', 'close');
    response.end(body);
  }

  // Node's own header limit is wider than API Gateway's, and Node leaves `Host` to us, so that refusals have our shape.
  const server = createServer({ maxHeaderSize: 64 * 1024, requireHostHeader: false, keepAliveTimeout: 60_000 });
  // Node counts a connection that has sent nothing yet, such as a browser's spare one, as busy.
  const silent = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  const take = (incoming: IncomingMessage, response: ServerResponse) => {
    silent.delete(incoming.socket);
    void serve(incoming, response);
  };
  server.on('request', take);
  // Node would refuse an expectation that it does not know, without a body; nothing here depends on one.
  server.on('checkExpectation', take);
  server.on('clientError', answerUnparsable);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  port = (server.address() as AddressInfo).port;

  let closed: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () => {
      closed ??= new Promise((resolve) => {
        const cutOff = setTimeout(() => server.closeAllConnections(), closeTimeoutMs);
        server.close(() => {
          clearTimeout(cutOff);
          resolve();
        });
        for (const socket of silent) socket.destroy();
      });
      return closed;
    },
  };
}

function authenticator(
  { principals, auth, allowUnsigned, region }: GatewayOptions,
  now: () => number,
): (request: SignedRequest) => CallerIdentity | Refusal {
  const identities = new Map(principals.map((principal) => [principal, identityOf(principal)]));
  const keys = principals.filter(
    (each): each is Key => each.accessKeyId !== undefined && each.secretAccessKey !== undefined,
  );
  const unsigned = allowUnsigned ? principals.find(({ accessKeyId }) => accessKeyId === undefined) : undefined;
  const services = auth === 'iam' ? ['execute-api'] : ['execute-api', 'bedrock'];
  return (request) => {
    const verdict = verify(request, keys, { services, region, nowEpochMs: now() });
    if ('ok' in verdict) return identities.get(verdict.ok)!;
    if (verdict.refused === 'NOT_SIGNED' && unsigned !== undefined) return identities.get(unsigned)!;
    return { code: verdict.refused, detail: verdict.detail };
  };
}

/** What Node could not parse has no request to answer: the same shape goes to the socket by hand. */
function answerUnparsable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const code: GatewayResponseCode = error.code === 'HPE_HEADER_OVERFLOW' ? 'HEADERS_TOO_LARGE' : 'BAD_REQUEST';
  const { status, headers, body } = gatewayResponse(
    { code, detail: 'This is not an HTTP request that can be read.' },
    randomUUID(),
  );
  const lines = [...headers, ['Content-Length', String(body.length)], ['Connection', 'close']].map((pair) =>
    pair.join(': '),
  );
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}
