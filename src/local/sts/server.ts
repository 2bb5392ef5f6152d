/**
 * AWS STS, emulated over HTTP as far as a proof of identity needs it: `GetCallerIdentity` by a presigned GET. For `npm start`
 * and for tests. Never deployed.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { identityOf } from '../gateway/identity.ts';
import type { LocalPrincipal } from '../gateway/principals.ts';
import { headersOf, splitTarget } from '../gateway/request.ts';
import type { Header } from '../gateway/sigv4.ts';
import { type StsFailure, signerOf } from './presigned.ts';

export interface StsEmulatorOptions {
  /** Whose signatures are known; the ARN that each is answered with is the one that the local gateway shows. */
  readonly principals: readonly LocalPrincipal[];
  readonly region: string;
  /** 0, the default, picks a free one. Only loopback is listened on. */
  readonly port?: number;
  readonly now?: () => number;
}

export interface StsRequest {
  readonly method: string;
  /** Path and query as received. */
  readonly target: string;
  readonly headers: readonly Header[];
  readonly status: number;
}

export interface StsEmulator {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly url: string;
  /** What was received, in order. */
  readonly requests: readonly StsRequest[];
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly json: object;
  readonly xml: string;
}

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** @throws {Error} when the port is taken, or a principal's ARN makes no sense. */
export async function startStsEmulator(options: StsEmulatorOptions): Promise<StsEmulator> {
  const { principals, region, now = Date.now } = options;
  const identities = new Map(principals.map((principal) => [principal, identityOf(principal)]));
  const requests: StsRequest[] = [];

  function answer(method: string, target: string, headers: readonly Header[], requestId: string): Answer {
    const { path, query: text } = splitTarget(target);
    const query = new URLSearchParams(text);
    const known = query.get('Action') === 'GetCallerIdentity' && query.get('Version') === '2011-06-15';
    if (method !== 'GET' || path !== '/' || !known) {
      const message = `Could not find operation ${query.get('Action') ?? ''} for version ${query.get('Version') ?? ''}`;
      return failed({ status: 400, code: 'InvalidAction', message }, requestId);
    }
    const signer = signerOf(query, headers, principals, { region, nowEpochMs: now() });
    if ('code' in signer) return failed(signer, requestId);
    const { userArn, caller, accountId } = identities.get(signer)!;
    return named({ Arn: userArn!, UserId: caller!, Account: accountId! }, requestId);
  }

  function serve(incoming: IncomingMessage, response: ServerResponse): void {
    incoming.resume();
    const { method = '', url: target = '' } = incoming;
    const headers = headersOf(incoming);
    const requestId = randomUUID();
    const { status, json, xml } = answer(method, target, headers, requestId);
    requests.push({ method, target, headers, status });
    const wantsJson = incoming.headers.accept === 'application/json';
    response.writeHead(status, {
      'Content-Type': wantsJson ? 'application/json' : 'text/xml',
      'x-amzn-RequestId': requestId,
    });
    response.end(wantsJson ? JSON.stringify(json) : xml);
  }

  const server = createServer(serve);
  await new Promise<void>((listening, failing) => {
    server.once('error', failing);
    server.listen(options.port ?? 0, '127.0.0.1', listening);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

function named(result: { Arn: string; UserId: string; Account: string }, RequestId: string): Answer {
  const { Arn, UserId, Account } = result;
  return {
    status: 200,
    json: {
      GetCallerIdentityResponse: { GetCallerIdentityResult: { Account, Arn, UserId }, ResponseMetadata: { RequestId } },
    },
    xml: `<GetCallerIdentityResponse xmlns="${NAMESPACE}">
  <GetCallerIdentityResult>
    <Arn>${escaped(Arn)}</Arn>
    <UserId>${escaped(UserId)}</UserId>
    <Account>${Account}</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>${RequestId}</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
`,
  };
}

function failed({ status, code, message }: StsFailure, RequestId: string): Answer {
  return {
    status,
    json: { Error: { Code: code, Message: message, Type: 'Sender' }, RequestId },
    xml: `<ErrorResponse xmlns="${NAMESPACE}">
  <Error>
    <Type>Sender</Type>
    <Code>${code}</Code>
    <Message>${escaped(message)}</Message>
  </Error>
  <RequestId>${RequestId}</RequestId>
</ErrorResponse>
`,
  };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
