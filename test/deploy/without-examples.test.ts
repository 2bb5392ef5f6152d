/** What is left out of a function's bundle for its size, and what takes its place. */
import { search as jmespath } from '@aws-lambda-powertools/jmespath';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { BUNDLING } from '../../src/deploy/bundling.ts';
import { search } from '../../src/deploy/lambda-sdk/jmespath.ts';
import { RULES } from '../../src/policy/rules/index.ts';

test('no example of a rule is in a bundle, and every rule is', async () => {
  const stdin = { contents: "export { RULES } from './src/policy/rules/index.ts';", resolveDir: process.cwd() };
  const { outputFiles } = await build({ ...BUNDLING, stdin, outdir: 'nowhere', write: false });
  const code = outputFiles.map(({ text }) => text).join();
  expect([...RULES.keys()].filter((id) => !code.includes(id))).toEqual([]);
  expect(code.match(/examples: ?\[(?!\])/)).toBeNull();
});

test.each([
  ['a member', 'key', { key: 'a', fingerprint: 'b' }],
  ['a member that is not there', 'key', {}],
  ['a member that is null', 'key', { key: null }],
  ['a member of a list', 'length', [1]],
  ['a member of nothing', 'key', null],
  ['all of it', '@', { a: [1] }],
])('the path to %s leads where JMESPath leads', (_what, path, data) => {
  expect(search(path, data)).toEqual(jmespath(path, data as never));
});

test('another path is refused', () => {
  expect(() => search('a.b', {})).toThrow(TypeError);
});
