import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CommandError, InputError, type Terminal } from '../command.ts';
import { progressOn } from '../progress.ts';

/** The lines of files, plain or gzip, one after another. @throws {InputError} when one cannot be read to its end. */
export async function* files(paths: readonly string[], terminal: Terminal): AsyncGenerator<readonly string[]> {
  const progress = progressOn(terminal);
  try {
    for (const path of paths) {
      const totalBytes = await stat(path).then(
        ({ size }) => size,
        () => 0,
      );
      const say = (bytes: number) => () => `${path}: ${Math.floor((100 * bytes) / totalBytes)}%`;
      yield* linesOfFile(path, (bytes) => progress.show(say(bytes)));
    }
  } finally {
    progress.end();
  }
}

/** @throws {CommandError} when there is none. */
export async function* standardInput({ stdin }: Terminal): AsyncGenerator<readonly string[]> {
  if (stdin === undefined) throw new CommandError('there is no standard input.', 2);
  const decoder = new TextDecoder();
  const lines = new LineSplitter();
  for await (const chunk of stdin) {
    const complete = lines.add(decoder.decode(chunk, { stream: true }));
    if (complete.length > 0) yield complete;
    yield []; // whoever writes may now wait
  }
  yield lines.end();
}

async function* linesOfFile(path: string, onRead: (bytes: number) => void): AsyncGenerator<readonly string[]> {
  const lines = new LineSplitter();
  try {
    const gzipped = await isGzip(path);
    const source = createReadStream(path, { highWaterMark: 1024 * 1024 });
    const text = gzipped ? unzipped(source) : source;
    for await (const chunk of text.setEncoding('utf8')) {
      onRead(source.bytesRead);
      yield lines.add(chunk);
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  yield lines.end();
}

export function unreadable(path: string, error: unknown): InputError {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = code === 'ENOENT' ? 'there is no such file.' : code === 'EISDIR' ? 'it is a folder.' : message;
  return new InputError(`cannot read ${path}: ${reason}`);
}

/** Keeps the line that has not ended yet. */
export class LineSplitter {
  #rest = '';

  add(text: string): string[] {
    if (!text.includes('\n')) {
      this.#rest += text;
      return [];
    }
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() as string;
    return lines;
  }

  end(): string[] {
    const rest = this.#rest;
    this.#rest = '';
    return rest === '' ? [] : [rest];
  }
}

/** `pipe` alone passes no failure on: the lines would simply never end. */
function unzipped(source: Readable): Readable {
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  return source.pipe(gunzip);
}

async function isGzip(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}
