import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Config } from '../config.ts';

/** A conditional write of one small item takes milliseconds; an attempt that takes longer than this is lost. */
const ATTEMPT_TIMEOUT_MS = 1_000;

export function createStoreClient({ region, endpoints }: Config): DynamoDBClient {
  return new DynamoDBClient({
    region,
    ...endpoints.dynamodb,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 500, requestTimeout: ATTEMPT_TIMEOUT_MS, throwOnRequestTimeout: true },
  });
}
