import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openCheckpoint } from '../../src/scan/checkpoint.ts';
import { files } from '../cli/run.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const subject = { region: 'us-east-1', policy: { revision: '1', digest: 'd1' }, provenance: undefined };
const report = (agentId: string) => ({ agentId, agentName: 'Büro', teams: [], items: [] });
const open = (file: string, changes = {}) => openCheckpoint(file, { ...subject, ...changes }, NOW);
const fresh = () => files({ folder: '' }).folder.replace(/folder$/, 'checkpoint');

test('what was added is there again, and is gone after the end', () => {
  const file = fresh();
  const first = open(file);
  expect(first.reports).toEqual([]);
  first.add(report('AGENT00001'));
  first.add(report('AGENT00002'));
  const second = openCheckpoint(file, subject, NOW + 60_000);
  expect(second.reports).toEqual([report('AGENT00001'), report('AGENT00002')]);
  expect(second.startedAt).toBe('2026-11-20T12:00:00.000Z');
  second.remove();
  expect(existsSync(file)).toBe(false);
});

test('killed at any byte: no agent that was through is lost, and the rest goes on in the same file', () => {
  const file = fresh();
  const whole = open(file);
  whole.add(report('AGENT00001'));
  whole.add(report('AGENT00002'));
  const bytes = readFileSync(file);
  for (let length = 0; length <= bytes.length; length++) {
    writeFileSync(file, bytes.subarray(0, length));
    const throughBefore = bytes.subarray(0, length).toString().split('\n').length - 1;
    const resumed = open(file);
    expect(resumed.reports).toHaveLength(Math.max(0, throughBefore - 1));
    resumed.add(report('AGENT00003'));
    expect(open(file).reports.at(-1)).toEqual(report('AGENT00003'));
  }
});

test.each([
  ['another policy', { policy: { revision: '2', digest: 'd2' } }, 'another policy, revision 1'],
  ['another region', { region: 'eu-west-1' }, 'the region us-east-1'],
  ['a table of provenance', { provenance: 'portcullis-provenance' }, 'no table'],
])('two halves are one scan only with equal facts: %s', (_name, changes, words) => {
  const file = fresh();
  open(file);
  expect(() => open(file, changes)).toThrow(words);
});

test.each([
  ['notes', 'my notes\nmore of them\n'],
  ['notes of one line', 'my notes'],
  ['JSON of something else', '{"a":1}\n'],
  ['a checkpoint with a hole', '{"portcullisScan":1,"region":"us-east-1","policy":{"digest":"d1"}}\n\n'],
  ['a checkpoint of a later version', '{"portcullisScan":2}\n'],
])('a file that is something else is refused, and stays as it is: %s', (_name, text) => {
  const { file } = files({ file: text });
  expect(() => open(file)).toThrow('no checkpoint');
  expect(readFileSync(file, 'utf8')).toBe(text);
});
