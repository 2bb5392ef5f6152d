/** Runs a command line as a process would, with files in a folder of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Terminal } from '../../src/cli/command.ts';
import { portcullis } from '../../src/cli/portcullis.ts';
import { NOW } from '../policy/policies.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The clock stands still unless `world` brings another. */
export async function run(args: readonly string[], world: Partial<Terminal> = {}): Promise<Ran> {
  const ran = { out: '', err: '' };
  const terminal: Terminal = {
    env: {},
    now: () => NOW,
    out: (text) => {
      ran.out += text;
    },
    err: (text) => {
      ran.err += text;
    },
    read: async () => undefined,
    aws: async () => '',
    ...world,
  };
  const code = await portcullis(args, terminal);
  return { code, ...ran };
}

/** The paths of these files, in a folder that is gone when the test is over. A text or bytes stand as they are. */
export function files<const Name extends string>(contents: Readonly<Record<Name, unknown>>): Record<Name, string> {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const paths = Object.entries(contents).map(([name, content]) => {
    const path = join(folder, name);
    const raw = typeof content === 'string' || content instanceof Uint8Array;
    // JSON is YAML.
    writeFileSync(path, raw ? content : JSON.stringify(content, null, 2));
    return [name, path];
  });
  return Object.fromEntries(paths) as Record<Name, string>;
}
