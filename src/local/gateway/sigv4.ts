/**
 * AWS Signature Version 4, from the receiving end: was this request signed with one of these keys, and not altered since?
 *
 * Clients differ in how they spell the path and query that they sign: curl signs them raw, botocore and the JavaScript SDK
 * normalise the path and encode it once more. AWS accepts all of them, so this tries that small set of spellings. The
 * method, the signed headers and the body are never subject to choice.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export type Header = readonly [name: string, value: string];

export interface SignedRequest {
  readonly method: string;
  /** Path and query, byte for byte as received. */
  readonly target: string;
  readonly headers: readonly Header[];
  readonly body: Buffer;
}

export interface SigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface VerifyOptions {
  readonly services: readonly string[];
  readonly region: string;
  readonly nowEpochMs: number;
}

export type Verdict<Key> =
  | { readonly ok: Key }
  | { readonly refused: 'NOT_SIGNED' | 'SIGNATURE_INVALID'; readonly detail: string };

const ALGORITHM = 'AWS4-HMAC-SHA256';
const MAX_SKEW_MS = 5 * 60 * 1000;

/** The `detail` of a refusal helps whoever holds the secret, and tells nobody the signature that was expected. */
export function verify<Key extends SigningKey>(
  request: SignedRequest,
  keys: readonly Key[],
  options: VerifyOptions,
): Verdict<Key> {
  const header = headerReader(request.headers);
  if (isPresigned(request.target)) return refuse('A presigned URL is not supported here: sign the headers instead.');
  const [authorization, ...others] = header('authorization');
  if (authorization === undefined) {
    return {
      refused: 'NOT_SIGNED',
      detail: 'Missing Authentication Token: the request carries no signature.',
    };
  }
  if (others.length > 0) return refuse('There is more than one Authorization header.');

  const parts = parseAuthorization(authorization);
  if (parts === undefined) {
    return refuse(
      `The Authorization header must read: ${ALGORITHM} Credential=KEY/DATE/REGION/SERVICE/aws4_request, SignedHeaders=…, Signature=….`,
    );
  }
  const { scope, signedHeaders } = parts;
  if (scope.region !== options.region) {
    return refuse(`The request is signed for the region ${scope.region}; this API is in ${options.region}.`);
  }
  if (!options.services.includes(scope.service)) {
    return refuse(`The request is signed for the service ${scope.service}; sign for ${options.services.join(' or ')}.`);
  }

  const dates = header('x-amz-date');
  const signedAt = dates.length === 1 ? parseAmzDate(dates[0]!) : undefined;
  if (signedAt === undefined) return refuse('Exactly one X-Amz-Date header like 20261120T120000Z is required.');
  if (Math.abs(options.nowEpochMs - signedAt) > MAX_SKEW_MS) {
    return refuse(
      `The signature has expired or is not yet current: X-Amz-Date is ${dates[0]}, the time here is ${new Date(options.nowEpochMs).toISOString()}, five minutes are allowed.`,
    );
  }
  if (!dates[0]!.startsWith(scope.date)) {
    return refuse(`The credential's date ${scope.date} is not the date of X-Amz-Date, ${dates[0]}.`);
  }

  if (!signedHeaders.includes('host')) return refuse('The host header must be signed.');
  const absent = signedHeaders.filter((name) => header(name).length === 0);
  if (absent.length > 0) return refuse(`Signed but not received: ${absent.join(', ')}.`);
  if (header('host').length !== 1) return refuse('There is more than one Host header.');

  const key = keys.find(({ accessKeyId }) => accessKeyId === scope.accessKeyId);
  if (key === undefined) return refuse(`The access key ${scope.accessKeyId} is not known here.`);
  if (!sameToken(header('x-amz-security-token'), key.sessionToken)) {
    return refuse('X-Amz-Security-Token is not the session token that belongs to this access key.');
  }

  const canonicalHeaders = signedHeaders.map((name) => `${name}:${header(name).map(collapse).join(',')}\n`).join('');
  const bodyDigest = createHash('sha256').update(request.body).digest('hex');
  const signingKey = [scope.date, scope.region, scope.service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${key.secretAccessKey}`,
  );
  for (const [path, query] of spellings(request.target)) {
    const canonicalRequest = [request.method, path, query, canonicalHeaders, parts.signedHeadersText, bodyDigest].join(
      '\n',
    );
    // Node hands over header and URL bytes as Latin-1, so that is how they go back to bytes.
    const digest = createHash('sha256').update(canonicalRequest, 'latin1').digest('hex');
    const stringToSign = [ALGORITHM, dates[0], scope.text, digest].join('\n');
    if (timingSafeEqual(hmac(signingKey, stringToSign), parts.signature)) return { ok: key };
  }
  return refuse(
    `The signature does not match. Check the secret key, and that nothing changed after signing. ` +
      `Received: ${request.method}, signed headers ${parts.signedHeadersText}, a body of ${request.body.length} bytes with SHA-256 ${bodyDigest}.`,
  );
}

function refuse(detail: string) {
  return { refused: 'SIGNATURE_INVALID', detail } as const;
}

function headerReader(headers: readonly Header[]): (lowerCaseName: string) => readonly string[] {
  const byName = Map.groupBy(headers, ([name]) => name.toLowerCase());
  return (name) => (byName.get(name) ?? []).map(([, value]) => value);
}

function isPresigned(target: string): boolean {
  return /[?&]X-Amz-(Signature|Credential|Algorithm)=/i.test(target);
}

function parseAuthorization(text: string) {
  const fields = /^AWS4-HMAC-SHA256 +(.+)$/
    .exec(text)?.[1]
    ?.split(',')
    .map((field) => field.trim().split('='));
  if (fields?.length !== 3 || fields.some(({ length }) => length !== 2)) return undefined;
  const { Credential, SignedHeaders, Signature } = Object.fromEntries(fields) as Record<string, string | undefined>;
  const [accessKeyId, date, region, service, terminator, ...more] = Credential?.split('/') ?? [];
  if (!accessKeyId || !date || !region || !service || terminator !== 'aws4_request' || more.length > 0)
    return undefined;
  if (!SignedHeaders || !/^[0-9a-f]{64}$/.test(Signature ?? '')) return undefined;
  return {
    scope: { accessKeyId, date, region, service, text: `${date}/${region}/${service}/aws4_request` },
    signedHeaders: SignedHeaders.split(';'),
    signedHeadersText: SignedHeaders,
    signature: Buffer.from(Signature!, 'hex'),
  };
}

/** Milliseconds since the epoch; nothing for a date that the calendar does not have. */
export function parseAmzDate(text: string): number | undefined {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6.000Z');
  const epochMs = Date.parse(iso);
  if (iso === text || Number.isNaN(epochMs) || new Date(epochMs).toISOString() !== iso) return undefined;
  return epochMs;
}

function sameToken(received: readonly string[], expected: string | undefined): boolean {
  if (expected === undefined || received.length !== 1) return expected === undefined && received.length === 0;
  const digest = (token: string) => createHash('sha256').update(token).digest();
  return timingSafeEqual(digest(received[0]!), digest(expected));
}

export function collapse(value: string): string {
  return value.replace(/^[ \t]+|[ \t]+$/g, '').replace(/[ \t]+/g, ' ');
}

/** The canonical paths and queries that known clients sign for this target. */
function* spellings(target: string): Generator<readonly [path: string, query: string]> {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const query = mark === -1 ? '' : target.slice(mark + 1);
  const paths = [path, normalised(path)].flatMap((each) => [each, encode(each, '/')]);
  const sorted = (respell: (part: string) => string) =>
    query
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => [pair.split('=', 1)[0]!, pair.includes('=') ? pair.slice(pair.indexOf('=') + 1) : ''] as const)
      .map(([name, value]) => [respell(name), respell(value)] as const)
      .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
      .map((pair) => pair.join('='))
      .join('&');
  const queries = [
    query,
    sorted((part) => part),
    sorted((part) => encode(decode(part), '')),
    sorted((part) => encode(decode(part.replaceAll('+', ' ')), '')),
  ];
  for (const eachPath of new Set(paths)) for (const eachQuery of new Set(queries)) yield [eachPath, eachQuery];
}

/** Without empty and dot segments; a trailing slash stays. */
function normalised(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return kept.length === 0 ? '/' : `/${kept.join('/')}${path.endsWith('/') ? '/' : ''}`;
}

export function encode(text: string, keep: '' | '/'): string {
  return Array.from(Buffer.from(text), (byte) => {
    const char = String.fromCharCode(byte);
    if (/[A-Za-z0-9\-._~]/.test(char) || (keep !== '' && char === keep)) return char;
    return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
