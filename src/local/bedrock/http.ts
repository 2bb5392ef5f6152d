/** Reading and writing HTTP: bodies, and the rest-json shapes of answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import { AwsFailure } from './failure.ts';

const LARGEST_BODY_BYTES = 8 * 1024 * 1024;

/** @throws {AwsFailure} 413, above 8 MiB. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= LARGEST_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes > LARGEST_BODY_BYTES) {
    throw new AwsFailure(413, 'RequestEntityTooLargeException', `The body is larger than ${LARGEST_BODY_BYTES} bytes.`);
  }
  return Buffer.concat(chunks);
}

export function sendAnswer(response: ServerResponse, status: number, answer: Answer): void {
  if (answer === undefined) response.writeHead(status).end();
  else sendText(response, status, 'application/json', JSON.stringify(answer));
}

export function sendFailure(response: ServerResponse, { status, type, message, fieldList }: AwsFailure): void {
  response.setHeader('x-amzn-ErrorType', type);
  sendText(response, status, 'application/json', JSON.stringify({ __type: type, message, fieldList }));
}

export function sendText(response: ServerResponse, status: number, contentType: string, text: string): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) }).end(text);
}
