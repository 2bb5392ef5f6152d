import type { APIGatewayProxyEvent } from 'aws-lambda';
import { scanJson } from '../contract/json-text.ts';
import { firstOf, Problem, type ProblemCode } from '../problem.ts';

/** More than any action group needs (Bedrock's own limits are below it), and few enough to read twice. */
export const MAX_BODY_BYTES = 1_048_576;

export function hasBody({ body }: APIGatewayProxyEvent): boolean {
  return body !== null && body !== undefined && body !== '';
}

/**
 * Looks at the body while it is still text, before the JSON parser sees it: what a parser silently repairs or loses
 * (broken UTF-8, all but the last of two equal names) could differ from what the caller, or a reviewer, read.
 *
 * @throws {Problem} `MALFORMED_BODY`, `BODY_TOO_LARGE`.
 */
export function readText(event: APIGatewayProxyEvent): void {
  const text = decode(event);
  if (text.trim() === '') {
    throw badBody('MALFORMED_BODY', 'The body is empty.', 'Send a JSON object.');
  }
  const faults = scanJson(text);
  if (faults.length > 0) {
    throw new Problem('MALFORMED_BODY', { detail: firstOf(faults), errors: faults });
  }
  event.body = text;
  event.isBase64Encoded = false;
}

function decode({ body, isBase64Encoded }: APIGatewayProxyEvent): string {
  if (body === null || body === undefined) return '';
  // Base64 is a third longer; checked before it is decoded, so that a huge body costs nothing.
  const tooLarge = isBase64Encoded ? body.length * 0.75 > MAX_BODY_BYTES + 2 : Buffer.byteLength(body) > MAX_BODY_BYTES;
  if (tooLarge) throw bodyTooLarge();
  if (!isBase64Encoded) {
    // API Gateway has replaced what was not UTF-8; nobody can tell what the caller meant.
    if (body.includes('\ufffd')) throw notUtf8();
    return body;
  }
  const bytes = Buffer.from(body, 'base64');
  if (bytes.length > MAX_BODY_BYTES) throw bodyTooLarge();
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw notUtf8();
  }
}

const bodyTooLarge = () =>
  badBody(
    'BODY_TOO_LARGE',
    `The body is larger than ${MAX_BODY_BYTES} bytes (1 MB).`,
    'Put a large OpenAPI schema into S3 and name it in apiSchema.s3.',
  );

const notUtf8 = () =>
  badBody(
    'MALFORMED_BODY',
    'The body is not valid UTF-8.',
    'Send it as UTF-8; write a replacement character, if you mean one, as \\ufffd.',
  );

/** A fault of the body as a whole, listed like every other. @param pointer the body itself unless it is told */
export function badBody(code: ProblemCode, message: string, fix: string, pointer = ''): Problem {
  return new Problem(code, { detail: `${message} ${fix}`, errors: [{ pointer, message, fix }] });
}
