/** Attempts in an audit log, whichever way it came out of CloudWatch. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { API_ACTIVITY } from '../../audit/ocsf.ts';
import { InputError } from '../command.ts';

/** An OCSF event, as the audit trail writes it. */
export type AttemptEvent = Readonly<Record<string, unknown>>;

/**
 * Each attempt of a log: lines as the service writes them, perhaps after a time or a stream's name (exports, `logs tail`), or
 * as texts within other JSON (`filter-log-events`, subscriptions); plain or gzip. All else is passed over.
 *
 * @param onRead is told the bytes of the file that were read so far
 * @throws {InputError} when the file cannot be read to its end.
 */
export async function* attemptsIn(file: string, onRead: (bytes: number) => void): AsyncGenerator<AttemptEvent> {
  try {
    const gzipped = await isGzip(file);
    const source = createReadStream(file);
    const text = gzipped ? unzipped(source) : source;
    let rest = '';
    for await (const chunk of text.setEncoding('utf8')) {
      onRead(source.bytesRead);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() as string;
      for (const line of lines) yield* attemptsOf(line);
    }
    yield* attemptsOf(rest);
  } catch (error) {
    throw new InputError(`cannot read ${file}: ${(error as Error).message}`);
  }
}

/** `pipe` alone passes no failure on: the lines would simply never end. */
function unzipped(source: Readable): Readable {
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  return source.pipe(gunzip);
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

const TEXT_WITHIN = /"message"\s*:\s*("(?:[^"\\]|\\.)*")/g;

export function* attemptsOf(line: string): Generator<AttemptEvent> {
  if (line.includes('"attempt"')) {
    const attempt = attemptIn(line);
    if (attempt !== undefined) yield attempt;
  } else if (line.includes('\\"attempt\\"')) {
    for (const [, text] of line.matchAll(TEXT_WITHIN)) {
      const message = parsed(text as string);
      if (typeof message === 'string') yield* attemptsOf(message);
    }
  }
}

function attemptIn(line: string): AttemptEvent | undefined {
  const event = parsed(line.slice(line.indexOf('{'))) as {
    class_uid?: unknown;
    metadata?: { event_code?: unknown };
  } | null;
  if (event?.class_uid !== API_ACTIVITY.class_uid || event.metadata?.event_code !== 'attempt') return undefined;
  return event as AttemptEvent;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
