import { deserialise } from '../policy/document/grammar.ts';
import { compile, type Policy } from '../policy/policy.ts';
import { RenewalFailure } from './renewal-failure.ts';

/** How `serialise` begins, whoever laid it out since. */
const COMPILED = /^\s*\{\s*"digest"\s*:/;

/**
 * Reads what was deployed as configuration: the document as people write it (YAML, or JSON, which is YAML), or compiled. The
 * text itself tells which: AppConfig's content type is what somebody once chose for the profile.
 *
 * YAML costs the request that meets a new revision about a millisecond for each kilobyte, the compiled form a sixth of that:
 * a document of thousands of teams is better deployed compiled.
 *
 * @throws {RenewalFailure} `POLICY_UNREADABLE`, without the policy's text, which the errors beneath it quote.
 */
export async function readRevision(bytes: Uint8Array): Promise<Policy> {
  if (COMPILED.test(Buffer.from(bytes.subarray(0, 200)).toString('latin1'))) {
    try {
      const policy = deserialise(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
      if (/^[0-9a-f]{64}$/.test(policy.digest)) return policy;
      throw new TypeError('The digest is none.');
    } catch {
      throw new RenewalFailure('POLICY_UNREADABLE', { bytes: bytes.length });
    }
  }
  const { readPolicy, PolicyFileError } = await import('./policy-file.ts'); // with the YAML parser
  try {
    const { document, digest } = readPolicy(bytes, 'policy');
    return compile(document, digest);
  } catch (error) {
    const faults = error instanceof PolicyFileError ? error.faults.length : undefined;
    throw new RenewalFailure('POLICY_UNREADABLE', { bytes: bytes.length, faults });
  }
}
