import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { describeSyntaxError, MAX_DEPTH, scanJson } from '../../src/contract/json-text.ts';

const SEED = 20261120;
const MEGABYTE = 1_000_000;

const pointers = (text: string) => scanJson(text).map(({ pointer }) => pointer);

describe('names', () => {
  test.each([
    ['none', '{"a": 1, "b": {"a": 1}, "c": [{"a": 1}, {"a": 1}]}', []],
    ['plain', '{"a": 1, "a": 2}', ['/a']],
    ['reported once', '{"a": 1, "a": 2, "a": 3}', ['/a']],
    ['one of them escaped', '{"a": 1, "\\u0061": 2}', ['/a']],
    ['a surrogate pair, escaped and not', '{"😀": 1, "\\ud83d\\uDE00": 2}', ['/😀']],
    ['a quote, escaped in two ways', '{"\\"": 1, "\\u0022": 2}', ['/"']],
    ['at depth', '{"a": [0, {"b": {"c": 1, "c": 2}}]}', ['/a/1/b/c']],
    ['below a name given twice', '{"a": {"x": 1, "x": 2}, "a": {"x": 1}}', ['/a/x', '/a']],
    ['names that need escapes in a pointer', '{"/~": {"": 1, "": 2}}', ['/~1~0/']],
    ['names that objects inherit', '{"toString": 1, "constructor": 1, "toString": 2}', ['/toString']],
    ['values are not names', '{"a": "a", "b": ["b", "b"]}', []],
    ['quotes and braces inside a string', '{"a": "\\"a\\": {[", "b": "\\\\", "a": 1}', ['/a']],
    ['other case', '{"a": 1, "A": 2}', []],
  ])('%s', (_name, text, expected) => {
    expect(pointers(text)).toEqual(expected);
  });

  test.each([
    ['__proto__', '{"a": [{"__proto__": {}}]}', ['/a/0/__proto__']],
    ['said once', '{"__proto__": 1, "__proto__": 2}', ['/__proto__']],
    ['escaped', '{"\\u005f_proto__": 1}', ['/__proto__']],
    ['the prototype of a constructor', '{"constructor": {"prototype": 1}}', ['/constructor/prototype']],
    ['a constructor alone', '{"constructor": {"a": 1}}', []],
    ['a prototype alone', '{"prototype": {"prototype": [{"prototype": 1}]}}', []],
    ['one in a list', '{"constructor": [{"prototype": 1}]}', []],
    ['as a value', '{"a": "__proto__"}', []],
  ])('a name through which a prototype could be reached: %s', (_name, text, expected) => {
    expect(pointers(text)).toEqual(expected);
  });

  test('in words', () => {
    expect(scanJson('{"a": 1, "a": 2}')).toEqual([
      {
        pointer: '/a',
        message: '`a` is given more than once in the same object.',
        fix: 'Keep one of them: parsers disagree about which one counts.',
      },
    ]);
  });

  test('a hundred, and then no more', () => {
    const text = `{${Array.from({ length: 500 }, (_, n) => `"k${n >> 1}":0`).join()}}`;
    const faults = scanJson(text);
    expect(faults).toHaveLength(101);
    expect(faults.at(-1)?.message).toBe('More names are at fault, and not listed.');
  });
});

describe('depth', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  test.each([
    ['32 levels are allowed', nested(MAX_DEPTH), 0],
    ['33 are not', nested(MAX_DEPTH + 1), 1],
    ['10,000 neither', nested(10_000), 1],
    ['nor a megabyte that never closes', '{"a":'.repeat(MEGABYTE / 5), 1],
    [
      'what closes does not count',
      `[${Array(500)
        .fill(nested(MAX_DEPTH - 1))
        .join()}]`,
      0,
    ],
    ['brackets in a string do not count', JSON.stringify('['.repeat(100)), 0],
    ['closing too often does not dig', ']'.repeat(50) + nested(MAX_DEPTH), 0],
  ])('%s', (_name, text, faults) => {
    expect(scanJson(text)).toHaveLength(faults);
  });

  test('the pointer leads to the first that is too deep', () => {
    expect(pointers(`{"a": [0, ${nested(MAX_DEPTH)}]}`)).toEqual([`/a/1${'/0'.repeat(MAX_DEPTH - 2)}`]);
  });
});

