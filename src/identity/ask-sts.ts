import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { AUDIENCE_HEADER, type Binding } from './proof.ts';
import type { StsAnswer } from './sts-answer.ts';

/** An answer has a few hundred bytes. */
const MAX_ANSWER_BYTES = 16 * 1024;
const TIMEOUT_MS = 3_000;

/** Puts a presigned query to STS. */
export type AskSts = (query: string, binding: Binding) => Promise<StsAnswer>;

/**
 * Sends the query to the one configured host, with our own audience and no other header of consequence. A redirect is an
 * answer like any other: `node:https` follows none, reads no proxy variable and keeps no cookie.
 *
 * @throws when there is no whole answer of reasonable size in time.
 */
export function askSts(
  query: string,
  { audience, sts }: Binding,
  { timeoutMs = TIMEOUT_MS, maxAnswerBytes = MAX_ANSWER_BYTES } = {},
): Promise<StsAnswer> {
  const url = new URL(`/?${query}`, sts.origin);
  const options = {
    method: 'GET',
    // A connection kept while Lambda was frozen may be dead without a sign.
    agent: false,
    headers: { Host: sts.host, Accept: 'application/json', [AUDIENCE_HEADER]: audience },
    signal: AbortSignal.timeout(timeoutMs),
  };
  return new Promise((resolve, reject) => {
    const outgoing = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options);
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > maxAnswerBytes) incoming.destroy(new Error(`STS answers with more than ${maxAnswerBytes} bytes.`));
      });
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          contentType: incoming.headers['content-type'] ?? '',
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    outgoing.end();
  });
}
