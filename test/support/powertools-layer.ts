/**
 * Powertools' own DynamoDB layer, for the tests that compare it with ours.
 *
 * It imports `@aws-sdk/util-dynamodb`, an optional companion of Powertools that nothing else here needs: the two functions
 * that it takes from there are given to it below.
 */
import { registerHooks } from 'node:module';

const COMPANION = '@aws-sdk/util-dynamodb';
const STAND_IN = new URL('./util-dynamodb.ts', import.meta.url).href;

const hooks = registerHooks({
  resolve: (specifier, context, next) =>
    specifier === COMPANION
      ? { url: STAND_IN, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
});
export const { DynamoDBPersistenceLayer } = await import('@aws-lambda-powertools/idempotency/dynamodb');
hooks.deregister();
