import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Counts } from './stub-server.ts';

export interface Stubs {
  readonly url: string;
  /** Calls since the last time this was asked. @param keep what DynamoDB knows, which is forgotten else */
  counts(options?: { keep: boolean }): Promise<Counts>;
  close(): void;
}

export async function startStubs(): Promise<Stubs> {
  const server: ChildProcess = fork(fileURLToPath(new URL('./stub-server.ts', import.meta.url)), { silent: true });
  for (const output of [server.stdout, server.stderr]) output?.pipe(process.stderr);
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  return {
    url: `http://127.0.0.1:${port}`,
    async counts({ keep } = { keep: false }) {
      const answer = once(server, 'message') as Promise<[{ counts: Counts }]>;
      server.send({ keep });
      return (await answer)[0].counts;
    },
    close: () => void server.kill(),
  };
}
