/** How each operation asks Bedrock. Each loads what it needs: a function that only reads carries no writes in memory. */
import type { BedrockAgentClient } from '@aws-sdk/client-bedrock-agent';
import type { LeasedAgent } from './bedrock/agent-lease.ts';
import type { ChangeContext } from './bedrock/change-action-group.ts';
import type { CallContext } from './bedrock/read.ts';
import type { Call } from './http/serve.ts';
import type { OnceTable } from './idempotency/once.ts';
import type { Operation } from './policy/request.ts';
import type { Applied, Decision, Request } from './provisioning.ts';

export interface ApplyContext {
  readonly client: BedrockAgentClient;
  /** Of idempotency records and leases. */
  readonly table: () => Promise<OnceTable>;
  readonly call: Call;
  readonly agentOf: (request: { agentId: string }) => LeasedAgent;
  readonly reading: (decision: Decision) => CallContext;
  /** The token for Bedrock, where the caller gave one. */
  readonly token: (request: Request, decision: Decision) => string | undefined;
}

export type Apply = { readonly [O in Operation]: (request: Request<O>, decision: Decision) => Promise<Applied<O>> };

/** Well within a lease's length. */
const RENEW_EVERY_MS = 2_000;

export function applying({ client, table, call, agentOf, reading, token }: ApplyContext): Apply {
  const { deadline } = call;
  return {
    async CreateAgentActionGroup(request, decision) {
      const { createOnce } = await import('./idempotency/create-once.ts');
      const store = async () => ({ once: (await import('./idempotency/once.ts')).once, table: await table() });
      const context = { client, store, lambda: call.lambda, deadline, token: token(request, decision) };
      return createOnce(request, decision, context);
    },
    async UpdateAgentActionGroup(request, decision) {
      const { updateActionGroup } = await import('./bedrock/change-action-group.ts');
      const { group, requestId } = await leased(request, decision, (context) => updateActionGroup(request, context));
      return { result: group, actionGroupId: request.actionGroupId, upstreamRequestId: requestId };
    },
    async DeleteAgentActionGroup(request, decision) {
      const { deleteActionGroup } = await import('./bedrock/change-action-group.ts');
      const { requestId } = await leased(request, decision, (context) => deleteActionGroup(request, context));
      return { result: undefined, actionGroupId: request.actionGroupId, upstreamRequestId: requestId };
    },
    async GetAgentActionGroup(request, decision) {
      const { getActionGroup } = await import('./bedrock/read.ts');
      return { result: await getActionGroup(client, request, reading(decision)) };
    },
    async ListAgentActionGroups(request, decision) {
      const { listActionGroups } = await import('./bedrock/read.ts');
      return { result: await listActionGroups(client, request, reading(decision)) };
    },
    async GetAgent(request, decision) {
      const { getAgent } = await import('./bedrock/read.ts');
      return { result: await getAgent(client, request, reading(decision)) };
    },
    async PrepareAgent(request, decision) {
      const { prepareAgent } = await import('./bedrock/prepare-agent.ts');
      const wanted = { ...agentOf(request), decisionId: decision.id, wait: request.wait };
      const preparation = await prepareAgent(client, await table(), wanted, deadline);
      return { result: preparation, upstreamRequestId: preparation.requestId };
    },
  };

  /** Runs a change while nobody else changes the agent's groups through this service. */
  async function leased<T>(
    request: Request<'UpdateAgentActionGroup' | 'DeleteAgentActionGroup'>,
    { id: decisionId }: Decision,
    change: (context: ChangeContext) => Promise<T>,
  ): Promise<T> {
    const [{ acquireLease }, { LeaseLost }] = await Promise.all([
      import('./bedrock/agent-lease.ts'),
      import('./bedrock/busy.ts'),
    ]);
    const lease = await acquireLease(await table(), agentOf(request), 'write', decisionId, deadline);
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
}
