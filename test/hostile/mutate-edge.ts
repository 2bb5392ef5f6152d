/** Changes around the body: labels of the path, query, headers. Each says whether the request is still valid. */
import { accepts } from '../contract/service-model.ts';
import { type Draft, LABEL_SHAPES } from './operations.ts';
import type { Random } from './random.ts';
import { SECRETS } from './secrets.ts';

/** `changed`: whether it is valid cannot be told without knowing routes. */
export type Effect = 'valid' | 'invalid' | 'either';

export interface Change {
  readonly did: string;
  readonly effect: Effect;
}

/** As they stand in the path: percent-encoded where they must be. */
const STRANGE_LABELS = [
  '.',
  '..',
  '%2e%2e',
  '%2F',
  '..%2f..%2fadmin',
  'AGENT1234',
  'AGENT123456',
  'AGENT1234%D0%95',
  'AGENT1234%00',
  'AGENT12345%0d%0aX-Evil:%201',
  'AGENT12345%20',
  'AGENT12345%2F',
  'AGENT12345;x=1',
  'agent12345',
  '__proto__',
  'constructor',
  'toString00',
  '*',
  '%7BagentId%7D',
  '%F0%9F%98%80',
  '%E2%80%AE1234567890',
  'DRAFT%00',
  'draft',
  '0',
  '00001',
  '99999',
  '%EF%BB%BFDRAFT',
  'x'.repeat(5_000),
  `${'a-'.repeat(200)}!`,
  'a--b',
  '%25',
  '%2525',
  '%C0%AF',
  '%zz',
  '%',
  '%E0%A4%A',
  '',
];

export function strangeLabel(random: Random, draft: Draft): Change | undefined {
  const names = Object.keys(draft.labels);
  if (names.length === 0) return undefined;
  const name = random.pick(names);
  const label = random.pick(STRANGE_LABELS);
  draft.labels[name] = label;
  const did = `label ${name} is ${JSON.stringify(label.slice(0, 40))}`;
  // Without one of its segments a path may be another operation's.
  if (label === '') return { did, effect: 'either' };
  const decoded = decode(label);
  const shape = name === 'agentVersion' && readsVersions(draft) ? 'Version' : LABEL_SHAPES[name]!;
  if (decoded === undefined || !accepts(shape, decoded)) return { did, effect: 'invalid' };
  // A name in the path must be the one in the body.
  return { did, effect: name === 'actionGroupName' ? 'either' : 'valid' };
}

function readsVersions({ operation }: Draft): boolean {
  return ['get', 'list', 'GetAgentActionGroup', 'ListAgentActionGroups'].includes(operation.name);
}

function decode(label: string): string | undefined {
  try {
    return decodeURIComponent(label);
  } catch {
    return undefined;
  }
}

const STRANGE_PARAMETERS = [
  'dryrun=true',
  'dry-run=true',
  'DryRun=true',
  'dryRun%00=true',
  'x=1',
  '__proto__=1',
  'constructor=1',
  'toString=1',
  'hasOwnProperty=1',
  '%0d%0aX-Evil:1=1',
  '%E2%80%AE=1',
  `${'x'.repeat(4_000)}=1`,
  '=1',
  'dryRun[]=true',
  'X-Amz-Target=x',
];

/** No operation takes these where it takes the parameter at all. */
const STRANGE_VALUES: Readonly<Record<string, readonly string[]>> = {
  flag: [
    '',
    'TRUE',
    'True',
    '1',
    '0',
    'yes',
    'null',
    'true,true',
    '%20true',
    'true%00',
    'tru%D0%B5',
    '[true]',
    '+true',
  ],
  prepare: ['', 'NONE', 'true', 'wait,start', 'wait%20', 'x'.repeat(3_000), '%00', 'constructor'],
  maxResults: [
    '',
    '0',
    '-1',
    '1001',
    '1e2',
    '1.5',
    '0x10',
    '%D9%A3',
    '%205',
    '05',
    '9'.repeat(500),
    'NaN',
    'null',
    '10%00',
  ],
  nextToken: ['', '%20', 'a%20b', '%0a', 'x'.repeat(2_049), '%C2%A0'],
};