/** A JSON value whose objects keep their names in order, repeated ones too. */
type Tree = string | number | boolean | null | { list: Tree[] } | { entries: [string, Tree][] };

const { tree } = fc.letrec<{ tree: Tree; list: Tree; object: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('tree'), { maxLength: 5 }).map((list) => ({ list })),
  object: fc
    .array(
      fc.tuple(
        fc.constantFrom('a', 'b', '', '/', '~', '"', '\\', '😀', '__proto__', 'constructor', 'prototype', '\n'),
        tie('tree'),
      ),
      {
        maxLength: 5,
      },
    )
    .map((entries) => ({ entries })),
})) as { tree: fc.Arbitrary<Tree> };

/** Writes the tree with its names now plain, now escaped, and with space between tokens. */
function write(value: Tree, isEscaped: () => boolean): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if ('list' in value) return `[ ${value.list.map((item) => write(item, isEscaped)).join(',\n')}]`;
  const name = (text: string) => {
    if (!isEscaped()) return JSON.stringify(text);
    return `"${Array.from({ length: text.length }, (_, n) => `\\u${text.charCodeAt(n).toString(16).padStart(4, '0')}`).join('')}"`;
  };
  return `{${value.entries.map(([key, item]) => `${name(key)}\t:${write(item, isEscaped)}`).join(' , ')} }`;
}

/** The names given twice or not allowed, by plain recursion, in the order of the text. @param key of this value */
function faulty(value: Tree, at = '', key = ''): string[] {
  if (value === null || typeof value !== 'object') return [];
  if ('list' in value) return value.list.flatMap((item, index) => faulty(item, `${at}/${index}`));
  const counts = new Map<string, number>();
  return value.entries.flatMap(([name, item]) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const pointer = `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const isForbidden = name === '__proto__' || (name === 'prototype' && key === 'constructor');
    return [...(count === (isForbidden ? 1 : 2) ? [pointer] : []), ...faulty(item, pointer, name)];
  });
}

describe('against a plain reference', () => {
  test('random JSON', () => {
    fc.assert(
      fc.property(tree, fc.infiniteStream(fc.boolean()), (value, escapes) => {
        const text = write(value, () => escapes.next().value);
        JSON.parse(text);
        expect(pointers(text)).toEqual(faulty(value));
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  test('broken JSON never throws, and its fault is found exactly when the parser finds one', () => {
    const piece = fc.constantFrom(...'{}[],:"\\ \n-+.eE0179tfn/u', 'true', 'null', '\\u00', '\ufeff', '\0', '😀');
    fc.assert(
      fc.property(tree, fc.nat(), fc.nat(3), fc.array(piece, { maxLength: 3 }), (value, at, remove, pieces) => {
        const text = write(value, () => false);
        const where = at % (text.length + 1);
        const broken = text.slice(0, where) + pieces.join('') + text.slice(where + remove);
        scanJson(broken);
        let wellFormed = true;
        try {
          JSON.parse(broken);
        } catch {
          wellFormed = false;
        }
        expect(describeSyntaxError(broken, new SyntaxError()).startsWith('The body is well-formed')).toBe(wellFormed);
      }),
      { seed: SEED, numRuns: 5_000 },
    );
  });
});

describe('linear: the work for a text twice as long is at most about twice as much', () => {
  afterEach(() => vi.restoreAllMocks());

  /** Characters looked at one by one, leapt over by `indexOf`, or copied by `slice`. */
  function work(text: string): number {
    let characters = 0;
    const { charCodeAt, indexOf, slice } = String.prototype;
    vi.spyOn(String.prototype, 'charCodeAt').mockImplementation(function (this: string, at) {
      characters++;
      return charCodeAt.call(this, at);
    });
    vi.spyOn(String.prototype, 'indexOf').mockImplementation(function (this: string, sought, from = 0) {
      const found = indexOf.call(this, sought, from);
      characters += (found === -1 ? this.length : found) - from + 1;
      return found;
    });
    vi.spyOn(String.prototype, 'slice').mockImplementation(function (this: string, from, to) {
      const part = slice.call(this, from, to);
      characters += part.length;
      return part;
    });
    scanJson(text);
    vi.restoreAllMocks();
    return characters;
  }

  test.each<[string, (size: number) => string]>([
    ['one long string', (size) => JSON.stringify('x'.repeat(size))],
    ['one long string full of quotes', (size) => JSON.stringify('"'.repeat(size / 2))],
    ['one long string full of backslashes', (size) => JSON.stringify('\\'.repeat(size / 2))],
    ['backslashes and quotes by turns, never closed', (size) => `"${'\\"'.repeat(size / 2)}`],
    ['backslashes that never close', (size) => `"${'\\'.repeat(size)}`],
    ['one long name', (size) => `{"${'x'.repeat(size)}":1}`],
    ['one long escaped name', (size) => `{"${'\\u0061'.repeat(size / 6)}":1}`],
    ['distinct names', (size) => `{${Array.from({ length: size / 10 }, (_, n) => `"k${n}":1`).join()}}`],
    [
      'the same name',
      (size) =>
        `{${Array(size / 6)
          .fill('"k":1')
          .join()}}`,
    ],
    [
      'empty objects',
      (size) =>
        `[${Array(size / 3)
          .fill('{}')
          .join()}]`,
    ],
    ['quotes alone', (size) => '"'.repeat(size)],
    ['quotes as names that never end', (size) => `{${'",'.repeat(size / 2)}`],
    ['objects that never close', (size) => '{"a":'.repeat(size / 5)],
    ['space', (size) => ' '.repeat(size)],
  ])('%s', (_name, text) => {
    const size = 60_000;
    const once = work(text(size));
    const twice = work(text(2 * size));
    expect(twice).toBeLessThanOrEqual(2.1 * once + 100);
    expect(twice).toBeLessThanOrEqual(6 * text(2 * size).length);
  });
});

