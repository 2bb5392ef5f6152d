/** The only wiring: the real stages of the flow, built once for a Lambda from its configuration. */
import { randomUUID } from 'node:crypto';
import { beginTrail } from './audit/trail.ts';
import { createBedrockClient } from './bedrock/client.ts';
import type { Config } from './config.ts';
import type { Call } from './http/serve.ts';
import { fingerprint, sha256, upstreamToken } from './idempotency/key.ts';
import type { OnceTable } from './idempotency/once.ts';
import { LineLogger, type WriteLine } from './log.ts';
import { decide } from './policy/decide.ts';
import type { Policy } from './policy/policy.ts';
import type { Operation } from './policy/request.ts';
import { policySource } from './policy-source.ts';
import { Problem } from './problem.ts';
import { type ProvenanceKeeper, provenanceKeeper } from './provenance/keeper.ts';
import type { Applied, Decision, Request, Stages } from './provisioning.ts';
import { remembered } from './remembered.ts';

export interface Services {
  readonly log: LineLogger;
  /** @throws {Problem} `POLICY_UNAVAILABLE`. */
  readonly policy: () => Promise<Policy>;
  /** Undefined where none is kept. */
  readonly provenance: ProvenanceKeeper | undefined;
  /** The stages of one request. */
  readonly stagesOf: <R extends Request>(call: Call) => Stages<R>;
}

/** Well within a lease's length. */
const RENEW_EVERY_MS = 2_000;

type Apply = { readonly [O in Operation]: (request: Request<O>, decision: Decision) => Promise<Applied<O>> };

/** @param write where log lines go; the process's standard output unless a test wants to read them. */
export function createServices(config: Config, write?: WriteLine): Services {
  const log = new LineLogger(write);
  const client = createBedrockClient(config);
  const policy = available(policySource(config, log));
  const storeClient = remembered(async () => {
    const { createStoreClient } = await import('./idempotency/store-client.ts');
    return createStoreClient(config);
  });
  const table = async (): Promise<OnceTable> => ({ client: await storeClient(), name: config.idempotencyTable });
  const provenance = config.provenanceTable ? provenanceKeeper(config.provenanceTable, storeClient, log) : undefined;

  /** One request decides by one revision, however many decisions it takes. */
  const policies = new WeakMap<Call, () => Promise<Policy>>();
  const policyOf = (call: Call): Promise<Policy> => {
    const known = policies.get(call) ?? remembered(policy);
    policies.set(call, known);
    return known();
  };

  const stagesOf = (call: Call): Stages => {
    const { deadline } = call;
    const agentOf = ({ agentId }: { agentId: string }) => ({ account: call.account, region: config.region, agentId });
    const token = (request: Request, { team }: Decision) =>
      request.operation === 'CreateAgentActionGroup' && request.clientToken !== undefined && team !== undefined
        ? upstreamToken({ account: call.account, region: config.region, team, ...request }, request.clientToken)
        : undefined;
    const reading = ({ id }: Decision) => ({ decisionId: id, abortSignal: deadline.share(0.8) });

    /** Each loads what it needs: a function that only reads carries no writes in memory. */
    const apply: Apply = {
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
      change: (context: import('./bedrock/change-action-group.ts').ChangeContext) => Promise<T>,
    ): Promise<T> {
      const { acquireLease } = await import('./bedrock/agent-lease.ts');
      const lease = await acquireLease(await table(), agentOf(request), 'write', decisionId, deadline);
      // One call to Bedrock may last longer than a lease. A lease that is lost meanwhile is noticed before the next call.
      const beat = setInterval(() => lease.renew().catch(() => {}), RENEW_EVERY_MS).unref();
      try {
        return await change({ client, decisionId, deadline, lease });
      } finally {
        clearInterval(beat);
        await lease.release();
      }
    }

    return {
      async decide(request) {
        const { broken, ...verdict } = decide(
          await policyOf(call),
          asPolicyRequest(request, call.account, config.region),
          Date.now(),
        );
        const decision = { id: randomUUID(), ...verdict };
        for (const { rule, cause } of broken ?? []) log.error('a rule threw', { rule, decisionId: decision.id, cause });
        return decision;
      },

      attempt(request, decision) {
        const sent = token(request, decision);
        const place = { account: call.account, region: config.region };
        return beginTrail(log, call.ids, request, decision, sent && sha256(sent), place);
      },

      async rehearse(request, decision) {
        if (!('dryRun' in request)) return;
        const { rehearse } = await import('./bedrock/rehearse.ts');
        const key = token(request, decision);
        if (key !== undefined && request.operation === 'CreateAgentActionGroup') {
          const { wouldReplay } = await import('./idempotency/once.ts');
          const asked = {
            key,
            fingerprint: fingerprint(request.actionGroup),
            owner: decision.id,
            lambda: call.lambda,
          };
          if (await wouldReplay(await table(), asked)) return;
        }
        await rehearse(client, request, reading(decision));
      },

      apply: (request, decision) => (apply[request.operation] as Stages['apply'])(request, decision),

      async remember(request, decision, applied) {
        await provenance?.remember(request, decision, applied, deadline);
      },

      async prepare(request, decision, { result }) {
        if (!('prepare' in request) || request.prepare === 'none') return undefined;
        const { preparationAfterChange } = await import('./bedrock/prepare-agent.ts');
        const changedAt = result !== undefined && 'updatedAt' in result ? result.updatedAt : undefined;
        const wanted = { ...agentOf(request), decisionId: decision.id, changedAt, wait: request.prepare === 'wait' };
        return preparationAfterChange(client, await table(), wanted, deadline);
      },
    };
  };
  // Each stage takes any request, and answers with what its operation brings back.
  return { log, policy, provenance, stagesOf: stagesOf as Services['stagesOf'] };
}

/** What rules may look at; the agents live where this service runs. */
function asPolicyRequest(request: Request, agentAccount: string, agentRegion: string) {
  const { caller, ...asked } = request;
  const clientTokenGiven = 'clientToken' in asked && asked.clientToken !== undefined;
  return { ...asked, principal: caller.principal, clientTokenGiven, agentAccount, agentRegion };
}

function available(policy: () => Promise<Policy>): () => Promise<Policy> {
  return () =>
    policy().catch((cause: unknown) => {
      throw new Problem('POLICY_UNAVAILABLE', {
        detail: 'Nothing was created. Retrying with the same client token is safe.',
        retryAfterSeconds: 30,
        cause,
      });
    });
}