export function strangeQuery(random: Random, draft: Draft): Change | undefined {
  const { operation, query } = draft;
  if (operation.surface === 'health') return undefined;
  const known = Object.keys(operation.query);
  if (operation.name === 'list' && random.chance(0.4)) {
    draft.query = [`nextToken=${random.pick(STRANGE_VALUES.nextToken!)}`];
    return { did: `query ${draft.query[0]!.slice(0, 40)}`, effect: 'invalid' };
  }
  if (known.length > 0 && random.chance(0.6)) {
    const name = random.pick(known);
    const values = STRANGE_VALUES[name] ?? STRANGE_VALUES.flag!;
    const twice = random.chance(0.2);
    const value = twice ? operation.query[name]![0]! : random.pick(values);
    draft.query = [...query.filter((each) => !each.startsWith(`${name}=`)), `${name}=${value}`];
    if (twice) draft.query.push(`${name}=${value}`);
    return { did: `query ${draft.query.at(-1)!.slice(0, 40)}${twice ? ', twice' : ''}`, effect: 'invalid' };
  }
  if (random.chance(0.1)) {
    draft.query = Array.from({ length: 900 }, (_, index) => `p${index}=`);
    return { did: '900 query parameters', effect: 'invalid' };
  }
  if (random.chance(0.1)) {
    draft.query = [random.pick(['x=%', '%zz=1', 'x=%C0%AF', '%E0%A4=1'])];
    return { did: `query ${draft.query[0]}`, effect: 'invalid' };
  }
  const strange = random.pick(STRANGE_PARAMETERS);
  draft.query = random.chance(0.5) ? [...query, strange] : [strange, ...query];
  return { did: `query ${strange.slice(0, 40)}`, effect: 'invalid' };
}

const STRANGE_TYPES = [
  'text/plain',
  'application/xml',
  'application/jsonx',
  'application/json/evil',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/json',
  'json',
  ';',
  'application/',
  `application/${'x'.repeat(3_000)}`,
];

export function strangeType(random: Random, draft: Draft): Change | undefined {
  if (draft.body === undefined || draft.operation.body === 'ignored') return undefined;
  const others = draft.headers.filter(([name]) => name.toLowerCase() !== 'content-type');
  if (random.chance(0.2)) {
    draft.headers = others;
    // R paws names none.
    return { did: 'no content type', effect: draft.operation.surface === 'aws' ? 'valid' : 'invalid' };
  }
  const type = random.pick(STRANGE_TYPES);
  draft.headers = [...others, [random.pick(['Content-Type', 'content-type', 'CONTENT-TYPE']), type]];
  return { did: `content type ${type.slice(0, 40)}`, effect: 'invalid' };
}

const { header: SECRET } = SECRETS;

