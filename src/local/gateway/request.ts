/** A request as it came off the wire, and the limits that API Gateway sets before anything else happens. */
import type { IncomingMessage } from 'node:http';
import type { Refusal } from '../../http/gateway-response.ts';
import type { Header, SignedRequest } from './sigv4.ts';

/** Request line and headers together. */
const MAX_HEADER_BYTES = 10_240;
export const MAX_BODY_BYTES = 10 * 1024 * 1024;

export interface ReceivedRequest extends SignedRequest {
  /** The path as received, still percent-encoded. */
  readonly path: string;
  /** What follows the first `?`, still percent-encoded; empty when there is none. */
  readonly query: string;
}

/** In the client's order and spelling, repeated ones included. */
export function headersOf(incoming: IncomingMessage): Header[] {
  const headers: Header[] = [];
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    headers.push([incoming.rawHeaders[i]!, incoming.rawHeaders[i + 1]!]);
  }
  return headers;
}

export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf('?');
  return mark === -1 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** Refuses what no route could be found for, or no event built from. */
export function checkHead(method: string, target: string, headers: readonly Header[]): Refusal | undefined {
  const headBytes = headers.reduce(
    (sum, [name, value]) => sum + name.length + value.length,
    method.length + target.length,
  );
  if (headBytes > MAX_HEADER_BYTES) {
    return {
      code: 'HEADERS_TOO_LARGE',
      detail: `Request line and headers come to ${headBytes} bytes; ${MAX_HEADER_BYTES} are allowed.`,
    };
  }
  if (!target.startsWith('/')) return { code: 'BAD_REQUEST', detail: 'The request target must be a path.' };
  const { path, query } = splitTarget(target);
  for (const [name, text] of Object.entries({ path, query })) {
    if (!decodes(text)) return { code: 'BAD_REQUEST', detail: `The ${name} is not valid percent-encoded UTF-8.` };
  }
  return undefined;
}

function decodes(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The whole body, or why there is none. What exceeds the limit is read and thrown away, so that a client which writes
 * before it reads still gets its answer.
 */
export function readBody(incoming: IncomingMessage): Promise<Buffer | 'too-large' | 'aborted'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    if (Number(incoming.headers['content-length'] ?? 0) > MAX_BODY_BYTES) resolve('too-large');
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) {
        chunks.push(chunk);
      } else {
        chunks.length = 0;
        resolve('too-large');
      }
    });
    incoming.on('end', () => resolve(Buffer.concat(chunks)));
    incoming.on('error', () => resolve('aborted'));
    incoming.on('close', () => resolve('aborted'));
  });
}
