import { type Preparation, prepareAgent } from '../bedrock/prepare-agent.ts';
import { Problem } from '../problem.ts';
import type { Apply } from './context.ts';

/** @throws {Problem} also `AGENT_BUSY`, where nothing began before the time ran out. */
export const preparing: Apply<'PrepareAgent'> = async (request, decision, { client, records, call, agentOf }) => {
  const wanted = { ...agentOf(request), decisionId: decision.id, wait: request.wait };
  const preparation = await prepareAgent(client, records, wanted, call.deadline);
  assertBegun(preparation);
  return { result: preparation, upstreamRequestId: preparation.requestId };
};

/** A 202 says that the agent is being prepared, and clients wait for the end of that. So one that is not is a failure. */
export function assertBegun({ status, problem }: Preparation): void {
  if (['PREPARING', 'PREPARED', 'FAILED'].includes(status)) return;
  if (problem?.code === 'UPSTREAM_THROTTLED' || problem?.mayHaveCommitted) throw problem;
  throw new Problem('AGENT_BUSY', {
    detail: `The agent could not be prepared in time: it is ${status}, and others change or prepare it. Send the same request again.`,
    retryAfterSeconds: 5,
  });
}
