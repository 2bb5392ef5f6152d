import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asciiJson, printable } from '../../src/cli/printable.ts';
import { decision } from './audit/lines.ts';
import { files, run } from './run.ts';

test.each([
  ['what people write stays as it is', 'Größe, 名前, naïve 👍 (ok) "x" \\', 'Größe, 名前, naïve 👍 (ok) "x" \\'],
  ['escape sequences', '\u001b[2J\u009b31m', '\\u{1b}[2J\\u{9b}31m'],
  ['line ends', 'a\r\nb\u2028c', 'a\\u{d}\\u{a}b\\u{2028}c'],
  ['direction marks and zero widths', 'a\u202eb\u2066c\u200bd\ufeff', 'a\\u{202e}b\\u{2066}c\\u{200b}d\\u{feff}'],
  ['halves of characters, and invisible tags', '\ud83d \u{e0041}', '\\u{d83d} \\u{e0041}'],
])('%s', (_name, text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('what is too long is cut', () => {
  expect(printable('abcdef', 3)).toBe('abc…');
});

/** All that a terminal obeys, or that turns a line round. */
const HARMFUL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const hostile = fc.string({
  unit: fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom('\u001b', '\u009b', '\n', '\u202e', '"'),
  ),
  minLength: 1,
  maxLength: 30,
});

test('no text of a caller reaches the terminal as anything but text, whichever command shows it', async () => {
  await fc.assert(
    fc.asyncProperty(hostile, async (text) => {
      const facts = {
        name: text,
        team: text,
        principal: text,
        agentId: text,
        effect: 'deny' as const,
        violations: [{ rule: text, pointer: text, message: text, fix: text, allowed: [text] }],
        warnings: [{ rule: text, pointer: text, message: text, fix: text }],
        exemptions: [text],
        more: { prepare: text, actionGroup: { [text]: text, description: { [text]: [text] } } },
      };
      const members = { code: text, actionGroupId: text, upstream: { error: text, requestId: text } };
      const lines = decision('failed', facts, members);
      const { log } = files({ log: [...lines, lines[0]?.replaceAll('d-1', 'd-2')].join('\n') });
      for (const args of [
        ['tail', log, '--all'],
        ['tail', log, '--json'],
        ['show', 'd-1', '--file', log],
      ]) {
        const { code, out } = await run(['audit', ...args]);
        expect([code, HARMFUL.exec(out)]).toEqual([0, null]);
      }
      for (const format of ['table', 'json']) {
        const { out } = await run(['audit', 'report', '--file', log, '--format', format]);
        expect(HARMFUL.exec(out)).toBeNull();
      }
      // Nothing of it makes a line of its own.
      const { out } = await run(['audit', 'tail', log]);
      expect(out.split('\n')).toHaveLength(9);
    }),
    { seed: 20261120, numRuns: 60 },
  );
});

test('JSON in ASCII says the same', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(asciiJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      expect(asciiJson(value)).toMatch(/^[\x20-\x7e]*$/);
    }),
    { seed: 20261120 },
  );
});
