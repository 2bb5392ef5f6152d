import { getActionGroup, getAgent, listActionGroups } from '../bedrock/read.ts';
import type { Apply } from './context.ts';

export const gettingGroup: Apply<'GetAgentActionGroup'> = async (request, decision, { client, reading }) => ({
  result: await getActionGroup(client, request, reading(decision)),
});

export const listingGroups: Apply<'ListAgentActionGroups'> = async (request, decision, { client, reading }) => ({
  result: await listActionGroups(client, request, reading(decision)),
});

export const gettingAgent: Apply<'GetAgent'> = async (request, decision, { client, reading }) => ({
  result: await getAgent(client, request, reading(decision)),
});
