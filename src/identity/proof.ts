/**
 * A proof of AWS identity: a presigned `sts:GetCallerIdentity` that only this service can put to use.
 *
 * The caller signs, with the credentials that it has anyway, a question that only STS can answer: "who am I?". The signature
 * covers a header that names the service, so a proof for one service says nothing at another. It travels where every AWS
 * client sends a session token, unchanged: `X-Amz-Security-Token`.
 *
 * A proof is a secret for as long as it lives: whoever holds it is the caller. Nothing here or elsewhere logs one.
 *
 * Imports nothing but Node, since the caller's side is shipped as one file.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac } from 'node:crypto';
import type { StsEndpoint } from './sts-endpoint.ts';

export const AUDIENCE_HEADER = 'x-portcullis-audience';
/** Exactly these: the verifier sends no other, so a proof that needs one would fail at STS in any case. */
export const SIGNED_HEADERS = `host;${AUDIENCE_HEADER}`;
/** Names the service: visible ASCII, because SigV4 would collapse blanks. */
export const AUDIENCE = /^[!-~]{1,256}$/;
export const MAX_PROOF_BYTES = 4096;
/** STS answers no older signature, whatever its `X-Amz-Expires`. */
export const PROOF_LIFETIME_SECONDS = 900;

const PREFIX = 'portcullis-proof-v1.';
const ALGORITHM = 'AWS4-HMAC-SHA256';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface Proof {
  /** To be sent as the session token. */
  readonly text: string;
  readonly expiresAtEpochMs: number;
}

/** Who may read a proof: the service that it names, at the STS host that it is signed for. */
export interface Binding {
  readonly audience: string;
  readonly sts: StsEndpoint;
}

/** @param signedAtEpochMs counted in whole seconds. */
export function makeProof(credentials: Credentials, { audience, sts }: Binding, signedAtEpochMs: number): Proof {
  const signedAt = amzDate(signedAtEpochMs);
  const scope = [signedAt.slice(0, 8), sts.region, 'sts', 'aws4_request'];
  const parameters: Record<string, string> = {
    Action: 'GetCallerIdentity',
    Version: '2011-06-15',
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Credential': [credentials.accessKeyId, ...scope].join('/'),
    'X-Amz-Date': signedAt,
    'X-Amz-Expires': String(PROOF_LIFETIME_SECONDS),
    ...(credentials.sessionToken === undefined ? {} : { 'X-Amz-Security-Token': credentials.sessionToken }),
    'X-Amz-SignedHeaders': SIGNED_HEADERS,
  };
  const canonicalRequest = [
    'GET',
    '/',
    queryOf(parameters),
    `host:${sts.host}\n${AUDIENCE_HEADER}:${audience}\n`,
    SIGNED_HEADERS,
    sha256(''),
  ].join('\n');
  const stringToSign = [ALGORITHM, signedAt, scope.join('/'), sha256(canonicalRequest)].join('\n');
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`);
  const query = queryOf({ ...parameters, 'X-Amz-Signature': hmac(key, stringToSign).toString('hex') });
  return {
    text: PREFIX + Buffer.from(query).toString('base64url'),
    expiresAtEpochMs: parseAmzDate(signedAt)! + PROOF_LIFETIME_SECONDS * 1000,
  };
}

/** What a proof says, in the right form; whether it is true, only STS knows. */
export interface ProofClaims {
  /** The presigned query, spelt anew from the parameters that were read. */
  readonly query: string;
  readonly service: string;
  readonly region: string;
  readonly signedHeaders: string;
  readonly signedAtEpochMs: number;
  /** As long as its signer wants it to live. */
  readonly lifetimeSeconds: number;
}

/** The form of each parameter, decoded. Only these are read; all must be there once, but the token, which users lack. */
const PARAMETERS: Readonly<Record<string, RegExp>> = {
  Action: /^GetCallerIdentity$/,
  Version: /^2011-06-15$/,
  'X-Amz-Algorithm': /^AWS4-HMAC-SHA256$/,
  'X-Amz-Credential': /^\w{1,128}\/\d{8}\/[a-z0-9-]{1,32}\/[a-z0-9-]{1,32}\/aws4_request$/,
  'X-Amz-Date': /^\d{8}T\d{6}Z$/,
  'X-Amz-Expires': /^[1-9]\d{0,5}$/,
  'X-Amz-Security-Token': /^[!-~]+$/,
  'X-Amz-SignedHeaders': /^[a-z0-9;-]{1,256}$/,
  'X-Amz-Signature': /^[0-9a-f]{64}$/,
};

/** @returns why this is no proof, in words that quote none of it, or what it says. */
export function readProof(text: string): ProofClaims | { readonly fault: string } {
  if (!text.startsWith(PREFIX)) return { fault: `It does not begin with ${PREFIX}` };
  const encoded = text.slice(PREFIX.length);
  const bytes = Buffer.from(encoded, 'base64url');
  // Buffer skips what it does not know: only what it would write itself was base64url.
  if (bytes.length === 0 || bytes.toString('base64url') !== encoded) return { fault: 'It is not base64url.' };

  const values = new Map<string, string>();
  for (const pair of bytes.toString('latin1').split('&')) {
    const [name = '', value = '', ...more] = pair.split('=');
    // A name is compared as it is spelt: another case, `%2D` or `[]` makes another name.
    if (!Object.hasOwn(PARAMETERS, name)) return { fault: 'It holds a parameter that is not read here.' };
    if (values.has(name)) return { fault: `It holds ${name} twice.` };
    const decoded = decode(value);
    if (more.length > 0 || decoded === undefined || !PARAMETERS[name]!.test(decoded)) {
      return { fault: `Its ${name} is not of the form that is read here.` };
    }
    values.set(name, decoded);
  }
  for (const name of Object.keys(PARAMETERS)) {
    if (!values.has(name) && name !== 'X-Amz-Security-Token') return { fault: `It lacks ${name}.` };
  }

  const value = (name: string) => values.get(name)!;
  const [, date, region, service] = value('X-Amz-Credential').split('/') as [string, string, string, string];
  const signedAtEpochMs = parseAmzDate(value('X-Amz-Date'));
  if (signedAtEpochMs === undefined) return { fault: 'Its X-Amz-Date is not in the calendar.' };
  if (!value('X-Amz-Date').startsWith(date)) return { fault: 'Its X-Amz-Date is of another day than its credential.' };
  return {
    query: queryOf(Object.fromEntries(values)),
    service,
    region,
    signedHeaders: value('X-Amz-SignedHeaders'),
    signedAtEpochMs,
    lifetimeSeconds: Number(value('X-Amz-Expires')),
  };
}

/** Sorted and spelt as SigV4 does; all names are ASCII. */
function queryOf(parameters: Readonly<Record<string, string>>): string {
  return Object.keys(parameters)
    .sort()
    .map((name) => `${name}=${encode(parameters[name]!)}`)
    .join('&');
}

/** Undefined for what no signer writes: a second spelling would be a second proof. */
function decode(value: string): string | undefined {
  try {
    const decoded = decodeURIComponent(value);
    return encode(decoded) === value ? decoded : undefined;
  } catch {
    return undefined;
  }
}

function encode(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `20261120T120000Z` */
function amzDate(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/[:-]|\.\d+/g, '');
}

function parseAmzDate(text: string): number | undefined {
  const epochMs = Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  // A day such as 31 February would come back as another.
  return Number.isNaN(epochMs) || amzDate(epochMs) !== text ? undefined : epochMs;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
