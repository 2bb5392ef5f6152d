/** What must turn the suite red: each test passes, and its file must fail. Run by `every-line.test.ts` alone. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'vitest';
import { LineLogger } from '../../../src/log.ts';
import { SESSION } from '../callers.ts';
import { TEXT_MARK, TOKEN_MARK } from './planted.ts';

const log = new LineLogger(() => {});

test('a record that the standard refuses', () => {
  log.record({ class_uid: 6003, time: 'now' });
});

test('a log line with a token', () => {
  log.must('done', { clientToken: `${TOKEN_MARK}-1` });
});

test('the console, with a key', () => {
  console.log(SESSION.secretAccessKey);
});

test('a child, though nobody reads it', async () => {
  await once(spawn('echo', [TEXT_MARK], { stdio: 'ignore' }), 'exit');
});

test('a child that cannot be read', async () => {
  await once(spawn('true', { stdio: 'inherit' }), 'exit');
});
