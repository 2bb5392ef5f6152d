import type { Operation } from '../policy/request.ts';
import { deleting, updating } from './change.ts';
import type { Applies } from './context.ts';
import { creatingPatiently } from './create.ts';
import { preparing } from './prepare.ts';
import { gettingAgent, gettingGroup, listingGroups } from './read.ts';

/**
 * For the one function that carries out all of them. No AWS client retries a 409, so a creation that is being made already is
 * waited for.
 */
export const EVERY_OPERATION: Applies<Operation> = {
  CreateAgentActionGroup: creatingPatiently,
  UpdateAgentActionGroup: updating,
  DeleteAgentActionGroup: deleting,
  GetAgentActionGroup: gettingGroup,
  ListAgentActionGroups: listingGroups,
  PrepareAgent: preparing,
  GetAgent: gettingAgent,
};
