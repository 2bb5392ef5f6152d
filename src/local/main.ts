/** `npm start`: the service on this machine, with a demo agent, policy and keys. */
import { enableCompileCache } from 'node:module';
import type { Local } from './start.ts';

// Every start but the first finds its modules compiled: what follows is imported only now.
enableCompileCache('node_modules/.cache/node');
const { ConfigError } = await import('../config.ts');
const { startLocal } = await import('./start.ts');
const { readableLog } = await import('./readable-log.ts');
const { welcome } = await import('./welcome.ts');
const { styleOf } = await import('../cli/style.ts');

const isTerminal = process.stdout.isTTY === true;
const style = styleOf({ env: process.env, tty: { out: isTerminal, err: false } });
const readable = readableLog((text) => void process.stdout.write(text), style);

try {
  const local = await startLocal(process.env, isTerminal ? readable : undefined);
  console.log(welcome(local, isTerminal));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop(local));
} catch (error) {
  console.error(describe(error));
  process.exitCode = 1;
}

async function stop(local: Local): Promise<void> {
  await local.close();
  process.exit(0);
}

/** A mistake in the environment or the policy is told without a stack: it is the reader's to mend. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    return `Port ${process.env.PORT || 3000} is taken. Choose another, e.g. PORT=3001 npm start, or PORT=0 for any free one.`;
  }
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `There is no file ${path}. POLICY_FILE names the policy.`;
  if (error.name === 'Error') return error.message;
  return error instanceof ConfigError || error.name === 'PolicyFileError'
    ? error.message
    : (error.stack ?? error.message);
}
