/** Where the policy comes from: a file, built into the artefact unless another is named, or AWS AppConfig. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import type { LineLogger } from '../log.ts';
import { compile, fromBuild, type Policy } from '../policy/policy.ts';
import { remembered } from '../remembered.ts';

/** The build puts it beside the bundle. */
const BUILT_IN = fileURLToPath(new URL('./policy.json', import.meta.url));

const NO_READER =
  'the reader of policies is packaged with policySource=appconfig alone. Unset POLICY_FILE, and name the file when building.';

/**
 * The policy to decide by, for as many requests at a time as there are. A file is read once; what AppConfig has is renewed.
 *
 * A decision takes its policy once: the next call may bring another revision. Each rejects while there is none.
 */
export function policySource({ appConfig, policyFile, region }: Config, log: LineLogger): () => Promise<Policy> {
  if (appConfig === undefined) return remembered(() => loadPolicy(policyFile));
  const source = remembered(async () => {
    const { policyFromAppConfig } = await import('./app-config.ts'); // with its SDK client and Powertools
    return policyFromAppConfig(appConfig, region, log);
  });
  return async () => (await source())();
}

/**
 * Reads the policy: the one built into the artefact, or a file, compiled (`.json`) or as people write it (YAML).
 *
 * It is read at once: nobody else waits, and a cold start is 1.5 ms shorter for it.
 *
 * @throws when there is none or it cannot be read whole; nothing may be decided then.
 */
export async function loadPolicy(file?: string): Promise<Policy> {
  if (file === undefined) return fromBuild(readFileSync(BUILT_IN, 'utf8'));
  const bytes = readFileSync(file);
  // With the grammar and the YAML parser, which a built-in policy does not need.
  const { readPolicy, readCompiled } = await import('./policy-file.ts').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new Error(`${file} cannot be read: ${NO_READER}`, { cause });
  });
  if (file.endsWith('.json')) return readCompiled(bytes);
  const { document, digest } = readPolicy(bytes, file);
  return compile(document, digest);
}
