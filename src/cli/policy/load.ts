import { readFile } from 'node:fs/promises';
import type { Policy } from '../../policy/policy.ts';
import { loadPolicy } from '../../policy-source/policy-source.ts';
import { InputError } from '../command.ts';

/** Where an organisation's policy stands unless the command line says otherwise. */
export const DEFAULT_POLICY = 'policy/organisation.yaml';

/**
 * The policy of a file: as people write it (YAML), or as it was built into an artefact (`policy.json`).
 *
 * @throws {InputError} with every fault of it.
 */
export async function policyIn(file: string): Promise<Policy> {
  try {
    return await loadPolicy(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** @throws {InputError} when there is none to read. */
export async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): InputError {
  const { code, message, name } = error as NodeJS.ErrnoException;
  if (name === 'PolicyFileError') return new InputError(`the policy cannot be used.\n${message}`);
  const reason = code === 'ENOENT' ? 'there is no such file.' : code === 'EISDIR' ? 'it is a folder.' : message;
  return new InputError(`cannot read ${file}: ${reason}`);
}
