/**
 * Every operation, each loaded when it is first asked for: for the one function that carries out all of them.
 *
 * No AWS client retries a 409, so a creation that is being made already is waited for.
 */
import type { Operation } from '../policy/request.ts';
import type { Applies } from './context.ts';
import type { Parts } from './parts.ts';

export const applyingByNeed: Applies<Operation> = {
  CreateAgentActionGroup: async (...asked) => (await import('./create.ts')).creatingPatiently(...asked),
  UpdateAgentActionGroup: async (...asked) => (await import('./change.ts')).updating(...asked),
  DeleteAgentActionGroup: async (...asked) => (await import('./change.ts')).deleting(...asked),
  GetAgentActionGroup: async (...asked) => (await import('./read.ts')).gettingGroup(...asked),
  ListAgentActionGroups: async (...asked) => (await import('./read.ts')).listingGroups(...asked),
  PrepareAgent: async (...asked) => (await import('./prepare.ts')).preparing(...asked),
  GetAgent: async (...asked) => (await import('./read.ts')).gettingAgent(...asked),
};

export const PARTS_BY_NEED: Parts = {
  createStoreClient: async (config) => (await import('../idempotency/store-client.ts')).createStoreClient(config),
  provenanceStore: () => import('../provenance/store.ts'),
  wouldReplay: async (...asked) => (await import('../idempotency/once.ts')).wouldReplay(...asked),
  rehearse: async (...asked) => (await import('../bedrock/rehearse.ts')).rehearse(...asked),
  preparationAfterChange: async (...asked) =>
    (await import('../bedrock/prepare-agent.ts')).preparationAfterChange(...asked),
};