describe('where a text stops being JSON', () => {
  test.each([
    ['', 'line 1, column 1, a value is expected, but the text ends'],
    ['{"a": 1,}', 'line 1, column 9, a member name in double quotes is expected, but there is "}" (U+007D)'],
    ["{'a': 1}", 'line 1, column 2, a member name in double quotes is expected, but there is "\'" (U+0027)'],
    ['{"a" 1}', 'line 1, column 6, a ":" is expected, but there is "1" (U+0031)'],
    ['{"a": tru}', 'line 1, column 7, a value is expected, but there is "t" (U+0074)'],
    ['[1 2]', 'line 1, column 4, "," or "]" is expected, but there is "2" (U+0032)'],
    ['{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3, "," or "}" is expected, but there is "\\"" (U+0022)'],
    ['{\r\n"😀": x}', 'line 2, column 6, a value is expected, but there is "x" (U+0078)'],
    ['{"a": "x\ny"}', 'line 1, column 9, control characters in a string must be escaped, but there is "\\n" (U+000A)'],
    ['{"a": "\\x"}', 'line 1, column 8, a backslash must begin a valid escape sequence, but there is "\\\\" (U+005C)'],
    ['{"a": "x', 'line 1, column 9, a closing quote is expected, but the text ends'],
    ['{"a": -}', 'line 1, column 8, a digit is expected, but there is "}" (U+007D)'],
    ['{} {}', 'line 1, column 4, the end of the text is expected, but there is "{" (U+007B)'],
    ['\ufeff{}', 'line 1, column 1, a value is expected, without a byte order mark, but there is "\\ufeff" (U+FEFF)'],
  ])('%j', (text, words) => {
    expect(describeSyntaxError(text, new SyntaxError('x'))).toBe(`The body is not valid JSON: at ${words}.`);
  });

  test('a body of a megabyte is not repeated', () => {
    const text = `{"password": "hunter2", ${'x'.repeat(MEGABYTE)}`;
    expect(describeSyntaxError(text, new SyntaxError(text))).not.toMatch(/hunter2|xx/);
  });
});
