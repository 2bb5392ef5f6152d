/** How methods are left out of classes; that no function misses them is held against what is built, in lambda-sdk.test.ts. */
import { expect, test } from 'vitest';
import { withoutMethods } from '../../src/bundle/unused-methods.ts';

const CLASS = `export class Signer {
    sign(text) {
        if (text) {
            return this.hash(text);
        }
    }
    static async presign(text, { by = 1 } = {}) {
        if (by) {
            await text;
        }
    }
    hash(text) {
        return text;
    }
}
`;

test('a method goes whole, and the rest stays', () => {
  expect(withoutMethods(CLASS, ['presign'])).toBe(CLASS.replace(/ {4}static[\s\S]*?\n {4}\}\n/, ''));
  expect(withoutMethods(CLASS, ['sign', 'presign', 'hash'])).toBe('export class Signer {\n}\n');
});

test.each(['verify', 'this', 'text'])('what is no method stops the build: %s', (name) => {
  expect(() => withoutMethods(CLASS, [name])).toThrow(`no method ${name}`);
});
