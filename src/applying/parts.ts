import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { preparationAfterChange } from '../bedrock/prepare-agent.ts';
import type { rehearse } from '../bedrock/rehearse.ts';
import type { wouldReplay } from '../idempotency/once.ts';
import type { createStoreClient } from '../idempotency/store-client.ts';
import type { ProvenanceStore } from '../provenance/keeper.ts';

/**
 * What the stages of some operations need and others do not. Each handler hands in what its own can come to need, as it does
 * with what it applies, and so its bundle carries nothing else; asking for another is a fault of the program.
 */
export interface Parts {
  readonly createStoreClient: (...of: Parameters<typeof createStoreClient>) => DynamoDBClient | Promise<DynamoDBClient>;
  readonly provenanceStore: () => ProvenanceStore | Promise<ProvenanceStore>;
  readonly wouldReplay: typeof wouldReplay;
  readonly rehearse: typeof rehearse;
  readonly preparationAfterChange: typeof preparationAfterChange;
}
