import { prepareAgent } from '../bedrock/prepare-agent.ts';
import type { Apply } from './context.ts';

export const preparing: Apply<'PrepareAgent'> = async (request, decision, { client, table, call, agentOf }) => {
  const wanted = { ...agentOf(request), decisionId: decision.id, wait: request.wait };
  const preparation = await prepareAgent(client, await table(), wanted, call.deadline);
  return { result: preparation, upstreamRequestId: preparation.requestId };
};
