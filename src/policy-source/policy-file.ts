/**
 * The policy document as a YAML file.
 *
 * Beside the core, not in it: the core knows no file, no YAML and no hash. What is deployed carries the checked document as
 * JSON, so this runs where policies are written, tested and built.
 */
import { createHash } from 'node:crypto';
import type { Document } from '../policy/document/document.ts';
import { checkDocument, deserialise } from '../policy/document/grammar.ts';
import type { Policy } from '../policy/policy.ts';
import { type FileFault, faultLine, type Locate, readYaml } from './yaml-file.ts';

export interface PolicyFile {
  readonly document: Document;
  /** SHA-256 of the file's bytes, 64 lower-case hex characters. */
  readonly digest: string;
  readonly locate: Locate;
}

/** Its message is one line for each fault: `file:line:column message — fix`. */
export class PolicyFileError extends Error {
  override readonly name = 'PolicyFileError';
  readonly faults: readonly FileFault[];

  constructor(fileName: string, faults: readonly FileFault[]) {
    super(faults.map((fault) => faultLine(fileName, fault)).join('\n'));
    this.faults = faults;
  }
}

/**
 * Reads a policy file, ready for `compile(document, digest)`.
 *
 * @throws {PolicyFileError} naming every fault.
 */
export function readPolicy(file: string | Uint8Array, fileName: string): PolicyFile {
  const bytes = typeof file === 'string' ? Buffer.from(file) : file;
  const read = readYaml(bytes, { what: 'a policy', firstKey: 'revision' }, checkDocument);
  if ('faults' in read) throw new PolicyFileError(fileName, read.faults);
  return { document: read.ok, digest: createHash('sha256').update(bytes).digest('hex'), locate: read.locate };
}

/** Reads a compiled policy that did not come with the code that reads it. @throws {TypeError} as `deserialise`. */
export function readCompiled(bytes: Uint8Array): Policy {
  return deserialise(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}
