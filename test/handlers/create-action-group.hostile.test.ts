/** What only an attacker or a broken client sends: a 4xx with a clear reason, never a call to Bedrock, never the body in the logs. */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { PROBLEMS, type ProblemCode } from '../../src/problem.ts';
import { eventOf, invoke } from '../support/invoke.ts';
import { expectProblem } from '../support/problem.ts';
import { group, LAMBDA, type Post, sharedService } from '../support/service.ts';

const service = sharedService();

/** Stands in every body that can hold it. */
const MARK = 'MARK-OF-THE-BODY';

afterEach(() => {
  expect(service.bedrock.requests).toEqual([]);
  expect(service.lines.filter((line) => line.includes(MARK))).toEqual([]);
});

const bytes = (...parts: (string | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part as string)));

describe('bodies', () => {
  test.each<[string, string | Buffer, ProblemCode, RegExp]>([
    ['empty', '', 'MALFORMED_BODY', /^The body is empty/],
    ['nothing but space', ' \r\n\t', 'MALFORMED_BODY', /^The body is empty/],
    ['cut short', `{"actionGroupName": "${MARK}`, 'MALFORMED_BODY', /line 1, column 38, a closing quote is expected/],
    [
      'a comma too many',
      `{"actionGroupName": "${MARK}",}`,
      'MALFORMED_BODY',
      /a member name in double quotes is expected/,
    ],
    ['two values', `{"actionGroupName": "${MARK}"} {}`, 'MALFORMED_BODY', /the end of the text is expected/],
    ['single quotes', `{'actionGroupName': '${MARK}'}`, 'MALFORMED_BODY', /a member name in double quotes is expected/],
    ['NaN', `{"actionGroupName": NaN, "a": "${MARK}"}`, 'MALFORMED_BODY', /a value is expected/],
    ['a comment', `// ${MARK}\n{}`, 'MALFORMED_BODY', /line 1, column 1, a value is expected/],
    ['YAML', `actionGroupName: ${MARK}`, 'MALFORMED_BODY', /a value is expected/],
    [
      'a line break in a string',
      `{"description": "${MARK}\n"}`,
      'MALFORMED_BODY',
      /control characters in a string must be escaped/,
    ],
    ['a byte order mark', `\ufeff{"actionGroupName": "${MARK}"}`, 'MALFORMED_BODY', /without a byte order mark/],
    ['nothing but a byte order mark', '\ufeff', 'MALFORMED_BODY', /^The body is empty/],
    ['UTF-16', Buffer.from(`{"actionGroupName": "${MARK}"}`, 'utf16le'), 'MALFORMED_BODY', /member name/],
    [
      'a byte that is no UTF-8',
      bytes(`{"actionGroupName": "${MARK}`, [0xff], '"}'),
      'MALFORMED_BODY',
      /not valid UTF-8/,
    ],
    [
      'an overlong slash',
      bytes(`{"actionGroupName": "${MARK}`, [0xc0, 0xaf], '"}'),
      'MALFORMED_BODY',
      /not valid UTF-8/,
    ],
    [
      'a surrogate as UTF-8',
      bytes(`{"actionGroupName": "${MARK}`, [0xed, 0xa0, 0x80], '"}'),
      'MALFORMED_BODY',
      /not valid UTF-8/,
    ],
    [
      'a byte order mark and a byte that is no UTF-8',
      bytes([0xef, 0xbb, 0xbf], '{}', [0xff]),
      'MALFORMED_BODY',
      /not valid UTF-8/,
    ],
    ['a replacement character', `{"actionGroupName": "${MARK}\ufffd"}`, 'MALFORMED_BODY', /not valid UTF-8/],
    ['1 MB and one byte of space', ' '.repeat(1_048_577), 'BODY_TOO_LARGE', /1048576 bytes/],
    ['1 MB and one byte that is no UTF-8', Buffer.alloc(1_048_577, 0xff), 'BODY_TOO_LARGE', /1048576 bytes/],
    ['5 MB', `{"a": "${MARK}${'a'.repeat(5_000_000)}"}`, 'BODY_TOO_LARGE', /1048576 bytes/],
  ])('%s', async (_name, body, code, reason) => {
    const reply = await service.post(body);
    expectProblem(reply, code, { detail: expect.stringMatching(reason) });
    expect(reply.text).not.toContain(MARK);
  });

  test.each<[string, string, string]>([
    ['__proto__', `{"actionGroupName": "a", "__proto__": {"description": "${MARK}"}}`, '/__proto__'],
    ['escaped', `{"actionGroupName": "a", "\\u005f_proto__": {"description": "${MARK}"}}`, '/__proto__'],
    ['twice', `{"__proto__": 1, "__proto__": "${MARK}"}`, '/__proto__'],
    [
      'far inside',
      `{"actionGroupName": "a", "functionSchema": {"functions": [{"name": "a", "parameters": {"__proto__": {}}}]}}`,
      '/functionSchema/functions/0/parameters/__proto__',
    ],
    ['of a constructor', `{"constructor": {"prototype": {"a": "${MARK}"}}}`, '/constructor/prototype'],
  ])('a prototype is not reached: %s', async (_name, body, pointer) => {
    const reply = await service.post(body);
    const message = expect.stringMatching(/^The member name .(__proto__|prototype). is not allowed\.$/);
    const detail = expect.stringMatching(/ is not allowed\. Remove it\.$/);
    expectProblem(reply, 'MALFORMED_BODY', { detail, errors: [{ pointer, message, fix: 'Remove it.' }] });
    expect(reply.text).not.toContain(MARK);
  });

  test.each<[string, string, string]>([
    ['10,000 lists', '['.repeat(10_000) + ']'.repeat(10_000), '/0'],
    ['10,000 objects', '{"a":'.repeat(10_000) + '}'.repeat(10_000), '/a'],
    ['half a million lists that never end', '['.repeat(500_000), '/0'],
  ])('%s', async (_name, body, step) => {
    const message = 'The body is nested more than 32 levels deep.';
    expectProblem(await service.post(body), 'MALFORMED_BODY', {
      detail: expect.stringContaining(message),
      errors: [{ pointer: step.repeat(32), message, fix: expect.any(String) }],
    });
  });

  test.each<[string, unknown]>([
    ['half a million zeros', Array(500_000).fill(0)],
    ['a third of a million lists', Array(330_000).fill([])],
    ['60,000 members', Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`k${index}`, 0]))],
    ['40,000 functions', group({ functionSchema: { functions: Array(40_000).fill({ name: 'f' }) } })],
  ])('%s: a parser that looks at each would be busy with them for long', async (_name, body) => {
    const message = 'The body has more than 20000 members and items.';
    expectProblem(await service.post(body), 'MALFORMED_BODY', {
      detail: expect.stringContaining(message),
      errors: [{ pointer: '', message, fix: expect.any(String) }],
    });
  });

  test('20,000 members and items are read', async () => {
    const reply = await service.post({ actionGroupName: 'many', list: Array(19_997).fill(0) });
    expect(reply.json.errors).toEqual([expect.objectContaining({ pointer: '/list' })]);
  });

  test.each<[string, string, string]>([
    ['the same name twice', `{"actionGroupName": "a", "actionGroupName": "${MARK}"}`, '/actionGroupName'],
    [
      'the same name twice, once escaped',
      `{"actionGroupName": "a", "action\\u0047roupName": "${MARK}"}`,
      '/actionGroupName',
    ],
    [
      'twice far inside',
      `{"actionGroupExecutor": {"lambda": "${LAMBDA}", "lambda": "${MARK}"}}`,
      '/actionGroupExecutor/lambda',
    ],
  ])('%s: parsers disagree about which one counts', async (_name, body, pointer) => {
    const reply = await service.post(body);
    expectProblem(reply, 'MALFORMED_BODY', {
      detail: expect.stringMatching(/more than once/),
      errors: [{ pointer, message: expect.stringMatching(/more than once/), fix: expect.any(String) }],
    });
    expect(reply.text).not.toContain(MARK);
  });

  test.each<[string, string, string]>([
    ['constructor', `{"actionGroupName": "a", "constructor": "${MARK}"}`, '/constructor'],
    ['toString', `{"actionGroupName": "a", "toString": "${MARK}"}`, '/toString'],
    [
      'hasOwnProperty far inside',
      `{"actionGroupName": "a", "actionGroupExecutor": {"hasOwnProperty": "${MARK}"}}`,
      '/actionGroupExecutor/hasOwnProperty',
    ],
    ['an empty name', `{"actionGroupName": "a", "": "${MARK}"}`, '/'],
    ['a name with a null character', `{"actionGroupName": "a", "descripti\\u0000n": "${MARK}"}`, '/descripti\u0000n'],
    ['half a surrogate pair as a name', `{"actionGroupName": "a", "\\ud800": "${MARK}"}`, '/\ud800'],
    ['half a surrogate pair as a value', `{"actionGroupName": "a", "description": "\\udc00"}`, '/description'],
    [
      'half a surrogate pair in a schema',
      `{"actionGroupName": "a", "apiSchema": {"payload": "${MARK}\\ud83c"}}`,
      '/apiSchema/payload',
    ],
    ['a control character in a name', `{"actionGroupName": "a\\u0007b"}`, '/actionGroupName'],
    [
      'a null character in an ARN',
      `{"actionGroupName": "a", "actionGroupExecutor": {"lambda": "${LAMBDA}\\u0000x"}}`,
      '/actionGroupExecutor/lambda',
    ],
    ['a line break after a name', `{"actionGroupName": "a\\n"}`, '/actionGroupName'],
    ['letters that only look right', `{"actionGroupName": "b\\u043eokings"}`, '/actionGroupName'],
    ['full-width digits', `{"actionGroupName": "a\\uff11"}`, '/actionGroupName'],
    ['a name that would take for ever to match', `{"actionGroupName": "${'a'.repeat(100_000)}!"}`, '/actionGroupName'],
  ])('%s', async (_name, body, pointer) => {
    const reply = await service.post(body);
    expectProblem(reply, 'INVALID_REQUEST', {
      errors: [{ pointer, message: expect.any(String), fix: expect.any(String) }],
    });
    expect(reply.text).not.toContain(MARK);
    expect(reply.text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  test('ten thousand unknown members are answered with the first hundred', async () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`m${index}`, MARK]));
    const reply = await service.post(group(many));
    expectProblem(reply, 'INVALID_REQUEST', { errors: expect.any(Array) });
    expect(reply.json.errors).toHaveLength(101);
    expect(reply.text).not.toContain(MARK);
  });

  test('what base64 brings is held to the same rules', async () => {
    const deliver = (body: Buffer | string) => {
      const event = { ...eventOf('create-action-group.201'), isBase64Encoded: true };
      return invoke(service.config, { ...event, body: typeof body === 'string' ? body : body.toString('base64') });
    };
    const mark = bytes([0xef, 0xbb, 0xbf], JSON.stringify(group()));
    expectProblem(await deliver(mark), 'MALFORMED_BODY', { detail: expect.stringMatching(/byte order mark/) });
    expectProblem(await deliver(bytes([0xff])), 'MALFORMED_BODY', { detail: expect.stringMatching(/not valid UTF-8/) });
    expectProblem(await deliver(''), 'MALFORMED_BODY', { detail: expect.stringMatching(/^The body is empty/) });
    expectProblem(await deliver('%%%%'), 'MALFORMED_BODY', { detail: expect.stringMatching(/^The body is empty/) });
    expectProblem(await deliver(Buffer.alloc(1_048_577, ' ')), 'BODY_TOO_LARGE');
    expectProblem(await deliver(Buffer.alloc(1_048_576, ' ')), 'MALFORMED_BODY');
  });
});

