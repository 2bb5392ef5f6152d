/** Updates and deletions, each while nobody else changes the agent's groups through this service. */
import { acquireLease } from '../bedrock/agent-lease.ts';
import { LeaseLost } from '../bedrock/busy.ts';
import { type ChangeContext, deleteActionGroup, updateActionGroup } from '../bedrock/change-action-group.ts';
import type { Decision, Request } from '../provisioning.ts';
import type { Apply, ApplyContext } from './context.ts';

/** Well within a lease's length. */
const RENEW_EVERY_MS = 2_000;

export const updating: Apply<'UpdateAgentActionGroup'> = async (request, decision, context) => {
  const { group, requestId } = await leased(request, decision, context, (held) => updateActionGroup(request, held));
  return { result: group, actionGroupId: request.actionGroupId, upstreamRequestId: requestId };
};

export const deleting: Apply<'DeleteAgentActionGroup'> = async (request, decision, context) => {
  const { requestId } = await leased(request, decision, context, (held) => deleteActionGroup(request, held));
  return { result: undefined, actionGroupId: request.actionGroupId, upstreamRequestId: requestId };
};

async function leased<T>(
  request: Request<'UpdateAgentActionGroup' | 'DeleteAgentActionGroup'>,
  { id: decisionId }: Decision,
  { client, records, call: { deadline }, agentOf }: ApplyContext,
  change: (context: ChangeContext) => Promise<T>,
): Promise<T> {
  const lease = await acquireLease(records, agentOf(request), 'write', decisionId, deadline);
  // One call to Bedrock, with the SDK's own retries, may last longer than a lease: it ends where the lease is lost.
  const lost = new AbortController();
  const stopIfLost = (error: unknown) => {
    if (error instanceof LeaseLost) lost.abort(error);
  };
  const beat = setInterval(() => lease.renew().catch(stopIfLost), RENEW_EVERY_MS).unref();
  try {
    return await change({ client, decisionId, deadline, lease, leaseLost: lost.signal });
  } finally {
    clearInterval(beat);
    await lease.release();
  }
}
