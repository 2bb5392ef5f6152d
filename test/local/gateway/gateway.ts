/** Builders for the gateway's tests: a gateway whose routes tell what they were given, signed requests, raw sockets. */
import { createHash, createHmac } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { SignatureV4 } from '@smithy/signature-v4';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { onTestFinished } from 'vitest';
import type { LocalPrincipal } from '../../../src/local/gateway/principals.ts';
import { type Gateway, type GatewayOptions, startGateway } from '../../../src/local/gateway/server.ts';

export const NOW = Date.parse('2026-11-20T12:00:00Z');

export const UNSIGNED: LocalPrincipal = { arn: 'arn:aws:iam::111122223333:role/demo-ci' };
export const PAYMENTS = {
  accessKeyId: 'AKIDPAYMENTS',
  secretAccessKey: 'a/secret+of=payments',
  arn: 'arn:aws:iam::111122223333:role/payments-ci',
} satisfies LocalPrincipal;
export const SESSION = {
  accessKeyId: 'ASIASESSION',
  secretAccessKey: 'a-secret-of-a-session',
  sessionToken: 'a+session/token==',
  arn: 'arn:aws:sts::999922223333:assumed-role/travel-ci/build-42',
} satisfies LocalPrincipal;

/** What a gateway's handler was given, in order. */
export interface Seen {
  readonly event: APIGatewayProxyEvent;
  readonly context: Context;
}

/** A gateway that lives as long as the test, and what reached its handlers. */
export async function gateway(options: Partial<GatewayOptions> = {}): Promise<Gateway & { seen: Seen[] }> {
  const seen: Seen[] = [];
  const handler = async (event: APIGatewayProxyEvent, context: Context) => {
    seen.push({ event, context });
    return { statusCode: 200, body: '{"done":true}' };
  };
  const started = await startGateway({
    routes: [
      { method: 'POST', path: '/v1/agents/{agentId}/action-groups', authorization: 'iam', handler },
      { method: 'PUT', path: '/v1/agents/{agentId}/action-groups', authorization: 'iam', handler },
      { method: 'GET', path: '/v1/agents/{agentId}/action-groups', authorization: 'iam', handler },
      { method: 'ANY', path: '/aws/{proxy+}', authorization: 'iam', handler },
      { method: 'GET', path: '/health', authorization: 'none', handler },
    ],
    principals: [UNSIGNED, PAYMENTS, SESSION],
    auth: 'any',
    allowUnsigned: true,
    port: 0,
    region: 'us-east-1',
    accountId: '444455556666',
    now: () => NOW,
    onError: () => {},
    closeTimeoutMs: 0,
    ...options,
  });
  onTestFinished(() => started.close());
  return { ...started, seen };
}

export interface Wanted {
  readonly method?: string;
  /** Path and query as they go on the wire. */
  readonly target?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the body that it expects
  readonly json: any;
}

/** Sends exactly this: unlike `fetch`, it changes neither path nor headers. */
export function send(port: number, { method = 'GET', target = '/health', headers = {}, body }: Wanted): Promise<Got> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ port, method, path: target, agent: false, headers }, async (incoming) => {
      const received = await text(incoming);
      resolve({
        status: incoming.statusCode!,
        headers: incoming.headers,
        rawHeaders: incoming.rawHeaders,
        text: received,
        get json() {
          return JSON.parse(received);
        },
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Writes these bytes and collects what comes back until the server hangs up. */
export function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    text(socket).then(resolve, reject);
  });
}

export interface Signing {
  readonly key?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly service?: string;
  readonly region?: string;
  readonly atEpochMs?: number;
}

/** Signs as the AWS SDK for JavaScript does, with its own signer: an implementation that is not the one under test. */
export async function signed(port: number, wanted: Wanted = {}, signing: Signing = {}): Promise<Required<Wanted>> {
  const { method = 'POST', target = '/v1/agents/AGENT12345/action-groups', body = '' } = wanted;
  const { key = PAYMENTS, service = 'execute-api', region = 'us-east-1', atEpochMs = NOW } = signing;
  const signer = new SignatureV4({ credentials: key, service, region, sha256: Sha256 });
  const [path, query = ''] = target.split('?');
  const request = {
    method,
    protocol: 'http:',
    hostname: 'localhost',
    port,
    path: path!,
    query: Object.fromEntries([...Map.groupBy(new URLSearchParams(query), ([name]) => name)].map(valuesOf)),
    headers: { host: `localhost:${port}`, ...wanted.headers },
    body,
  };
  const { headers } = await signer.sign(request, { signingDate: new Date(atEpochMs) });
  return { method, target, headers, body };
}

function valuesOf([name, pairs]: [string, [string, string][]]): [string, string[]] {
  return [name, pairs.map(([, value]) => value)];
}

/** The digest that the SDK's signer wants to be given. */
export class Sha256 {
  private readonly hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : bytes(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(typeof data === 'string' ? data : bytes(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
  reset(): void {}
}

function bytes(data: ArrayBuffer | ArrayBufferView): Buffer {
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}
