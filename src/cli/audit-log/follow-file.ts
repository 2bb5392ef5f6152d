import { type FileHandle, open, stat } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { LineSplitter, unreadable } from './files.ts';
import type { Waiting } from './reading.ts';

const LOOK_EVERY_MS = 500;
const CHUNK_BYTES = 1024 * 1024;

/**
 * A file's lines and what is added, as `tail -F`: also when another file takes its name (rotation), when it is emptied and
 * written anew, and when it is gone for a while. It is looked at, not watched: file systems over a network tell nobody.
 *
 * @throws {InputError} when there is no such file at the beginning.
 */
export async function* followFile(path: string, { clock, signal }: Waiting): AsyncGenerator<readonly string[]> {
  let file: Opened | undefined = await opened(path).catch((error) => {
    throw unreadable(path, error);
  });
  try {
    while (!signal.aborted) {
      if (file !== undefined) yield* file.rest();
      const there = await stat(path).catch(() => undefined);
      if (there !== undefined && (file === undefined || there.ino !== file.inode)) {
        if (file !== undefined) {
          yield* file.rest(); // what was added between the last look and the rotation
          yield file.end();
          await file.close();
        }
        file = await opened(path).catch(() => undefined);
        continue;
      }
      yield [];
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
  } finally {
    await file?.close();
  }
}

interface Opened {
  readonly inode: number;
  rest(): AsyncGenerator<readonly string[]>;
  end(): readonly string[];
  close(): Promise<void>;
}

async function opened(path: string): Promise<Opened> {
  const handle: FileHandle = await open(path);
  const { ino: inode } = await handle.stat();
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let position = 0;
  let decoder = new StringDecoder('utf8');
  let lines = new LineSplitter();
  return {
    inode,
    async *rest() {
      if ((await handle.stat()).size < position) {
        position = 0;
        decoder = new StringDecoder('utf8');
        lines = new LineSplitter();
      }
      for (;;) {
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
        if (bytesRead === 0) return;
        position += bytesRead;
        const complete = lines.add(decoder.write(buffer.subarray(0, bytesRead)));
        if (complete.length > 0) yield complete;
      }
    },
    end: () => lines.end(),
    close: () => handle.close(),
  };
}
