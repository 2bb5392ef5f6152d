import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const CONFIG = fileURLToPath(new URL('../support/lines/leaks.config.ts', import.meta.url));

test('a bad line turns its file red, by whichever way it is written', async () => {
  // Silent: what the console says there would be judged here as well.
  const args = [VITEST, 'run', '--config', CONFIG, '--silent'];
  const env = { ...process.env, NO_COLOR: '1' };
  const { code, out } = await new Promise<{ code: unknown; out: string }>((resolve) => {
    execFile(process.execPath, args, { env }, (error, ...printed) =>
      resolve({ code: error?.code, out: printed.join('') }),
    );
  });
  expect(code).toBe(1);
  expect(out).toMatch(/Tests +5 passed/);
  for (const fault of [
    'A line /time must be integer.',
    'A line shows a client token.',
    'A line shows a secret access key.',
    'A line shows a description or schema.',
    'The output of a child goes where nobody judges it: pipe it.',
  ]) {
    expect(out).toContain(fault);
  }
});
