/** Hostile requests over real sockets, to the gateway of `npm start`: whole requests, altered signatures, broken framing. */
import type { LocalPrincipal } from '../../src/local/gateway/principals.ts';
import type { Local } from '../../src/local/start.ts';
import { signed } from '../local/gateway/gateway.ts';
import { asCurl, caseOf, type HostileRequest } from './cases.ts';
import type { Answered, Asked } from './judged-answer.ts';
import { strangeProof } from './mutate-proof.ts';
import { OPERATIONS } from './operations.ts';
import { type Random, randomOf } from './random.ts';
import { exchange, rendered } from './raw-http.ts';
import { askedBy } from './run.ts';
import { SECRETS } from './secrets.ts';

export interface OverWire {
  readonly asked: Asked;
  readonly answer: Answered | 'closed';
  /** Half a request may go without an answer. */
  readonly mayClose: boolean;
  readonly did: readonly string[];
  /** To send it again. */
  readonly shown: string;
}

interface Sent {
  readonly asked: Asked;
  readonly bytes: Buffer;
  readonly mayClose?: boolean;
  readonly did: readonly string[];
  readonly shown?: string;
  /** Of the gateway, where it is another. */
  readonly port?: number;
}

export interface Gateways {
  readonly local: Local;
  /** The one that takes proofs of identity on `/aws`. */
  readonly proving: Local;
  readonly principals: readonly LocalPrincipal[];
}

type Key = Required<Pick<LocalPrincipal, 'accessKeyId' | 'secretAccessKey'>> & LocalPrincipal;

export async function sendOverWire(
  seed: number,
  caseNumber: number,
  groups: readonly string[],
  { local, proving, principals }: Gateways,
): Promise<OverWire> {
  const { port } = local.gateway;
  const random = randomOf(seed ^ 0x5eed, caseNumber);
  const keys = principals.filter((each): each is Key => each.secretAccessKey !== undefined);
  const kind = random.next();
  const sent =
    kind < 0.5
      ? await whole(seed, caseNumber, groups, port, keys)
      : kind < 0.65
        ? await tampered(random, port, random.pick(keys))
        : kind < 0.75
          ? proved(random, proving, random.pick(keys))
          : framed(random, port);
  const {
    asked,
    bytes,
    did,
    mayClose = false,
    shown = `bytes: ${JSON.stringify(bytes.toString('latin1').slice(0, 2_000))}`,
  } = sent;
  return { asked, did, mayClose, shown, answer: await exchange(sent.port ?? port, bytes, mayClose) };
}

/** The same kind of request as goes straight to the Lambdas; signed where its caller has a key. */
async function whole(
  seed: number,
  caseNumber: number,
  groups: readonly string[],
  port: number,
  keys: readonly Key[],
): Promise<Sent> {
  const hostile = caseOf(seed, caseNumber, groups, false);
  const key = keys.find(({ arn }) => arn === hostile.principal?.arn);
  // A change of the event alone cannot be sent.
  const isEvent = hostile.did.some((did) => did.startsWith('event:'));
  const asked = { ...askedBy(hostile), effect: isEvent ? ('either' as const) : hostile.effect };
  const request = key === undefined ? hostile.request : await signedRequest(hostile.request, port, key);
  return { asked, did: hostile.did, shown: asCurl(hostile), bytes: rendered(request, port) };
}

/** The signer refuses some targets, which then go unsigned. */
async function signedRequest(request: HostileRequest, port: number, key: Key): Promise<HostileRequest> {
  const headers = Object.fromEntries(request.headers);
  try {
    const done = await signed(port, { ...request, headers }, { key, atEpochMs: Date.now() });
    return { ...request, headers: Object.entries({ ...done.headers, 'content-length': String(request.body.length) }) };
  } catch {
    return request;
  }
}

const BODY = Buffer.from(JSON.stringify({ actionGroupName: 'tampered' }));
const CREATE = OPERATIONS.find(({ name }) => name === 'create')!;
const TARGET = '/v1/agents/AGENT12345/versions/DRAFT/action-groups';
const invalid: Asked = {
  operation: CREATE,
  method: 'POST',
  target: TARGET,
  effect: 'invalid',
  shown: [],
  bedrockMayRefuse: false,
};

type Headers = Record<string, string>;

