/** The only wiring: the real stages of the flow, built once for a Lambda from its configuration. */
import { randomUUID } from 'node:crypto';
import { beginTrail } from './audit/trail.ts';
import { createBedrockClient } from './bedrock/client.ts';
import { createActionGroup } from './bedrock/create-action-group.ts';
import { deadline } from './bedrock/deadline.ts';
import type { Config } from './config.ts';
import type { Call } from './http/rest.ts';
import { fingerprint, sha256, upstreamToken } from './idempotency/key.ts';
import { recall, remember } from './idempotency/replay.ts';
import { LineLogger, type WriteLine } from './log.ts';
import { decide } from './policy/decide.ts';
import type { Policy } from './policy/policy.ts';
import { loadPolicy } from './policy-source.ts';
import { Problem } from './problem.ts';
import type { Applied, Change, Decision, Stages } from './provisioning.ts';

export interface Services {
  readonly log: LineLogger;
  /** The stages of one request. */
  readonly stagesOf: (call: Call) => Stages;
}

/** @param write where log lines go; the process's standard output unless a test wants to read them. */
export function createServices(config: Config, write?: WriteLine): Services {
  const log = new LineLogger(write);
  const bedrock = createBedrockClient(config);
  const policy = remembered(() => loadPolicy(config.policyFile));
  // Loaded by the first request with a token: a request without one makes no use of it.
  const idempotency = remembered(async () => {
    const [{ once }, { createStoreClient }] = await Promise.all([
      import('./idempotency/once.ts'),
      import('./idempotency/store-client.ts'),
    ]);
    const table = { client: createStoreClient(config), name: config.idempotencyTable };
    return { once, table };
  });

  const stagesOf = (call: Call): Stages => {
    const tokenOf = ({ agentId, agentVersion, operation, clientToken }: Change, { team }: Decision) =>
      clientToken === undefined || team === undefined
        ? undefined
        : upstreamToken(
            { account: call.account, region: config.region, team, operation, agentId, agentVersion },
            clientToken,
          );

    return {
      async decide(change) {
        const { agentId, agentVersion, actionGroup, operation, caller, clientToken } = change;
        const request = { operation, principal: caller.principal, agentId, agentVersion, actionGroup };
        const verdict = decide(
          await available(policy),
          { ...request, clientTokenGiven: clientToken !== undefined },
          Date.now(),
        );
        return { id: randomUUID(), ...verdict };
      },

      attempt(change, decision) {
        const token = tokenOf(change, decision);
        return beginTrail(log, call.ids, change, decision, token && sha256(token));
      },

      async apply(change, decision) {
        const token = tokenOf(change, decision);
        const create = async (mayBeRepeat: boolean): Promise<Applied> => {
          const input = {
            ...change.actionGroup,
            agentId: change.agentId,
            agentVersion: change.agentVersion,
            // Without the caller's token the decision stands for the request, so that even the SDK's own retries
            // cannot create it twice.
            clientToken: token ?? sha256(decision.id),
          };
          const made = await createActionGroup(
            bedrock,
            { input, decisionId: decision.id, repeatable: token !== undefined, mayBeRepeat },
            deadline(call.lambda.getRemainingTimeInMillis, call.cutOff),
          );
          const { group, recovered, requestId: upstreamRequestId } = made;
          return { group, recovered, upstreamRequestId, replayed: false, stored: true };
        };
        if (token === undefined) return create(false);

        const { once, table } = await idempotency();
        let applied: Applied | undefined;
        const request = {
          key: token,
          fingerprint: fingerprint(change.actionGroup),
          owner: decision.id,
          lambda: call.lambda,
        };
        const { result, replayed, stored } = await once(table, request, async ({ mayBeRepeat }) => {
          applied = await create(mayBeRepeat);
          return remember(applied.group);
        });
        if (applied !== undefined) return { ...applied, stored };
        return { group: recall(change, result), recovered: false, upstreamRequestId: undefined, replayed, stored };
      },
    };
  };
  return { log, stagesOf };
}

/** Loads once, and again after a failure: a Lambda that met a missing file or module must not refuse for ever. */
function remembered<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => {
    loading ??= load().catch((error) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}

async function available(policy: () => Promise<Policy>): Promise<Policy> {
  try {
    return await policy();
  } catch (error) {
    throw new Problem('POLICY_UNAVAILABLE', {
      detail: 'Nothing was created. Retrying with the same client token is safe.',
      retryAfterSeconds: 30,
      cause: error,
    });
  }
}