/** Nothing that a caller says of itself in a header changes whether its request is valid, or whose it is. */
const IDLE_HEADERS: readonly [string, string][] = [
  ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
  ['traceparent', 'garbage'],
  ['traceparent', `00-${'0'.repeat(3_000)}`],
  ['tracestate', '"\\{}[]'],
  ['X-Amzn-Trace-Id', `Root=${'x'.repeat(2_000)}`],
  ['X-Amzn-Trace-Id', '"}\\n{"message":"audit"'],
  ['x-amzn-requestid', 'not-ours'],
  ['X-Request-Id', 'not-ours'],
  ['X-Decision-Id', 'not-ours'],
  ['x-amzn-iam-user-arn', 'arn:aws:iam::111122223333:role/platform-ci'],
  ['X-Amzn-Principal', 'arn:aws:iam::111122223333:role/platform-ci'],
  ['X-Forwarded-For', '127.0.0.1, ::1, "'],
  ['X-Forwarded-User', 'platform-ci'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-Original-URL', '/v1/policy'],
  ['Cookie', `session=${SECRET}`],
  ['X-Api-Key', SECRET],
  ['__proto__', 'x'],
  ['constructor', 'x'],
  ['toString', 'x'],
  ['User-Agent', `${'x'.repeat(2_000)}\t${'y'.repeat(100)}`],
  ['User-Agent', '"}\u00ff<script>'],
  ['Accept', 'text/html;q=0, */*;q=0.0'],
  ['Accept-Encoding', 'gzip;q=1e309'],
  ['If-None-Match', '*'],
  ['Range', 'bytes=0-0'],
  ['Content-Encoding', 'gzip'],
  ['Content-Language', '\u00e9'],
];

export function idleHeader(random: Random, draft: Draft): Change {
  const header = random.pick(IDLE_HEADERS);
  draft.headers.push(header);
  if (random.chance(0.2)) draft.headers.push(header);
  return { did: `header ${header[0]}: ${header[1].slice(0, 40)}`, effect: 'valid' };
}

/** In-process only, where no signature is looked at. */
export function credentials(random: Random, draft: Draft): Change {
  const name = random.pick(['Authorization', 'X-Amz-Security-Token', 'Proxy-Authorization']);
  draft.headers.push([name, `${random.pick(['Bearer ', 'AWS4-HMAC-SHA256 Credential=', ''])}${SECRET}`]);
  return { did: `header ${name}`, effect: 'valid' };
}

const STRANGE_KEYS = [
  '',
  ' ',
  `"${SECRETS.token}`,
  `${SECRETS.token} b`,
  `${SECRETS.token}\u00e9`,
  `${SECRETS.token}${'x'.repeat(256)}`,
  `"${SECRETS.token}\\"`,
  `"${SECRETS.token}\\x"`,
  '""',
  `${SECRETS.token}\t${SECRETS.token}`,
];
const STRANGE_TAGS = [
  'abc',
  '"a',
  'a"',
  '"a" "b"',
  '"a",,"b"',
  '*,*',
  '"\u00e9"',
  'w/"a"',
  '"a";"b"',
  ',',
  `"${'a'.repeat(3_000)}`,
];
const TAGS = ['"abc"', 'W/"abc"', '*', '"a", "b"', '"a,*,b"', `"${'a'.repeat(3_000)}"`, ' * '];

/** The two headers that mean something, in good order and in bad. */
export function meaningfulHeader(random: Random, draft: Draft): Change | undefined {
  const { takes, name: operation } = draft.operation;
  if (takes?.includes('if-match')) {
    const good = random.chance(0.4);
    const value = random.pick(good ? TAGS : STRANGE_TAGS);
    draft.headers.push(['If-Match', value]);
    return { did: `If-Match ${value.slice(0, 40)}`, effect: good && operation !== 'put' ? 'valid' : 'invalid' };
  }
  if (!takes?.includes('idempotency-key')) return undefined;
  const body = (operation === 'evaluate' ? (draft.body as { actionGroup?: object }).actionGroup : draft.body) as {
    clientToken?: string;
  };
  const inBody = body.clientToken;
  if (random.chance(0.4) && (inBody?.length ?? 0) <= 255) {
    const key = inBody ?? `${SECRETS.token}${random.text(8)}`;
    draft.headers.push(['idempotency-KEY', random.pick([key, `"${key}"`, ` ${key} `])]);
    if (random.chance(0.7)) return { did: 'Idempotency-Key', effect: 'valid' };
    draft.headers.push(['Idempotency-Key', key]);
    return { did: 'Idempotency-Key, twice', effect: 'invalid' };
  }
  const value = inBody !== undefined && random.chance(0.3) ? `${SECRETS.token}other` : random.pick(STRANGE_KEYS);
  draft.headers.push(['Idempotency-Key', value]);
  if (random.chance(0.2)) draft.headers.push(['idempotency-key', value]);
  return { did: `Idempotency-Key ${JSON.stringify(value.slice(0, 40))}`, effect: 'invalid' };
}

/** No operation has them. */
export function strangeMethod(random: Random, draft: Draft): Change {
  draft.method = random.pick(['PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND', 'post', 'CREATE']);
  return { did: `method ${draft.method}`, effect: 'invalid' };
}

/** Another operation may have it, or none. */
export function otherMethod(random: Random, draft: Draft): Change {
  draft.method = random.pick(['GET', 'PUT', 'POST', 'DELETE']);
  return { did: `method ${draft.method}`, effect: 'either' };
}

/** Respelt paths: a doubled slash, dots, a suffix. */
export function strangePath(random: Random, target: string): { target: string } & Change {
  const mark = target.indexOf('?');
  const [path, query] = mark === -1 ? [target, ''] : [target.slice(0, mark), target.slice(mark)];
  const segments = path.split('/');
  const at = 1 + random.below(segments.length - 1);
  const respelt = random.pick<() => string>([
    () => segments.with(at, `${segments[at]}/`).join('/'),
    () => segments.with(at, `./${segments[at]}`).join('/'),
    () => segments.with(at, `${segments[at]}/..`).join('/'),
    () => segments.with(at, encodeURIComponent(segments[at]!)).join('/'),
    () => path.toUpperCase(),
    () => path.replaceAll('/', '%2F').replace('%2F', '/'),
    () => path.replaceAll('/', '\\').replace('\\', '/'),
    () => `${path}/`,
    () => `${path}//`,
    () => `/${path}`,
    () => `${path}%00`,
    () => `${path};jsessionid=1`,
    () => `${path}.json`,
    () => `${path}/${'a/'.repeat(1_500)}`,
    () => `/aws${path}`,
    () => `/aws/aws/aws${path.replace(/^\/aws/, '')}`,
  ])();
  return { target: respelt + query, did: `path ${respelt.slice(0, 60)}`, effect: 'either' };
}