const SIGNATURES: readonly [string, (random: Random, headers: Headers, body: Buffer) => Buffer | undefined][] = [
  [
    'another signature',
    (random, headers) => respell(headers, /[0-9a-f]{64}$/, () => random.text(64, '0123456789abcdef')),
  ],
  ['a signature cut short', (_random, headers) => respell(headers, /.$/, () => '')],
  ['another body', () => Buffer.from(BODY.toString().replace('tampered', 'tempered'))],
  ['another access key', (_random, headers) => respell(headers, /Credential=[^/]+/, () => 'Credential=AKIDNOBODY')],
  ['another region', (_random, headers) => respell(headers, /us-east-1/, () => 'eu-west-1')],
  ['another service', (_random, headers) => respell(headers, /execute-api/, () => 's3')],
  ['another date', (_random, headers) => set(headers, 'x-amz-date', '20200101T000000Z')],
  ['no date', (_random, headers) => void delete headers['x-amz-date']],
  [
    'a date that is none',
    (random, headers) => set(headers, 'x-amz-date', random.pick(['', 'x', '99999999T999999Z', '0'.repeat(2_000)])),
  ],
  ['a session token that is not its own', (_random, headers) => set(headers, 'x-amz-security-token', SECRETS.header)],
  ['a header less signed', (_random, headers) => respell(headers, /host;/, () => '')],
  ['a header more signed', (_random, headers) => respell(headers, /host;/, () => 'host;x-absent;')],
  ['nothing but the algorithm', (_random, headers) => set(headers, 'authorization', 'AWS4-HMAC-SHA256')],
  ['garbage', (random, headers) => set(headers, 'authorization', `${random.text(20)} ${SECRETS.header}=,,==/;`)],
  ['many commas', (_random, headers) => set(headers, 'authorization', `AWS4-HMAC-SHA256 ${','.repeat(8_000)}`)],
  ['names of Object', (_random, headers) => respell(headers, /Signature=.*/, () => '__proto__=x')],
  ['a bearer token', (_random, headers) => set(headers, 'authorization', `Bearer ${SECRETS.header}`)],
  [
    'another host',
    (random, headers) => set(headers, 'host', random.pick(['evil.example', 'localhost', '127.0.0.1', ''])),
  ],
];

async function tampered(random: Random, port: number, key: Key): Promise<Sent> {
  const wanted = { method: 'POST', target: TARGET, headers: { 'content-type': 'application/json' }, body: BODY };
  const { headers } = await signed(port, wanted, { key, atEpochMs: Date.now() });
  const [did, change] = random.pick(SIGNATURES);
  const body = change(random, headers, BODY) ?? BODY;
  const request = { ...wanted, headers: Object.entries(headers), body };
  return { asked: invalid, did: [`signature: ${did}`], bytes: rendered(request, port) };
}

function set(headers: Headers, name: string, value: string): undefined {
  headers[name] = value;
}

function respell(headers: Headers, pattern: RegExp, by: () => string): undefined {
  headers.authorization = headers.authorization!.replace(pattern, by);
}

const GET_AGENT = OPERATIONS.find(({ name }) => name === 'GetAgent')!;

function proved(random: Random, { gateway: { port }, identity }: Local, key: Key): Sent {
  const { proof, did, effect } = strangeProof(random, key, identity!);
  const target = '/aws/agents/AGENT12345/';
  const request = { method: 'GET', target, headers: [['X-Amz-Security-Token', proof]] as const, body: Buffer.alloc(0) };
  const asked = { ...invalid, operation: GET_AGENT, method: 'GET', target, effect };
  return { asked, did: [did], bytes: rendered(request, port), port };
}

