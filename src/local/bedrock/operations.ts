/** Which function executes which operation of the service model. */
import {
  createActionGroup,
  deleteActionGroup,
  getActionGroup,
  listActionGroups,
  updateActionGroup,
} from './action-groups.ts';
import { getAgent, listAgents, listAgentVersions, prepareAgent } from './agents.ts';
import type { Answer } from './answer.ts';
import type { Input } from './input.ts';
import type { OperationName } from './model.ts';
import type { Account, Origin } from './state.ts';

/** @throws {AwsFailure} and then nothing has changed. */
export type Execute = (account: Account, input: Input, origin: Origin) => Answer;

export const EXECUTE: Readonly<Record<OperationName, Execute>> = {
  CreateAgentActionGroup: createActionGroup,
  UpdateAgentActionGroup: updateActionGroup,
  GetAgentActionGroup: getActionGroup,
  ListAgentActionGroups: listActionGroups,
  DeleteAgentActionGroup: deleteActionGroup,
  PrepareAgent: prepareAgent,
  GetAgent: getAgent,
  ListAgents: listAgents,
  ListAgentVersions: listAgentVersions,
};
