/** Input made to mislead, to swell an answer, or to leak: each is refused in a bounded answer that repeats no secret. */
import { describe, expect, test } from 'vitest';
import { quote } from '../../src/contract/quote.ts';
import { accepted, faultsOfBody, group, pointersOf, refusal, request } from './requests.ts';

const PARSED_PROTO = JSON.parse('{"actionGroupName": "a", "__proto__": {"description": "x"}}');

test('__proto__ is an unknown member, and touches nothing', () => {
  expect(pointersOf(PARSED_PROTO)).toEqual(['/__proto__']);
  expect(({} as { description?: string }).description).toBeUndefined();
});

test.each(['parentActionGroupSignatureParams', 'parameters'])('__proto__ is no name in %s', (map) => {
  const entry = JSON.parse(`{"__proto__": ${map === 'parameters' ? '{"type": "string"}' : '"x"'}}`);
  const body =
    map === 'parameters'
      ? group({ functionSchema: { functions: [{ name: 'f', parameters: entry }] } })
      : group({ parentActionGroupSignatureParams: entry });
  expect(faultsOfBody(body)).toEqual([
    { pointer: expect.stringMatching(/\/__proto__$/), message: expect.any(String), fix: 'Choose another name.' },
  ]);
});

test('inherited members are not read', () => {
  expect(pointersOf(Object.create(group()))).toEqual(['/actionGroupName']);
});

test('a member that is undefined is absent', () => {
  expect(accepted(group({ description: undefined })).actionGroup).toStrictEqual({ actionGroupName: 'booking' });
});

describe('secrets are not repeated', () => {
  const SECRET = 'hunter2';
  test.each([
    ['a token of the wrong form', group({ clientToken: `${SECRET} ` })],
    ['a token that is a list', group({ clientToken: [SECRET] })],
    ['a document that is a list', group({ apiSchema: { payload: [SECRET] } })],
    ['a document with half a character', group({ apiSchema: { payload: `${SECRET}\ud800` } })],
    ['a document beside a signature', group({ apiSchema: { payload: SECRET }, parentActionGroupSignature: 'X' })],
    ['a document in the place of its object', group({ apiSchema: SECRET })],
  ])('%s', (_name, body) => {
    const problem = refusal(request(body));
    expect(problem?.errors.length).toBeGreaterThan(0);
    expect(JSON.stringify([problem?.detail, problem?.errors])).not.toContain(SECRET);
  });
});

describe('a small answer to', () => {
  test.each([
    ['half a million wrong items', group({ functionSchema: { functions: Array(500_000).fill(0) } })],
    ['100,000 unknown members', group(Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`m${n}`, n])))],
    ['an unknown member of a megabyte', group({ ['x'.repeat(1_000_000)]: 1 })],
    ['a value of a megabyte', group({ actionGroupState: 'x'.repeat(1_000_000) })],
    ['an ARN of a megabyte', group({ actionGroupExecutor: { lambda: 'arn:'.repeat(250_000) } })],
    ['a token of a megabyte of hyphens', group({ clientToken: '-'.repeat(1_000_000) })],
    [
      'many faults below a name of a megabyte',
      group({
        functionSchema: {
          functions: [
            {
              name: 'f',
              parameters: { ['/'.repeat(1_000_000)]: Object.fromEntries([...Array(2_000).keys()].entries()) },
            },
          ],
        },
      }),
    ],
  ])('%s', (_name, body) => {
    const problem = refusal(request(body));
    expect(problem?.errors.length).toBeLessThanOrEqual(101);
    expect(JSON.stringify(problem?.errors).length).toBeLessThan(120_000);
  });

  test('a last fault says how many more there are', () => {
    const wrong = (count: number) =>
      faultsOfBody(group({ functionSchema: { functions: Array(count).fill(0) } })).at(-1);
    expect(wrong(100)?.pointer).toBe('/functionSchema/functions/99');
    expect(wrong(101)?.message).toBe('1 more thing is wrong and not listed.');
    expect(wrong(250)?.message).toBe('150 more things are wrong and not listed.');
    expect(wrong(5_000)?.message).toBe('At least 901 more things are wrong and not listed.');
  });
});

describe('what is repeated is short, and shows what would be invisible', () => {
  test.each([
    ['plain', 'plain', '"plain"'],
    ['quotes, and a backslash', 'a"\\b', '"a\\"\\\\b"'],
    ['control characters that could forge a log line', 'a\r\nb\0\u007f\u009b', '"a\\r\\nb\\u0000\\u007f\\u009b"'],
    ['text that would run backwards', '\u202eabc\u2066', '"\\u202eabc\\u2066"'],
    ['nothing to see', '\u200b\ufeff\u2028', '"\\u200b\\ufeff\\u2028"'],
    ['half a character', '\ud800', '"\\ud800"'],
    ['61 characters', 'x'.repeat(61), `"${'x'.repeat(60)}…"`],
    ['60 characters of two units', '😀'.repeat(60), `"${'😀'.repeat(60)}"`],
    ['61 characters of two units', '😀'.repeat(61), `"${'😀'.repeat(60)}…"`],
  ])('%s', (_name, text, shown) => {
    expect(quote(text)).toBe(shown);
  });
});
