/**
 * How far a scan has come, in a file that outlives the process: a line of JSON for what it is about, and one for each agent
 * that is through. A process that is killed leaves at most one line unfinished, and that agent is looked at again. An agent
 * that failed has no line, so whoever goes on tries it again.
 */
import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import type { AgentReport } from './report.ts';

/** What must be equal for two halves of a scan to be one. */
export interface Subject {
  readonly region: string;
  readonly policy: { readonly revision: string; readonly digest: string };
  /** The table of provenance, if one is read. */
  readonly provenance: string | undefined;
}

export interface Checkpoint {
  /** Of the agents that are through already. */
  readonly reports: readonly AgentReport[];
  readonly startedAt: string;
  add(report: AgentReport): void;
  /** All is said: the next scan begins anew. */
  remove(): void;
}

/** The file is none, or is about something else; the message says what to do. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

const VERSION = 1;
const BEGINNING = `{"portcullisScan":${VERSION},`;

/** @throws {CheckpointError} and whatever the file system throws. */
export function openCheckpoint(file: string, subject: Subject, nowEpochMs: number): Checkpoint {
  const text = readOrBegin(file, subject, nowEpochMs);
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  const [head, ...reports] = complete.split('\n').slice(0, -1).map(parsed) as [Head | undefined, ...AgentReport[]];
  if (head?.portcullisScan !== VERSION || reports.some((report) => typeof report?.agentId !== 'string')) {
    throw new CheckpointError(`${file} is no checkpoint of a scan, or is damaged. Name another file.`);
  }
  const differing = differences(head, subject);
  if (differing !== undefined) {
    throw new CheckpointError(`${file} was begun with ${differing}. Remove it to begin anew, or name another file.`);
  }
  if (complete.length < text.length) truncateSync(file, Buffer.byteLength(complete));
  return {
    reports,
    startedAt: head.startedAt,
    add: (report) => appendFileSync(file, `${JSON.stringify(report)}\n`),
    remove: () => rmSync(file, { force: true }),
  };
}

interface Head extends Subject {
  readonly portcullisScan: number;
  readonly startedAt: string;
}

function readOrBegin(file: string, subject: Subject, nowEpochMs: number): string {
  const found = readIfThere(file);
  // Killed while the first line was being written.
  const isUnbegun = found.length < BEGINNING.length ? BEGINNING.startsWith(found) : !found.includes('\n');
  if (!isUnbegun || !(BEGINNING.startsWith(found) || found.startsWith(BEGINNING))) return found;
  const head: Head = { portcullisScan: VERSION, startedAt: new Date(nowEpochMs).toISOString(), ...subject };
  const text = `${JSON.stringify(head)}\n`;
  writeFileSync(file, text);
  return text;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function differences(head: Subject, subject: Subject): string | undefined {
  if (head.region !== subject.region) return `the region ${head.region}`;
  if (head.policy.digest !== subject.policy.digest) return `another policy, revision ${head.policy.revision}`;
  if (head.provenance !== subject.provenance) return `${head.provenance ?? 'no table'} as table of provenance`;
  return undefined;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
