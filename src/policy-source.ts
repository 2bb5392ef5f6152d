import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compile, deserialise, type Policy } from './policy/policy.ts';

/** The build puts it beside the bundle. */
const BUILT_IN = fileURLToPath(new URL('./policy.json', import.meta.url));

/**
 * Reads the policy: the one built into the artefact, or a file, compiled (`.json`) or as people write it (YAML).
 *
 * @throws when there is none or it cannot be read whole; nothing may be decided then.
 */
export async function loadPolicy(file: string = BUILT_IN): Promise<Policy> {
  const bytes = await readFile(file);
  if (file.endsWith('.json')) return deserialise(bytes.toString('utf8'));
  const { readPolicy } = await import('./policy-file.ts'); // with the YAML parser, which no deployed function needs
  const { document, digest } = readPolicy(bytes, file);
  return compile(document, digest);
}
