/** The budgets that do not depend on time: what a creation ships and loads, and what each way it can end costs in calls. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { timelessBudgets, type Verdict } from './budgets.ts';
import { countCalls } from './calls.ts';
import { asInLambda, buildProbe } from './sample.ts';
import { startStubs } from './stubs.ts';
import { buildSubjects, type Subject } from './subjects.ts';

let ours: Subject;
let verdicts: readonly Verdict[];

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-'));
  const stubs = await startStubs();
  await buildProbe(folder);
  ({ ours } = await buildSubjects(folder));
  const calls = await countCalls({ folder, stubsUrl: stubs.url, readLog: true }, stubs, [ours]);
  verdicts = timelessBudgets(ours, calls);
  stubs.close();
  return () => rm(folder, { recursive: true });
}, 60_000);

test('no budget is exceeded', () => {
  expect(verdicts.filter(({ met, aim }) => !met && !aim)).toEqual([]);
  expect(verdicts.length).toBeGreaterThan(20);
});

test.each([
  ['fetch and WebSocket, which an ES import of node:http brings along', 'undici'],
  ['HTTP/2', 'NativeModule http2'],
  ['child processes', 'NativeModule child_process'],
])('nothing loads %s', async (_what, name) => {
  const program = 'await import(process.argv[1]); console.log(process.moduleLoadList.join());';
  const env = asInLambda('http://127.0.0.1:1');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program, ours.bundle],
    { env },
  );
  expect(stdout).toContain('NativeModule https');
  expect(stdout).not.toContain(name);
});
