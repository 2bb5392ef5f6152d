/** Every request that arrived, answered or not, so that a test can say "no call upstream". */
import type { IncomingHttpHeaders } from 'node:http';
import type { FaultKind } from './faults.ts';
import type { OperationName } from './model.ts';

export interface RequestLogEntry {
  readonly requestId: string;
  /** ISO 8601, on arrival. */
  readonly at: string;
  /** null: no operation has this method and path. */
  readonly operation: OperationName | null;
  readonly method: string;
  /** With its query, still percent-encoded. */
  readonly path: string;
  /** null until answered; it stays null when the connection was dropped or left hanging. */
  status: number | null;
  /** The fault that this request met. */
  fault?: FaultKind;
  readonly userAgent: string;
  /** From the signature's credential scope, which is not verified. */
  readonly accessKeyId?: string;
  readonly signingName?: string;
  /** Those that say how the caller retries and traces; never the signature or a session token. */
  readonly headers: Readonly<Record<string, string>>;
}

const KEPT = ['amz-sdk-invocation-id', 'amz-sdk-request', 'content-type', 'traceparent', 'x-amzn-trace-id'];

export function headerFacts(
  headers: IncomingHttpHeaders,
): Pick<RequestLogEntry, 'userAgent' | 'accessKeyId' | 'signingName' | 'headers'> {
  const scope = /Credential=([^/,\s]+)\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(headers.authorization ?? '');
  return {
    userAgent: headers['user-agent'] ?? '',
    ...(scope === null ? {} : { accessKeyId: scope[1]!, signingName: scope[2]! }),
    headers: Object.fromEntries(KEPT.filter((name) => name in headers).map((name) => [name, String(headers[name])])),
  };
}
