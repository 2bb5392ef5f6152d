import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** The path of a policy that lives as long as the test: another one's text, or none, and some more. */
export async function policyFile(base: string | undefined, more: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'policy-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'policy.yaml');
  await writeFile(path, `${base === undefined ? '' : await readFile(base, 'utf8')}\n${more}`);
  return path;
}
