import { preparationAfterChange } from '../bedrock/prepare-agent.ts';
import { rehearse } from '../bedrock/rehearse.ts';
import { createStoreClient } from '../idempotency/store-client.ts';
import * as provenanceStore from '../provenance/store.ts';

/** The parts of the operations that change a group which is there; a file of its own, since the rest of them come with `parts.ts`. */
export const CHANGING = { createStoreClient, provenanceStore, rehearse, preparationAfterChange };
