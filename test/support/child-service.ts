/** The service in a process of its own, for tests that need several of them, or one to kill. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { EVERY_PART } from '../../src/applying/parts.ts';
import { type Config, parseConfig } from '../../src/config.ts';
import { createServices } from '../../src/services.ts';
import { killChild, startChild } from './child.ts';
import { type Create, type CreateCall, creator, type Reply } from './create-call.ts';

export interface ChildService {
  readonly create: Create;
  /** What it wrote to its standard output, oldest first; all of it once it is killed. */
  readonly lines: readonly string[];
  /** `kill -9`: it ends where it is. Calls that it was serving are never answered. */
  kill(): Promise<void>;
}

export async function startChildService(config: Config): Promise<ChildService> {
  const child = startChild(import.meta.url, config);
  const lines: string[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => void lines.push(line));
  await once(child, 'message');
  return {
    create: caller(child),
    lines,
    kill: () => killChild(child),
  };
}

/** Calls the service in a child; a call that the child does not live to answer stays open. */
function caller(child: ChildProcess): Create {
  const open: ((message: Message) => void)[] = [];
  child.on('message', (message: Message) => open[message.id]?.(message));
  return (call = {}) =>
    new Promise((resolve, reject) => {
      const answered = ({ reply, error }: Message) => (reply === undefined ? reject(new Error(error)) : resolve(reply));
      const id = open.push(answered) - 1;
      child.send({ id, call });
    });
}

interface Message {
  readonly id: number;
  readonly reply?: Reply;
  readonly error?: string;
}

if (process.argv[2] === 'serve') {
  const create = creator(createServices(parseConfig(), EVERY_PART));
  process.on('message', ({ id, call }: { id: number; call: CreateCall }) => {
    create(call).then(
      (reply) => process.send?.({ id, reply }),
      (error: unknown) => process.send?.({ id, error: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}
