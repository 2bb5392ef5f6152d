/**
 * Judges every line that the service writes in any test, in this process or a child: a test file fails whose lines show
 * what was planted, or say an OCSF event that the standard refuses. The runner loads it before each file.
 */
import { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Readable } from 'node:stream';
import { afterAll, expect } from 'vitest';
import { LOG_LINES } from '../../../src/log.ts';
import { eventJudge, leaksIn, saysItsClass } from './faults.ts';

const faults = new Set<string>();
let judged = 0;

function judge(line: string): void {
  judged += 1;
  for (const leak of leaksIn(line)) faults.add(`A line ${leak}.`);
  if (saysItsClass(line)) judgeEvent(line);
}

/** Begins with the first event, since most files have none; what comes before it is ready waits. */
let judging: Promise<void> | undefined;
let faultsOf: ((line: string) => string[]) | undefined;
let waiting: string[] = [];

function judgeEvent(line: string): void {
  if (faultsOf !== undefined) {
    for (const fault of faultsOf(line)) faults.add(`A line ${fault}.`);
    return;
  }
  waiting.push(line);
  judging ??= eventJudge().then((ready) => {
    faultsOf = ready;
    waiting.forEach(judgeEvent);
    waiting = [];
  });
}

const onLine = (line: unknown) => judge(line as string);
subscribe(LOG_LINES, onLine);

// What goes round the logger: consoles, the SDK's warnings, EMF of a library.
for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream) as (...call: unknown[]) => boolean;
  stream.write = ((chunk: unknown, ...rest: unknown[]) => {
    for (const line of String(chunk).split('\n')) judge(line);
    return write(chunk, ...rest);
  }) as typeof stream.write;
}
for (const level of ['debug', 'error', 'info', 'log', 'warn'] as const) {
  const print = console[level].bind(console);
  console[level] = (...said: unknown[]) => {
    for (const line of said.map(String).join(' ').split('\n')) judge(line);
    print(...said);
  };
}

// Every asynchronous way to start a process ends here. Output that a test throws away is read all the same.
interface Spawned {
  stdio?: unknown;
}
const prototype = ChildProcess.prototype as unknown as { spawn(options: Spawned): unknown };
const { spawn } = prototype;
prototype.spawn = function (this: ChildProcess, options) {
  const { stdio = 'pipe' } = options;
  const given: unknown[] = Array.isArray(stdio) ? [...stdio] : [stdio, stdio, stdio];
  const thrownAway = [1, 2].filter((fd) => given[fd] === 'ignore');
  for (const fd of thrownAway) given[fd] = 'pipe';
  const result = spawn.call(this, { ...options, stdio: given });
  for (const fd of [1, 2]) {
    const output = this.stdio?.[fd] as Readable | null | undefined;
    if (output) {
      readAlong(output);
      if (thrownAway.includes(fd)) output.resume();
    } else if (fd === 1 && given[fd] !== 'pipe')
      faults.add('The output of a child goes where nobody judges it: pipe it.');
  }
  return result;
};

/** Without becoming a reader: whoever reads the stream, or does so later, gets all of it. */
function readAlong(stream: Readable): void {
  const push = stream.push.bind(stream);
  let rest = '';
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    const lines = (rest + (chunk === null ? '\n' : String(chunk))).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) judge(line);
    return push(chunk, encoding);
  };
}

afterAll(async () => {
  await judging;
  unsubscribe(LOG_LINES, onLine);
  expect([...faults], `what is wrong with the ${judged} lines that this file's tests made`).toEqual([]);
});
