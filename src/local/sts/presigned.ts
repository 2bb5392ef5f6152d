/** A presigned `GetCallerIdentity`, judged as STS judges it: in its order, with its codes and its words. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { LocalPrincipal } from '../gateway/principals.ts';
import { collapse, encode, type Header, hmac, parseAmzDate } from '../gateway/sigv4.ts';

export interface StsFailure {
  readonly status: 400 | 403;
  readonly code: string;
  readonly message: string;
}

const LIFETIME_MS = 15 * 60_000;
const SKEW_MS = 5 * 60_000;

/** Who signed the query; `X-Amz-Expires` is signed but otherwise ignored, as it is by STS. */
export function signerOf(
  query: URLSearchParams,
  headers: readonly Header[],
  principals: readonly LocalPrincipal[],
  { region, nowEpochMs }: { readonly region: string; readonly nowEpochMs: number },
): LocalPrincipal | StsFailure {
  const value = (name: string) => query.get(name) ?? '';
  if (value('X-Amz-Algorithm') === '')
    return fail(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
  if (value('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256')
    return fail(400, 'IncompleteSignature', 'Unsupported AWS algorithm');
  const repeated = [...query.keys()].find((name) => query.getAll(name).length > 1);
  if (repeated !== undefined) return fail(400, 'IncompleteSignature', `Duplicate parameter: ${repeated}`);
  for (const name of ['Credential', 'Date', 'SignedHeaders', 'Signature']) {
    if (value(`X-Amz-${name}`) === '')
      return fail(400, 'IncompleteSignature', `AWS query-string parameters must include 'X-Amz-${name}'.`);
  }

  const [accessKeyId, ...scope] = value('X-Amz-Credential').split('/');
  const [date = '', scopeRegion, service, terminator] = scope;
  const signedAt = value('X-Amz-Date');
  if (scopeRegion !== region) return mismatch('Credential should be scoped to a valid region. ');
  if (service !== 'sts') return mismatch("Credential should be scoped to correct service: 'sts'. ");
  if (terminator !== 'aws4_request' || scope.length !== 4) {
    return mismatch("Credential should be scoped with a valid terminator: 'aws4_request'. ");
  }
  const signedAtEpochMs = parseAmzDate(signedAt);
  if (signedAtEpochMs === undefined || !signedAt.startsWith(date)) {
    return mismatch('Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP');
  }
  const here = new Date(nowEpochMs).toISOString().replace(/[:-]|\.\d+/g, '');
  if (nowEpochMs - signedAtEpochMs > LIFETIME_MS) {
    return mismatch(`Signature expired: ${signedAt} is now earlier than ${here} less 15 min.`);
  }
  if (signedAtEpochMs - nowEpochMs > SKEW_MS) {
    return mismatch(`Signature not yet current: ${signedAt} is still later than ${here} plus 5 min.`);
  }

  const principal = principals.find((each) => each.accessKeyId !== undefined && each.accessKeyId === accessKeyId);
  if (
    principal?.secretAccessKey === undefined ||
    (query.get('X-Amz-Security-Token') ?? undefined) !== principal.sessionToken
  ) {
    return fail(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
  }

  const names = value('X-Amz-SignedHeaders').split(';');
  if (!names.includes('host')) return mismatch("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  const received = Map.groupBy(headers, ([name]) => name.toLowerCase());
  const lineOf = (name: string) =>
    `${name}:${(received.get(name) ?? []).map(([, text]) => collapse(text)).join(',')}\n`;
  const canonicalQuery = [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, text]) => `${encode(name, '')}=${encode(text, '')}`)
    .sort()
    .join('&');
  const emptyBody = createHash('sha256').digest('hex');
  const canonicalRequest = ['GET', '/', canonicalQuery, names.map(lineOf).join(''), names.join(';'), emptyBody].join(
    '\n',
  );
  const digest = createHash('sha256').update(canonicalRequest).digest('hex');
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${principal.secretAccessKey}`);
  const expected = hmac(key, ['AWS4-HMAC-SHA256', signedAt, scope.join('/'), digest].join('\n'));
  const given = Buffer.from(value('X-Amz-Signature'), 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return mismatch(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  }
  return principal;
}

function mismatch(message: string): StsFailure {
  return fail(403, 'SignatureDoesNotMatch', message);
}

function fail(status: StsFailure['status'], code: string, message: string): StsFailure {
  return { status, code, message };
}
