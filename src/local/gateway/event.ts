/**
 * The proxy event of an API Gateway REST API (payload format 1.0).
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
 */
import { isUtf8 } from 'node:buffer';
import { createHash, randomBytes } from 'node:crypto';
import type { APIGatewayEventRequestContext, APIGatewayProxyEvent } from 'aws-lambda';
import type { CallerIdentity } from './identity.ts';
import type { ReceivedRequest } from './request.ts';
import type { Match } from './route.ts';
import type { Header } from './sigv4.ts';

export interface Arrival {
  readonly requestId: string;
  readonly receivedAtEpochMs: number;
  readonly sourceIp: string;
  readonly port: number;
  /** The account that owns the API, which need not be the caller's. */
  readonly apiAccountId: string;
}

const STAGE = 'local';
const API_ID = 'localapi00';

export function proxyEvent(
  request: ReceivedRequest,
  { route, pathParameters }: Match,
  caller: CallerIdentity,
  arrival: Arrival,
): APIGatewayProxyEvent {
  const headers = bySpelling(withGatewayHeaders(request.headers, arrival));
  const query = Map.groupBy(parseQuery(request.query), ([name]) => name);
  return {
    resource: route.path,
    path: request.path,
    httpMethod: request.method,
    headers: lastOf(headers),
    multiValueHeaders: allOf(headers),
    queryStringParameters: query.size === 0 ? null : lastOf(query),
    multiValueQueryStringParameters: query.size === 0 ? null : allOf(query),
    pathParameters,
    stageVariables: null,
    requestContext: requestContext(request, route.path, caller, arrival),
    ...bodyOf(request.body),
  };
}

/** What an authorizer's policy allows or denies; the path is the one received. */
export function methodArnOf(event: APIGatewayProxyEvent, region: string): string {
  const { accountId, apiId, stage } = event.requestContext;
  return `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${event.httpMethod}${event.path}`;
}

/** Bytes that are no text go as base64, so that the handler, not a lossy conversion, decides about them. */
function bodyOf(body: Buffer): Pick<APIGatewayProxyEvent, 'body' | 'isBase64Encoded'> {
  if (body.length === 0) return { body: null, isBase64Encoded: false };
  if (isUtf8(body)) return { body: body.toString('utf8'), isBase64Encoded: false };
  return { body: body.toString('base64'), isBase64Encoded: true };
}

function requestContext(
  request: ReceivedRequest,
  resourcePath: string,
  caller: CallerIdentity,
  { requestId, receivedAtEpochMs, sourceIp, apiAccountId }: Arrival,
): APIGatewayEventRequestContext {
  const header = (name: string) => request.headers.findLast(([each]) => each.toLowerCase() === name)?.[1];
  return {
    accountId: apiAccountId,
    apiId: API_ID,
    authorizer: undefined,
    domainName: header('host'),
    domainPrefix: 'localhost',
    extendedRequestId: `${createHash('sha256').update(requestId).digest('base64url').slice(0, 15)}=`,
    httpMethod: request.method,
    identity: {
      ...caller,
      apiKey: null,
      apiKeyId: null,
      clientCert: null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp,
      userAgent: header('user-agent') ?? null,
    },
    // No stage in front: the local API is reached as if under a domain of its own.
    path: request.path,
    protocol: 'HTTP/1.1',
    requestId,
    requestTime: commonLogTime(receivedAtEpochMs),
    requestTimeEpoch: receivedAtEpochMs,
    resourceId: createHash('sha256').update(resourcePath).digest('hex').slice(0, 6),
    resourcePath,
    stage: STAGE,
  };
}

/** API Gateway speaks for the connection; what a client claims about it is replaced, or for the address appended to. */
function withGatewayHeaders(headers: readonly Header[], { sourceIp, port, receivedAtEpochMs }: Arrival): Header[] {
  const named = (wanted: string) => headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
  const epochSeconds = Math.floor(receivedAtEpochMs / 1000);
  const traceId = `Root=1-${epochSeconds.toString(16).padStart(8, '0')}-${randomBytes(12).toString('hex')}`;
  const ours: Header[] = [
    ['X-Amzn-Trace-Id', named('x-amzn-trace-id').at(-1) ?? traceId],
    ['X-Forwarded-For', [...named('x-forwarded-for'), sourceIp].join(', ')],
    ['X-Forwarded-Port', String(port)],
    ['X-Forwarded-Proto', 'http'],
  ];
  const replaced = new Set(ours.map(([name]) => name.toLowerCase()));
  return [...headers.filter(([name]) => !replaced.has(name.toLowerCase())), ...ours];
}

/** Groups headers by name regardless of case, under the spelling that came first. */
function bySpelling(headers: readonly Header[]): Map<string, Header[]> {
  return new Map(
    [...Map.groupBy(headers, ([name]) => name.toLowerCase()).values()].map((same) => [same[0]![0], same] as const),
  );
}

function parseQuery(query: string): Header[] {
  const decoded = (text: string) => decodeURIComponent(text.replaceAll('+', ' '));
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const mark = pair.indexOf('=');
      return mark === -1 ? [decoded(pair), ''] : [decoded(pair.slice(0, mark)), decoded(pair.slice(mark + 1))];
    });
}

// `fromEntries` defines members instead of assigning them: a header or parameter may be called `__proto__`.
function lastOf(groups: ReadonlyMap<string, readonly Header[]>): Record<string, string> {
  return Object.fromEntries([...groups].map(([name, same]) => [name, same.at(-1)![1]]));
}

function allOf(groups: ReadonlyMap<string, readonly Header[]>): Record<string, string[]> {
  return Object.fromEntries([...groups].map(([name, same]) => [name, same.map(([, value]) => value)]));
}

/** `20/Nov/2026:12:00:00 +0000` */
function commonLogTime(epochMs: number): string {
  const [, day, month, year, time] = new Date(epochMs).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
