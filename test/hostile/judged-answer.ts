/** What every answer must be, whatever was asked; and what it must be because of what was asked. */
import { GATEWAY_RESPONSES } from '../../src/http/gateway-response.ts';
import { PROBLEMS } from '../../src/problem.ts';
import type { Effect } from './mutate-edge.ts';
import type { Operation } from './operations.ts';
import { leaksOf, type SECRETS } from './secrets.ts';

export interface Answered {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface Heard {
  /** Calls that reached Bedrock meanwhile. */
  readonly calls: readonly (string | null)[];
  /** Changes that Bedrock made meanwhile. */
  readonly commits: readonly string[];
  /** Log lines meanwhile. */
  readonly lines: readonly string[];
}

export interface Asked {
  readonly operation: Operation;
  readonly method: string;
  readonly target: string;
  readonly effect: Effect;
  readonly shown: readonly (keyof typeof SECRETS)[];
  /** A valid request may carry what only Bedrock can judge: a document, a page's token. */
  readonly bedrockMayRefuse: boolean;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const REFUSED_HERE = [
  'MALFORMED_BODY',
  'INVALID_REQUEST',
  'UNSUPPORTED_MEDIA_TYPE',
  'BODY_TOO_LARGE',
  'POLICY_DENIED',
  'CALLER_UNKNOWN',
  'UNKNOWN_OPERATION',
];
/** How a valid request may end. 402: a quota, in the AWS protocol. */
const ENDS_OF_VALID = [200, 201, 202, 204, 402, 403, 404, 409, 412, 422];

/** @returns what is wrong, in words; nothing when all is well */
export function judge(asked: Asked, answer: Answered, heard: Heard): string[] {
  const { status, text } = answer;
  const wrong = [...shapeFaults(asked, answer)];
  if (status >= 500) wrong.push(`answers ${status}`);
  const success = status >= 200 && status < 300;
  wrong.push(...leaksOf(`${JSON.stringify(answer.headers)}\n${text}`, success ? asked.shown : []));
  for (const line of heard.lines) wrong.push(...lineFaults(line));

  if (asked.effect === 'invalid') {
    if (status < 400) wrong.push(`accepts an invalid request with ${status}`);
    if (heard.calls.length > 0) wrong.push(`asks Bedrock for an invalid request: ${heard.calls.join(', ')}`);
  }
  if (asked.effect === 'valid' && !ENDS_OF_VALID.includes(status)) {
    const byBedrock = status === 400 && asked.bedrockMayRefuse && heard.calls.length > 0;
    if (!byBedrock) wrong.push(`refuses a valid request with ${status}`);
  }
  const code = codeOf(text);
  if (heard.calls.length > 0) {
    if (status === 403 || (code !== undefined && REFUSED_HERE.includes(code)))
      wrong.push(`asks Bedrock before it answers ${status} ${code}`);
    if (asked.operation.answersAlone && asked.effect !== 'either') wrong.push('asks Bedrock for what it answers alone');
  }
  if (heard.commits.length > 0) {
    if (asked.method === 'GET' || /[?&]dryRun=true(?:&|$)/.test(asked.target))
      wrong.push(`changes something: ${heard.commits.join(', ')}`);
    // A group that is disabled first may then not be deletable; a preparation may follow.
    if (!success && !asked.target.includes('disableFirst'))
      wrong.push(`answers ${status}, but Bedrock made: ${heard.commits.join(', ')}`);
  }
  return wrong;
}

function codeOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { code?: string }).code;
  } catch {
    return undefined;
  }
}

function lineFaults(line: string): string[] {
  try {
    JSON.parse(line);
  } catch {
    return ['writes a log line that is no JSON'];
  }
  // A failure of ours is logged with its stack, and is a finding by its status already.
  const leaks = leaksOf(line).filter((leak) => !/stack|path/.test(leak));
  return leaks.map((leak) => `a log line ${leak}`);
}

function* shapeFaults({ method }: Asked, { status, headers, text }: Answered): Generator<string> {
  const id = headers['x-request-id'];
  if (id !== undefined && !UUID.test(id)) yield `names the request ${id}`;
  for (const [name, value] of Object.entries(headers)) {
    if (/[^\t\x20-\x7e]/.test(value)) yield `has the header ${name} with strange characters`;
  }
  if (method === 'HEAD') return;
  if (status === 204) {
    if (text !== '') yield 'has a 204 with a body';
    return;
  }
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(text) as Record<string, unknown>;
  } catch {
    yield `has a body that is no JSON: ${text.slice(0, 100)}`;
    return;
  }
  const type = headers['content-type'];
  if (status < 300) {
    if (type !== 'application/json') yield `has a success of type ${type}`;
    return;
  }
  yield* '__type' in json && !('code' in json) ? awsFaults(json, headers) : problemFaults(json, status, headers);
}

const PROBLEM = ['type', 'title', 'status', 'detail', 'code', 'requestId', 'retryable'];
const SOMETIMES = ['decisionId', 'errors', 'violations', 'upstream', '__type', 'message'];

function* problemFaults(
  json: Record<string, unknown>,
  status: number,
  headers: Answered['headers'],
): Generator<string> {
  if (headers['content-type'] !== 'application/problem+json') yield `has a problem of type ${headers['content-type']}`;
  for (const name of PROBLEM) if (!(name in json)) yield `has a problem without ${name}`;
  for (const name of Object.keys(json))
    if (![...PROBLEM, ...SOMETIMES].includes(name)) yield `has a problem with ${name}`;
  const kinds: Record<string, { status: number; title: string }> = '__type' in json ? GATEWAY_RESPONSES : PROBLEMS;
  const kind = kinds[String(json.code)];
  if (kind?.status !== status || json.status !== status || kind.title !== json.title)
    yield `has ${status} for ${json.code}`;
  if (json.requestId !== headers['x-request-id']) yield 'names two requests';
  if (typeof json.detail !== 'string' || json.detail === '') yield 'has no detail';
  yield* faultsOfList(json.errors ?? [], ['pointer', 'message', 'fix']);
}

function* awsFaults(json: Record<string, unknown>, headers: Answered['headers']): Generator<string> {
  if (headers['content-type'] !== 'application/json') yield `has an exception of type ${headers['content-type']}`;
  if (headers['x-amzn-errortype'] !== json.__type)
    yield `has two types: ${headers['x-amzn-errortype']}, ${json.__type}`;
  if (!/^[A-Z]\w+Exception$/.test(String(json.__type))) yield `has the type ${json.__type}`;
  if (typeof json.message !== 'string' || json.message === '') yield 'has no message';
  for (const name of Object.keys(json))
    if (!['__type', 'message', 'fieldList'].includes(name)) yield `has an exception with ${name}`;
  yield* faultsOfList(json.fieldList ?? [], ['name', 'message']);
}

function* faultsOfList(list: unknown, members: readonly string[]): Generator<string> {
  if (!Array.isArray(list) || list.length > 101) return yield 'has a list of faults that is none, or too long';
  for (const item of list as Record<string, unknown>[]) {
    if (members.some((name) => typeof item[name] !== 'string')) yield `has a fault without ${members.join(', ')}`;
  }
}
