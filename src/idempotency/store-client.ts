import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Config } from '../config.ts';
import { withFlatConfig } from '../sdk/flat-config.ts';
import { withMiddlewareOnce } from '../sdk/middleware-once.ts';
import { SigningHash } from '../sdk/signing-hash.ts';
import { attemptTimeouts } from '../sdk/timeouts.ts';

/**
 * A conditional write of one small item takes milliseconds; an attempt that takes longer than this is lost. It is no
 * shorter, since an attempt given up while the store, or this machine, is only busy is made again, and adds to the load.
 */
const ATTEMPT_TIMEOUT_MS = 2_500;

export function createStoreClient({ region, endpoints }: Pick<Config, 'region' | 'endpoints'>): DynamoDBClient {
  const client = new DynamoDBClient({
    region,
    ...endpoints.dynamodb,
    sha256: SigningHash,
    maxAttempts: 3,
    requestHandler: attemptTimeouts(ATTEMPT_TIMEOUT_MS),
  });
  return withFlatConfig(withMiddlewareOnce(client));
}
