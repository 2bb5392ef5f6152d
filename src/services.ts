/** The only wiring: the real stages of the flow, built once for a Lambda from its configuration. */
import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Applies, ApplyContext } from './applying/context.ts';
import type { Parts } from './applying/parts.ts';
import { beginTrail } from './audit/trail.ts';
import { type BedrockClient, createBedrockClient } from './bedrock/client.ts';
import { metered } from './bedrock/metered.ts';
import type { Config } from './config.ts';
import type { Call } from './http/serve.ts';
import { fingerprint, sha256, upstreamToken } from './idempotency/key.ts';
import { LineLogger, type WriteLine } from './log.ts';
import { measured } from './metrics/measured.ts';
import { Meter } from './metrics/meter.ts';
import { decide } from './policy/decide.ts';
import type { Policy } from './policy/policy.ts';
import { policySource } from './policy-source/policy-source.ts';
import { Problem } from './problem.ts';
import { type ProvenanceKeeper, provenanceKeeper } from './provenance/keeper.ts';
import type { Decision, Request, Stages } from './provisioning.ts';
import { remembered } from './remembered.ts';

export interface Services {
  readonly log: LineLogger;
  readonly meter: Meter;
  /** @throws {Problem} `POLICY_UNAVAILABLE`. */
  readonly policy: () => Promise<Policy>;
  /** Undefined where none is kept. */
  readonly provenance: ProvenanceKeeper | undefined;
  /** The stages of one request. @param applies what the operation does in Bedrock. */
  readonly stagesOf: <R extends Request>(call: Call, applies: Partial<Applies>) => Stages<R>;
}

/** @param write where log lines go; the process's standard output unless a test wants to read them. */
export function createServices(config: Config, parts: Partial<Parts>, write?: WriteLine): Services {
  return wire(config, createBedrockClient(config), parts, write);
}

/** For what only decides: a request that would be carried out fails. */
export function createServicesWithoutBedrock(config: Config, write?: WriteLine): Services {
  return wire(config, undefined, {}, write);
}

function wire(
  config: Config,
  bedrock: BedrockClient | undefined,
  handedIn: Partial<Parts>,
  write: WriteLine | undefined,
): Services {
  const parts = handedIn as Parts;
  const log = new LineLogger(write, config.serviceName);
  const meter = new Meter(log);
  const policy = available(policySource(config, log));
  const store = handedIn.createStoreClient?.(config) as DynamoDBClient; // absent only where nothing asks for it
  const records = { client: store, name: config.idempotencyTable };
  const provenance = config.provenanceTable
    ? provenanceKeeper(parts.provenanceStore, { client: store, name: config.provenanceTable }, log)
    : undefined;

  /** One request decides by one revision, however many decisions it takes. */
  const policies = new WeakMap<Call, () => Promise<Policy>>();
  const policyOf = (call: Call): Promise<Policy> => {
    const known = policies.get(call) ?? remembered(policy);
    policies.set(call, known);
    return known();
  };

  const stagesOf = (call: Call, applies: Partial<Applies>): Stages => {
    const { deadline } = call;
    const asked = bedrock && metered(bedrock, call.header('traceparent')[0]);
    const client = asked?.client as BedrockClient; // absent only where nothing is carried out
    const upstreamMs = asked?.spentMs ?? (() => 0);
    const agentOf = ({ agentId }: { agentId: string }) => ({ account: call.account, region: config.region, agentId });
    const token = (request: Request, { team }: Decision) =>
      request.operation === 'CreateAgentActionGroup' && request.clientToken !== undefined && team !== undefined
        ? upstreamToken({ account: call.account, region: config.region, team, ...request }, request.clientToken)
        : undefined;
    const reading = ({ id }: Decision) => ({ decisionId: id, abortSignal: deadline.share(0.8) });

    const context: ApplyContext = { client, records, call, agentOf, reading, token };

    const stages: Stages = {
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

      attempt(request, decision, isQuestion = false) {
        const sent = token(request, decision);
        const place = { account: call.account, region: config.region };
        const facts = { ids: call.ids, request, isQuestion, decision, tokenHash: sent && sha256(sent), place };
        return beginTrail(log, facts, upstreamMs);
      },

      async rehearse(request, decision) {
        if (!('dryRun' in request)) return;
        const key = token(request, decision);
        if (key !== undefined && request.operation === 'CreateAgentActionGroup') {
          const asked = {
            key,
            fingerprint: fingerprint(request.actionGroup),
            owner: decision.id,
            lambda: call.lambda,
          };
          if (await parts.wouldReplay(records, asked)) return;
        }
        await parts.rehearse(client, request, key, reading(decision));
      },

      async apply(request, decision) {
        const apply = applies[request.operation] as (
          request: Request,
          ...rest: unknown[]
        ) => ReturnType<Stages['apply']>;
        return apply(request, decision, context);
      },

      async remember(request, decision, outcome) {
        await provenance?.remember(request, decision, outcome, deadline);
      },

      async prepare(request, decision, { result }) {
        if (!('prepare' in request) || request.prepare === 'none') return undefined;
        const changedAt = result !== undefined && 'updatedAt' in result ? result.updatedAt : undefined;
        const wanted = { ...agentOf(request), decisionId: decision.id, changedAt, wait: request.prepare === 'wait' };
        return parts.preparationAfterChange(client, records, wanted, deadline);
      },
    };
    return measured(stages, meter, upstreamMs);
  };
  // Each stage takes any request, and answers with what its operation brings back.
  return { log, meter, policy, provenance, stagesOf: stagesOf as Services['stagesOf'] };
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
