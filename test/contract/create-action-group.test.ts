import { describe, expect, test } from 'vitest';
import { parseCreateActionGroup } from '../../src/contract/create-action-group.ts';
import { group, refusal, request, TOKEN } from './requests.ts';

const labels = { agentId: 'AGENT12345', agentVersion: 'DRAFT' };

test('a valid request, whole', () => {
  const query = { dryRun: ['true'], prepare: ['wait'] };
  expect(parseCreateActionGroup(request(group(), { query, idempotencyKeys: ['k'] }))).toEqual({
    operation: 'CreateAgentActionGroup',
    agentId: 'AGENT12345',
    agentVersion: 'DRAFT',
    actionGroup: { actionGroupName: 'booking' },
    clientToken: 'k',
    dryRun: true,
    prepare: 'wait',
  });
});

test('without query and token: it writes, prepares nothing and is not idempotent', () => {
  const parsed = parseCreateActionGroup(request());
  expect(parsed).toMatchObject({ dryRun: false, prepare: 'none' });
  expect(parsed).not.toHaveProperty('clientToken');
});

test('faults of path, query, header and body come in one answer', () => {
  const problem = refusal(
    request(
      { actionGroupName: '-', clientToken: TOKEN },
      { labels: { agentId: 'x', agentVersion: '1' }, query: { dryrun: ['true'] }, idempotencyKeys: ['other'] },
    ),
  );
  expect(problem?.code).toBe('INVALID_REQUEST');
  expect(problem?.detail).toBe(
    '5 things to mend. The first: `agentId` has length 1; an id has exactly 10 characters. ' +
      'Give the id: exactly 10 letters and digits.',
  );
  expect(problem?.errors.map(({ pointer }) => pointer)).toEqual([
    'path:agentId',
    'path:agentVersion',
    'query:dryrun',
    'header:Idempotency-Key',
    '/actionGroupName',
  ]);
});

test('one fault and its remedy are the whole detail', () => {
  expect(refusal(request({}))?.detail).toBe('`actionGroupName` is missing. Add `actionGroupName`.');
});

describe('labels', () => {
  test.each([
    [
      'an id with a newline at its end',
      { agentId: 'AGENT12345\n' },
      'path:agentId',
      'has "\\n" (U+000A) at position 11',
    ],
    ['an id with NUL', { agentId: 'AGENT1234\0' }, 'path:agentId', 'has "\\u0000" (U+0000) at position 10'],
    ['a decoded slash', { agentId: 'AGENT/2345' }, 'path:agentId', 'has "/" (U+002F) at position 6'],
    ['a Cyrillic А', { agentId: 'АGENT12345' }, 'path:agentId', 'has "А" (U+0410) at position 1'],
    ['an Arabic digit', { agentId: 'AGENT1234٥' }, 'path:agentId', 'has "٥" (U+0665)'],
    ['half of a surrogate pair', { agentId: 'AGENT1234\ud800' }, 'path:agentId', 'has "\\ud800" (U+D800)'],
    ['a short id', { agentId: 'AGENT1234' }, 'path:agentId', 'has length 9'],
    ['an empty id', { agentId: '' }, 'path:agentId', 'has length 0'],
    ['no id', { agentId: undefined }, 'path:agentId', 'is missing'],
    ['another version', { agentVersion: '1' }, 'path:agentVersion', 'is "1", which is not possible here'],
    ['the draft in lower case', { agentVersion: 'draft' }, 'path:agentVersion', 'is "draft"'],
    ['the draft and a newline', { agentVersion: 'DRAFT\n' }, 'path:agentVersion', 'is "DRAFT\\n"'],
  ])('%s', (_name, over, pointer, words) => {
    const faults = refusal(request(group(), { labels: { ...labels, ...over } }))?.errors;
    expect(faults).toEqual([{ pointer, message: expect.stringContaining(words), fix: expect.any(String) }]);
  });
});

describe('query', () => {
  test.each([
    ['a misspelt dryRun must not write', { dryrun: ['true'] }, 'query:dryrun', 'Did you mean `dryRun`?'],
    ['nor a foreign one', { force: ['1'] }, 'query:force', 'Remove it. This operation takes `dryRun`, `prepare`.'],
    ['nor an inherited name', { toString: ['1'] }, 'query:toString', 'Remove it.'],
    ['given twice, even alike', { dryRun: ['true', 'true'] }, 'query:dryRun', 'Give `dryRun` once.'],
    ['another case', { dryRun: ['True'] }, 'query:dryRun', 'Did you mean "true"?'],
    ['a number for a flag', { dryRun: ['1'] }, 'query:dryRun', 'Use one of "true", "false".'],
    ['an empty value', { dryRun: [''] }, 'query:dryRun', 'Use one of "true", "false".'],
    ['an unknown mode', { prepare: ['waits'] }, 'query:prepare', 'Did you mean "wait"?'],
  ])('%s', (_name, query, pointer, fix) => {
    const faults = refusal(request(group(), { query: query as Record<string, string[]> }))?.errors;
    expect(faults).toEqual([{ pointer, message: expect.any(String), fix: expect.stringContaining(fix) }]);
  });
});

describe('a body that is no object', () => {
  test.each([
    ['nothing', undefined, 'The body is missing; it must be an object.'],
    ['null', null, 'The body must be an object, but is null.'],
    ['a list', [group()], 'The body must be an object, but is a list.'],
    ['a string', JSON.stringify(group()), 'The body must be an object, but is a string.'],
    ['true', true, 'The body must be an object, but is true.'],
  ])('%s', (_name, body, message) => {
    expect(refusal({ ...request(), body })?.errors).toEqual([
      { pointer: '', message, fix: 'Give a JSON object: { … }.' },
    ]);
  });
});