/** Bytes that are no request, or a request that two readers could read in two ways. */
function framed(random: Random, port: number): Sent {
  const host = `Host: 127.0.0.1:${port}\r\nConnection: close\r\n`;
  const post = `POST ${TARGET} HTTP/1.1\r\n${host}Content-Type: application/json\r\n`;
  const get = (headers: string, target = '/v1/policy') => `GET ${target} HTTP/1.1\r\n${host}${headers}\r\n`;
  const body = BODY.toString();
  const [did, bytes, mayClose] = random.pick<readonly [string, string | Buffer, boolean?]>([
    ['a chunk of no size', `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n${body}\r\n0\r\n\r\n`],
    ['a chunk of negative size', `${post}Transfer-Encoding: chunked\r\n\r\n-1\r\n${body}\r\n0\r\n\r\n`],
    ['a chunk of enormous size', `${post}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n${body}`],
    ['a chunk longer than what comes', `${post}Transfer-Encoding: chunked\r\n\r\nff\r\n${body}`, true],
    ['chunks without an end', `${post}Transfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n`, true],
    ['a chunk with an endless extension', `${post}Transfer-Encoding: chunked\r\n\r\n5;${'x'.repeat(70_000)}\r\n`, true],
    ['length and chunks', `${post}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['two lengths', `${post}Content-Length: 3\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
    ['a negative length', `${post}Content-Length: -5\r\n\r\n${body}`],
    ['a length in words', `${post}Content-Length: ten\r\n\r\n${body}`],
    ['an enormous length', `${post}Content-Length: 99999999999999999999\r\n\r\n${body}`],
    ['a length of 2 GB', `${post}Content-Length: 2147483648\r\n\r\n${body}`],
    ['less than the length says', `${post}Content-Length: 500\r\n\r\n${body}`, true],
    ['an unknown transfer coding', `${post}Transfer-Encoding: gzip, identity\r\n\r\n${body}`],
    ['an obscured transfer coding', `${post}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n`],
    ['a whole URL as target', get('', `http://127.0.0.1:${port}/v1/policy`)],
    ['the URL of another host as target', get('', 'http://169.254.169.254/latest/meta-data/')],
    ['the target of CONNECT', `CONNECT 169.254.169.254:80 HTTP/1.1\r\n${host}\r\n`, true],
    ['an asterisk as target', `OPTIONS * HTTP/1.1\r\n${host}\r\n`],
    ['no target', `GET  HTTP/1.1\r\n${host}\r\n`],
    ['a target with spaces', get('', '/v1/policy x y')],
    ['a target with NUL', get('', '/v1/policy\0')],
    ['a target with bytes beyond ASCII', Buffer.from(get('', '/v1/policy/\xff\xfe\xc0\xaf'), 'latin1')],
    ['a target with a fragment', get('', '/v1/policy#x')],
    ['a target of 60,000 characters', get('', `/v1/${'a'.repeat(60_000)}`)],
    ['a target of 200,000 characters', get('', `/v1/${'a'.repeat(200_000)}`), true],
    [
      'up and away',
      get(
        '',
        random.pick([
          '/../../etc/passwd',
          '/v1/../../../etc/passwd',
          '/%2e%2e/%2e%2e/etc/passwd',
          '/aws/..%2f..%2fetc',
        ]),
      ),
    ],
    ['slashes alone', get('', '/'.repeat(1 + random.below(5_000)))],
    ['a header of 12,000 characters', get(`X-Long: ${'x'.repeat(12_000)}\r\n`)],
    ['a header of 100,000 characters', get(`X-Long: ${'x'.repeat(100_000)}\r\n`), true],
    ['1,500 headers', get(Array.from({ length: 1_500 }, (_, index) => `X-H${index}: ${index}\r\n`).join(''))],
    ['a header without a name', get(': x\r\n')],
    ['a header without a colon', get('x\r\n')],
    ['a header name with a space', get('X Evil: 1\r\n')],
    ['a space before the colon', get('X-Evil : 1\r\n')],
    ['a header with NUL', get('X-Evil: a\0b\r\n')],
    ['a header with a bare line feed', get('X-Evil: a\nX-More: b\r\n')],
    ['a header with a bare carriage return', get('X-Evil: a\rX-More: b\r\n')],
    ['a folded header', get('X-Evil: a\r\n b\r\n')],
    ['no host', 'GET /v1/policy HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['two hosts', get(`Host: 127.0.0.1:${port}\r\n`)],
    ['another host', 'GET /v1/policy HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'],
    ['a host with a path', `GET /v1/policy HTTP/1.1\r\nHost: 127.0.0.1:${port}/x\r\nConnection: close\r\n\r\n`],
    ["another site's page", get('Origin: https://evil.example\r\n')],
    ["another site's image", get('Sec-Fetch-Site: cross-site\r\n')],
    ['HTTP/0.9', 'GET /v1/policy\r\n\r\n'],
    ['HTTP/1.0 without a host', 'GET /v1/policy HTTP/1.0\r\n\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['HTTP/9.9', 'GET /v1/policy HTTP/9.9\r\n\r\n'],
    ['TLS', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03])],
    ['nothing', '', true],
    ['line ends', '\r\n\r\n\r\n', true],
    ['noise', Buffer.from(random.text(200, '\0\x01\xff\r\n :/GETPOST{}"'), 'latin1'), true],
    ['half a request line', 'POST /v1/age', true],
    ['half a header', `${post}Content-Le`, true],
    ['an upgrade', get('Upgrade: h2c\r\nConnection: Upgrade\r\n', '/v1/nothing'), true],
    ['an expectation', `${post}Expect: 100-continue\r\nContent-Length: 0\r\n\r\n`],
    ['an unknown expectation', `${post}Expect: tea\r\nContent-Length: 0\r\n\r\n`],
    ['a presigned URL', get('', `/v1/policy?X-Amz-Signature=${SECRETS.header}&X-Amz-Credential=x`)],
    // The server need not read all of it before it answers and hangs up.
    ['12 MB', `${post}Content-Length: 12000000\r\n\r\n`, true],
  ]);
  const written = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  const buffer = did === '12 MB' ? Buffer.concat([written, Buffer.alloc(12_000_000, 'x')]) : written;
  return { asked: invalid, did: [`framing: ${did}`], bytes: buffer, mayClose };
}
