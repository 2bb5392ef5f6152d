import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shortestMatch } from '../../src/policy/pattern/length.ts';
import { compilePattern, type PatternFault, type PatternOptions } from '../../src/policy/pattern/pattern.ts';
import { names } from '../../src/policy/pattern/setting.ts';
import { nearestMatch, patternInWords } from '../../src/policy/pattern/words.ts';

const { alphabet } = names('names');

function matches(source: string, text: string, options?: PatternOptions): boolean {
  return compilePattern(source, options).matches(text);
}

describe('a pattern', () => {
  test.each([
    ['holds anywhere', 'refund', 'my-refunds', true],
    ['at the beginning only, with ^', '^payments-', 'payments-refund', true],
    ['not elsewhere, with ^', '^payments-', 'my-payments-refund', false],
    ['at the end only, with $', '-v\\d+$', 'book-v12', true],
    ['not before a line break, with $', '-v\\d+$', 'book-v12\n', false],
    ['with any character for a dot', '^b.k$', 'b-k', true],
    ['with one character for a dot, though it takes two units', '^.$', '𝒳', true],
    ['with no line break for a dot', '^.$', '\n', false],
    ['with one of a class', '^[a-c_-]+$', 'a_b-c', true],
    ['with none of a negated class', '^[^a-c]+$', 'xyb', false],
    ['with signs that are escaped', '^a\\.b\\$$', 'a.b$', true],
    ['with signs that are escaped, and no others', '^a\\.b$', 'axb', false],
    ['with one of several', '^(payments|travel)-', 'travel-book', true],
    ['with a part so many times', '^(ab){2,3}$', 'ababab', true],
    ['with a part no more often', '^(ab){2,3}$', 'abababab', false],
    ['with a part at least so often', '^a{3,}$', 'aa', false],
    ['keeps the case', '^payments-', 'Payments-refund', false],
    ['keeps look-alikes apart (Cyrillic а)', '^pay', 'pаy', false],
    ['does not take a look-alike digit for one', '^\\d$', '٣', false],
    ['does not take a look-alike letter for a letter', '^\\w$', 'а', false],
  ] as const)('%s', (_name, source, text, expected) => {
    expect(matches(source, text)).toBe(expected);
    expect(new RegExp(source, 'u').test(text)).toBe(expected);
  });

  test.each([
    ['a letter in other case', '^delete', 'DELETE-all', true],
    ['a letter of a class in other case', '^[a-c]+$', 'AbC', true],
    ['a letter outside of a negated class in other case', '^[^a]$', 'A', false],
    ['a sign that is next to the letters', '^[a-z]$', '@', false],
    ['a Kelvin sign, which is not K', '^k$', '\u212a', false],
  ] as const)('that ignores the case and meets %s', (_name, source, text, expected) => {
    expect(matches(source, text, { ignoreCase: true })).toBe(expected);
  });
});

describe('refused, with a remedy, is', () => {
  test.each([
    ['nothing', '', 'The pattern is empty.'],
    ['a glob’s star', '*', 'has a * with nothing before it to repeat at character 1. For any characters write .*'],
    ['a star after a bar', 'a|*', 'with nothing before it'],
    ['a lookahead', '(?=a)', 'looks ahead or behind'],
    ['a lookbehind', '(?<!a)b', 'looks ahead or behind'],
    ['a named group', '(?<n>a)', 'names a group'],
    ['a flag', '(?i)a', 'sets a flag at character 1. Use plain groups (…), and write other cases out: [Aa].'],
    ['a reference', '(a)\\1', 'has \\1 at character 4. Write the part out'],
    ['a lazy star', 'a*?', 'Remove the ?'],
    ['a possessive plus', 'a++', 'repeats a repetition'],
    ['a word boundary', '\\bpay', 'has \\b at character 1.'],
    ['a Unicode class', '\\p{L}', 'has \\p'],
    ['a control character', '\\n', 'has \\n'],
    ['an escaped letter', '\\a', 'has \\a'],
    ['a backslash at the end', 'a\\', 'ends in a backslash'],
    ['an open group', '(a', 'opens a group that is not closed'],
    ['a closed group', 'a)', 'closes a group that was not opened'],
    ['an empty group', 'a()', 'has an empty group or alternative'],
    ['an empty alternative', '^payments-|', 'has an empty group or alternative'],
    ['an open bracket', '[a', 'opens a [ that is not closed'],
    ['a range without end', '[a-', 'opens a [ that is not closed'],
    ['an empty bracket', '[]', 'has [] with nothing in it'],
    ['an empty negated bracket', '[^]', 'has [] with nothing in it'],
    ['a bare closing bracket', 'a]', 'has a bare ]'],
    ['a bracket inside of one', '[[:alpha:]]', 'there is no [:alpha:]'],
    ['a range backwards', '[z-a]', 'runs backwards'],
    ['a range over letters of both cases', '[A-z]', 'has the range A-z, which holds more than it shows'],
    ['a range to a class', '[a-\\d]', 'whose end is no single character'],
    ['a dash that may be meant', '[a-c-e]', 'has a dash that may be meant or not'],
    ['a bare brace', 'a{', 'has a { that begins no {2}, {2,} or {2,5}'],
    ['a brace with nothing before it', '{2}', 'has a bare {'],
    ['bounds backwards', 'a{3,2}', 'Swap the two numbers.'],
    ['a part that may not occur', 'a{0}', 'repeats something no time'],
    ['a part a thousand times and one', 'a{1001}', 'over 1000 times'],
    ['a part a million times', '(a{1000}){1000}', 'The pattern repeats too much.'],
    ['a part more often than numbers go', `${'('.repeat(54)}a${'){1000}'.repeat(54)}`, 'The pattern repeats too much.'],
    ['an anchor repeated', '^*', 'repeats an anchor'],
    ['an anchor for some alternatives', '^payments-|travel-', 'Write ^(a|b) for all of them'],
    ['an end for some alternatives', 'payments|travel$', 'Write (a|b)$ for all of them'],
    ['a look-alike letter', '^pаyments', 'holds "\\u0430" at character 3.'],
    ['a line break', 'a\n', 'holds "\\n" at character 2.'],
    ['a text without end', 'a'.repeat(501), 'over 500 characters'],
  ] as const)('%s', (_name, source, expected) => {
    const fault = faultOf(source);
    expect(`${fault?.message} ${fault?.fix}`).toContain(expected);
  });
});

