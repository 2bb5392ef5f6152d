import { BedrockAgentClient } from '@aws-sdk/client-bedrock-agent';
import type { Config } from '../config.ts';
import { withFlatConfig } from '../sdk/flat-config.ts';
import { type WatchedSending, withMiddlewareOnce } from '../sdk/middleware-once.ts';
import { SigningHash } from '../sdk/signing-hash.ts';
import { attemptTimeouts } from '../sdk/timeouts.ts';

/** All that is asked of a client here: its attempts are watched, or nobody could tell whether Bedrock may have been changed. */
export type BedrockClient = WatchedSending;

/**
 * How long one attempt may take. A create takes about a second; three attempts of this length still end before the
 * flow's own deadline cuts them off.
 */
const ATTEMPT_TIMEOUT_MS = 8_000;

/** @param maxAttempts 1 for whoever paces and repeats calls itself */
export function createBedrockClient(
  { region, endpoints }: Pick<Config, 'region' | 'endpoints'>,
  maxAttempts = 3,
): BedrockAgentClient & BedrockClient {
  const client = new BedrockAgentClient({
    region,
    ...endpoints.bedrockAgent,
    sha256: SigningHash,
    maxAttempts,
    requestHandler: attemptTimeouts(ATTEMPT_TIMEOUT_MS),
  });
  return withFlatConfig(withMiddlewareOnce(client));
}
