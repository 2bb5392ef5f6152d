import { describe, expect, test } from 'vitest';
import { readIdempotencyToken } from '../../src/contract/idempotency-token.ts';
import { TOKEN } from './requests.ts';

describe('the token', () => {
  test.each([
    ['none', [], undefined, undefined],
    ['of the body', [], TOKEN, TOKEN],
    ['of the header, bare', ['key-1'], undefined, 'key-1'],
    ['of the header, quoted', ['"key-1"'], undefined, 'key-1'],
    ['with escapes', ['"a\\"b\\\\c"'], undefined, 'a"b\\c'],
    ['with space around it', [' \tkey '], undefined, 'key'],
    ['with a quote inside, bare', ['a"b'], undefined, 'a"b'],
    ['of 255 characters', ['~'.repeat(255)], undefined, '~'.repeat(255)],
    ['of both, which agree', [TOKEN], TOKEN, TOKEN],
    ['of both, one in quotes', [`"${TOKEN}"`], TOKEN, TOKEN],
    ['of the header, when that of the body is broken and reported there', ['key'], 7, 'key'],
  ])('%s', (_name, headers, clientToken, token) => {
    expect(readIdempotencyToken(headers, clientToken)).toEqual({ value: token });
  });
});

describe('refused, and never shown', () => {
  test.each([
    ['an empty header', ['']],
    ['empty quotes', ['""']],
    ['256 characters', ['s3cret'.padEnd(256, 'x')]],
    ['a space inside', ['s3cret one']],
    ['a space inside quotes', ['"s3cret one"']],
    ['a quote that does not close', ['"s3cret']],
    ['a lone quote', ['"']],
    ['parameters after the string', ['"s3cret";a=1']],
    ['two strings in one line', ['"s3cret","s3cret"']],
    ['a backslash before something else', ['"s3\\cret"']],
    ['a backslash before the closing quote', ['"s3cret\\"']],
    ['letters beyond ASCII', ['s3crét']],
    ['a control character', ['s3cret\u0007']],
    ['a newline at the end', ['s3cret\n']],
    ['the header twice', ['s3cret', 's3cret']],
  ])('%s', (_name, headers) => {
    const refused = readIdempotencyToken(headers);
    expect(refused).toEqual({
      faults: [{ pointer: 'header:Idempotency-Key', message: expect.any(String), fix: expect.any(String) }],
    });
    expect(JSON.stringify(refused)).not.toContain('s3');
  });

  test('header and body that differ', () => {
    expect(JSON.stringify(readIdempotencyToken(['s3cret'], TOKEN))).toMatch(/differ/);
    expect(JSON.stringify(readIdempotencyToken(['s3cret'], TOKEN))).not.toContain('s3');
  });
});
