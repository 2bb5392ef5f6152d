import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createBedrockClient } from '../../src/bedrock/client.ts';
import { createStoreClient } from '../../src/idempotency/store-client.ts';

setFlagsFromString('--allow-natives-syntax');
const isFlat = runInThisContext('(object) => %HasFastProperties(object)') as (object: object) => boolean;

const settings = { region: 'us-east-1', endpoints: { dynamodb: undefined, bedrockAgent: undefined } };

test.each([
  ['Bedrock', () => createBedrockClient(settings)],
  ['the store', () => createStoreClient(settings)],
])('the configuration of the client of %s is no hash table, to be copied fast at each call', (_, create) => {
  const { config } = create();

  expect(isFlat(config)).toBe(true);
  expect(isFlat({ ...config })).toBe(true);
});
