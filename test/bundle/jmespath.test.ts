/** What takes the place of JMESPath in a function's bundle. */
import { search as jmespath } from '@aws-lambda-powertools/jmespath';
import { expect, test } from 'vitest';
import { search } from '../../src/bundle/lambda-sdk/jmespath.ts';

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
