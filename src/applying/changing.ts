/**
 * The parts of the operations that change a group, all of them there from the start: files that are loaded by need have to share
 * what they have in common with those that are not, in files of their own, and the more files, the longer a cold start.
 */
import { preparationAfterChange } from '../bedrock/prepare-agent.ts';
import { rehearse } from '../bedrock/rehearse.ts';
import { createStoreClient } from '../idempotency/store-client.ts';
import * as store from '../provenance/store.ts';
import type { Parts } from './parts.ts';

export const CHANGING = {
  createStoreClient,
  provenanceStore: () => store,
  rehearse,
  preparationAfterChange,
} satisfies Partial<Parts>;
