import type { Fault } from '../problem.ts';
import type { Checked } from './checked.ts';

const VISIBLE_ASCII = /^[\x21-\x7e]{1,255}$/;

/** RFC 8941: any printable ASCII, with `"` and `\` each behind a backslash. */
const QUOTED_STRING = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"$/;

/**
 * The token that makes a repeated request one request: the header `Idempotency-Key`, or `clientToken` of the body.
 *
 * Neither is ever repeated in a fault.
 *
 * @param headers every value of the header, raw
 * @param clientToken as the body has it; what its form must be, the body's schema says
 */
export function readIdempotencyToken(headers: readonly string[], clientToken?: unknown): Checked<string | undefined> {
  const inBody = typeof clientToken === 'string' ? clientToken : undefined;
  if (headers.length === 0) return { value: inBody };
  if (headers.length > 1) {
    return refused(`\`Idempotency-Key\` is given ${headers.length} times.`, 'Send the header once.');
  }
  const key = unquoted(headers[0]!);
  if (key === undefined || !VISIBLE_ASCII.test(key)) {
    return refused(
      '`Idempotency-Key` is not 1 to 255 visible ASCII characters, bare or in quotes.',
      'Send a fresh UUID for each new request, and the same one for each retry of it.',
    );
  }
  if (inBody !== undefined && inBody !== key) {
    return refused(
      '`Idempotency-Key` and `clientToken` of the body differ.',
      'Send one of the two, or the same token in both.',
    );
  }
  return { value: key };
}

/** Bare, or an RFC 8941 string with its quotes and escapes taken away; `undefined` when the quotes are broken. */
function unquoted(header: string): string | undefined {
  const value = header.replace(/^[ \t]+|[ \t]+$/g, '');
  if (!value.startsWith('"')) return value;
  return QUOTED_STRING.test(value) ? value.slice(1, -1).replace(/\\(["\\])/g, '$1') : undefined;
}

function refused(message: string, fix: string): { faults: readonly Fault[] } {
  return { faults: [{ pointer: 'header:Idempotency-Key', message, fix }] };
}
