import { BedrockAgentClient } from '@aws-sdk/client-bedrock-agent';
import type { Config } from '../config.ts';

/**
 * How long one attempt may take. A create takes about a second; three attempts of this length still end before the
 * flow's own deadline cuts them off.
 */
const ATTEMPT_TIMEOUT_MS = 8_000;

/**
 * `requestTimeout` alone only prints a warning in this SDK; `throwOnRequestTimeout` is what ends the attempt.
 */
export function createBedrockClient({ region, endpoints }: Config): BedrockAgentClient {
  return new BedrockAgentClient({
    region,
    ...endpoints.bedrockAgent,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: ATTEMPT_TIMEOUT_MS, throwOnRequestTimeout: true },
  });
}