describe('paths, queries and headers', () => {
  test.each<[string, Post, string]>([
    ['a null character in an id', { agentId: 'AGENT1234%00' }, 'path:agentId'],
    ['a line break after an id', { agentId: 'AGENT12345%0A' }, 'path:agentId'],
    ['an escape character in an id', { agentId: '%1b%5b31mA1' }, 'path:agentId'],
    ['an encoded slash in an id', { agentId: 'AGENT%2F345' }, 'path:agentId'],
    ['an encoded way up', { agentId: '..%2f..%2fA1' }, 'path:agentId'],
    ['dots for an id', { agentId: '..........' }, 'path:agentId'],
    ['an id that is encoded twice', { agentId: '%2541GENT12345' }, 'path:agentId'],
    ['an id in full-width letters', { agentId: '%EF%BC%A1GENT12345' }, 'path:agentId'],
    ['an id with a space at its end', { agentId: 'AGENT12345%20' }, 'path:agentId'],
    ['an encoded slash in a version', { agentVersion: 'DRAFT%2F..' }, 'path:agentVersion'],
    ['a version in lower case', { agentVersion: 'draft' }, 'path:agentVersion'],
    ['a query that names a label', { query: '?agentId=TRAVEL2345' }, 'query:agentId'],
    ['an encoded query', { query: '?%64ryRun%00=true' }, 'query:dryRun\u0000'],
    ['a parameter without a name', { query: '?=true' }, 'query:'],
    ['a key beyond ASCII', { headers: { 'idempotency-key': 'cl\u00e9' } }, 'header:Idempotency-Key'],
    ['a key with an open quote', { headers: { 'idempotency-key': '"abc' } }, 'header:Idempotency-Key'],
    ['a key with a tab', { headers: { 'idempotency-key': 'a\tb' } }, 'header:Idempotency-Key'],
  ])('%s', async (_name, wanted, pointer) => {
    const reply = await service.post(group(), wanted);
    expectProblem(reply, 'INVALID_REQUEST', {
      errors: [{ pointer, message: expect.any(String), fix: expect.any(String) }],
    });
  });

  // What no route fits, or no URL can be, the gateway answers itself, before any handler.
  test.each<[string, Post, number]>([
    ['a slash in an id', { agentId: 'AGENT/345' }, 403],
    ['an empty id', { agentId: '' }, 403],
    ['a percent sign that encodes nothing', { agentId: 'AGENT%zz45' }, 400],
    ['an id of broken UTF-8', { agentId: 'AGENT%ff345' }, 400],
    ['headers of more than 10 kB', { headers: { 'x-padding': 'a'.repeat(11_000) } }, 431],
  ])('%s', async (_name, wanted, status) => {
    const reply = await service.post(group(), wanted);
    expect(reply).toMatchObject({ status, headers: { 'content-type': 'application/problem+json' } });
    expect(reply.json).toMatchObject({ status, requestId: reply.headers['x-request-id'], retryable: false });
  });

  test('two keys are refused, even if they agree', async () => {
    const { port } = new URL(service.url);
    const body = JSON.stringify(group());
    const answer = await raw(Number(port), [
      'POST /v1/agents/AGENT12345/versions/DRAFT/action-groups HTTP/1.1',
      `Host: localhost:${port}`,
      'Content-Type: application/json',
      'Idempotency-Key: abc',
      'IDEMPOTENCY-KEY: abc',
      `Content-Length: ${body.length}`,
      'Connection: close',
      '',
      body,
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('given 2 times');
  });

  test('an escape in a header or a raw control character in the path is no HTTP', async () => {
    const { port } = new URL(service.url);
    const answer = await raw(Number(port), [`POST /v1/agents/\u0000 HTTP/1.1`, `Host: localhost:${port}`, '', '']);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });
});

test('no catalogued fault of the caller has a status of the server', () => {
  const theirs = Object.entries(PROBLEMS).filter(([, { aws }]) => aws === 'ValidationException');
  for (const [, { status }] of theirs) expect(status).toBeLessThan(500);
});

/** Writes these lines and collects what comes back until the server hangs up. */
function raw(port: number, lines: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1', () => socket.write(lines.join('\r\n')));
  return text(socket);
}