describe('what no name can match is known beforehand:', () => {
  test.each([
    ['a plain beginning can', '^payments-', 9],
    ['anything can', '.*', 0],
    ['a part in the middle can', 'a(b|cd)+e', 3],
    ['what stands after an anchor can', 'x|a', 1],
    ['something before the beginning cannot', 'a^b', Number.POSITIVE_INFINITY],
    ['something that may stand before the beginning can', '^a?^b', 1],
    ['something after the end cannot', 'a$b', Number.POSITIVE_INFINITY],
    ['a slash cannot', '^payments/', Number.POSITIVE_INFINITY],
    ['a space cannot', 'a\\sb', Number.POSITIVE_INFINITY],
    ['a character of no kind cannot', '[^\\w\\W]', Number.POSITIVE_INFINITY],
    ['a length is told', '^.{300}$', 300],
  ] as const)('%s', (_name, source, length) => {
    expect(shortestMatch(compilePattern(source), alphabet)).toBe(length);
  });
});

describe('it agrees with JavaScript’s own matcher', () => {
  const literal = fc.constantFrom('a', 'b', 'B', '0', '-', '_', '\\.', '.', '\\d', '\\w', '\\s', '\\D', '\\W', '\\S');
  const bracket = fc
    .tuple(
      fc.constantFrom('', '^'),
      fc.array(fc.constantFrom('a', 'b-z', 'A-C', '0-5', '_', '\\d', '\\w', '\\S', '\\-', '.', '$', '(', '^'), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.constantFrom('', '-'),
    )
    .filter(([negated, members]) => negated !== '' || members[0] !== '^')
    .map(([negated, members, dash]) => `[${negated}${members.join('')}${dash}]`);
  const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,}', '{0,2}', '{1,3}');
  const { pattern: source } = fc.letrec<{ pattern: string; sequence: string; atom: string }>((tie) => ({
    atom: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 5, arbitrary: fc.tuple(literal, quantifier).map((parts) => parts.join('')) },
      { weight: 2, arbitrary: fc.tuple(bracket, quantifier).map((parts) => parts.join('')) },
      { weight: 1, arbitrary: fc.constantFrom('^', '$') },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom('(', '(?:'), tie('pattern'), quantifier)
          .map(([open, inside, times]) => `${open}${inside})${times}`),
      },
    ),
    sequence: fc.array(tie('atom'), { minLength: 1, maxLength: 4 }).map((atoms) => atoms.join('')),
    pattern: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((sequences) => sequences.join('|')),
  }));
  const unit = fc.constantFrom('a', 'b', 'B', 'z', '0', '7', '-', '_', '.', ' ', '\n', '\u2028', 'ä', '𝒳', '\ud800');
  const text = fc.array(unit, { maxLength: 12 }).map((units) => units.join(''));
  const seeded = { seed: 20261120, numRuns: 4000 };

  test('on random patterns and texts', () => {
    let compared = 0;
    fc.assert(
      fc.property(source, fc.array(text, { minLength: 5, maxLength: 5 }), (pattern, texts) => {
        if (faultOf(pattern) !== undefined) return true;
        compared++;
        const own = compilePattern(pattern);
        const js = new RegExp(pattern, 'u');
        return texts.every((one) => own.matches(one) === js.test(one));
      }),
      seeded,
    );
    expect(compared).toBeGreaterThan(2000);
  });

  test('on letters in either case', () => {
    const letters = fc.array(fc.constantFrom('a', 'A', 'b', 'B', 'z', 'Z', '0', '-'), { maxLength: 8 });
    fc.assert(
      fc.property(source, letters, (pattern, units) => {
        // Of these JavaScript says, for the sake of `ſ`, that they hold no s and k in any case.
        if (faultOf(pattern) !== undefined || /\\W/.test(pattern)) return true;
        return (
          matches(pattern, units.join(''), { ignoreCase: true }) === new RegExp(pattern, 'iu').test(units.join(''))
        );
      }),
      seeded,
    );
  });

  test('and takes nothing that JavaScript refuses', () => {
    const signs = fc.constantFrom(...'ab01^$.*+?()[]{}|\\-,:!<=/dDwWsSp &');
    fc.assert(
      fc.property(fc.array(signs, { minLength: 1, maxLength: 10 }), (units) => {
        const pattern = units.join('');
        if (faultOf(pattern) === undefined) new RegExp(pattern, 'u');
      }),
      { seed: 20261120, numRuns: 20_000 },
    );
  });

  test('and the shortest match is one', () => {
    fc.assert(
      fc.property(source, text, (pattern, one) => {
        if (faultOf(pattern) !== undefined || !matches(pattern, one)) return true;
        return shortestMatch(compilePattern(pattern), [[0, 0x10ffff]]) <= [...one].length;
      }),
      seeded,
    );
  });
});

describe('it cannot be made to hang', () => {
  test.each([
    '(a+)+$',
    '^(a+)+$',
    '(a|a)*$',
    '(a|aa)+$',
    '(.*)*x',
    '(.*.*.*.*.*)*x',
    '([a-z]+)*1',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(a?){30}a{30}$',
    '((a*)*)*b',
    '(a{0,30}){30}b',
    '(((a?)+)?)+b',
  ])('by %s', (source) => {
    const pattern = compilePattern(source);
    for (const text of ['a'.repeat(1024), `${'a'.repeat(1023)}!`, `${'aA!'.repeat(300)}`]) {
      const count = { steps: 0 };
      pattern.matches(text, count);
      expect(count.steps).toBeLessThanOrEqual(2 * pattern.size * (text.length + 1));
    }
  });

  test('by any pattern that it takes', () => {
    const units = fc.constantFrom('a', 'b', '(', ')', '|', '*', '+', '?', '{2,9}', '.');
    fc.assert(
      fc.property(fc.array(units, { minLength: 1, maxLength: 30 }), (parts) => {
        const source = parts.join('');
        if (faultOf(source) !== undefined) return true;
        const pattern = compilePattern(source);
        const count = { steps: 0 };
        pattern.matches('a'.repeat(200), count);
        return count.steps <= 2 * pattern.size * 201;
      }),
      { seed: 20261120, numRuns: 2000 },
    );
  });

  test('an anchored pattern gives up where it fails', () => {
    const count = { steps: 0 };
    compilePattern('^payments-').matches('x'.repeat(100_000), count);
    expect(count.steps).toBeLessThan(10);
  });
});

test.each([
  ['^payments-', 'begins with payments-'],
  ['-v2$', 'ends with -v2'],
  ['^book$', 'is book'],
  ['refund', 'contains refund'],
  ['^(a|b)-', 'matches the pattern ^(a|b)-'],
  ['^a.*', 'matches the pattern ^a.*'],
])('%s in words: %s', (source, words) => {
  expect(patternInWords(source)).toBe(words);
});

test.each([
  ['other case', '^payments-', 'Payments-refund', 'payments-refund'],
  ['another sign between words', '^payments-', 'payments_refund', 'payments-refund'],
  ['a slip at the beginning', '^payments-', 'payment-refund', 'payments-refund'],
  ['no beginning', '^payments-', 'refund', 'payments-refund'],
  ['nothing that comes near', '^[0-9]+$', 'refund', undefined],
  ['a look-alike letter', '^payments-', 'pаyments-refund', undefined],
] as const)('what is nearest to %s', (_name, source, text, nearest) => {
  expect(nearestMatch(source, text)).toBe(nearest);
});

function faultOf(source: string): PatternFault | undefined {
  try {
    compilePattern(source);
    return undefined;
  } catch (error) {
    return error as PatternFault;
  }
}
