/** Lambdas with clocks of their own, the gate they speak through, DynamoDB and Bedrock, and all that was seen of a history. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Config } from '../../src/config.ts';
import { type BedrockEmulator, startBedrockEmulator } from '../../src/local/bedrock/server.ts';
import { ensureTable, PROVENANCE_KEY, startDynamoDb } from '../../src/local/dynamodb.ts';
import { type AuditFacts, auditsOf } from '../faults/audit.ts';
import { type Clocks, startClocks } from '../faults/clocks.ts';
import { type LambdaReply, type LambdaRequest, startLambda } from '../faults/lambda.ts';
import { type Fate, type Gate, startGate } from './gate.ts';
import { AGENTS, type Team } from './steps.ts';

export interface WorldRequest extends LambdaRequest {
  readonly team: Team;
  /** What is left of the Lambda's time when it begins. */
  readonly remainingMs: number;
}

export type WorldReply = LambdaReply;

/** An audit record, who wrote it, and how long the ledger was then. */
export interface Witnessed extends AuditFacts {
  readonly call: number;
  readonly ledgerLength: number;
}

export interface World {
  readonly bedrock: BedrockEmulator;
  readonly gate: Gate;
  readonly clocks: Clocks;
  readonly audits: readonly Witnessed[];
  /**
   * Sends a request to a Lambda. `reply` comes to nothing where the Lambda is killed; `settled` resolves with the reply, or
   * when the Lambda meets its fate.
   *
   * @param call under which its audit records are kept
   */
  send(call: number, lambda: number, request: WorldRequest, fate: Fate | null): Sent;
  close(): Promise<void>;
}

export interface Sent {
  readonly reply: Promise<WorldReply | 'killed'>;
  readonly settled: Promise<unknown>;
  /** Lets it go on, where it is frozen. */
  thaw(): void;
}

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** How wrong the dates of the Lambdas are: five minutes apart. */
const SKEWS_MS = [0, 150_000, -150_000, 60_000, -60_000, 0];

export async function startWorld(policyFile: string): Promise<World> {
  const clocks = startClocks();
  const dynamodb = await startDynamoDb();
  const quotas = { actionGroupsPerAgent: 999, enabledActionGroupsPerAgent: 999 };
  const bedrock = await startBedrockEmulator({ agentIds: [...AGENTS], now: clocks.now, settings: { quotas } });
  const gate = await startGate({ store: dynamodb.url, bedrock: bedrock.url });
  const direct = new DynamoDBClient({ region: 'us-east-1', endpoint: dynamodb.url, credentials });
  await ensureTable(direct, 'portcullis-idempotency');
  await ensureTable(direct, 'portcullis-provenance', PROVENANCE_KEY);
  direct.destroy();

  const audits: Witnessed[] = [];
  let started = 0;

  function newLambda() {
    const name = `L${++started}`;
    const { store, bedrock: upstream } = gate.endpoints(name);
    const config: Config = {
      region: 'us-east-1',
      idempotencyTable: 'portcullis-idempotency',
      provenanceTable: 'portcullis-provenance',
      policyFile,
      endpoints: { dynamodb: { endpoint: store, credentials }, bedrockAgent: { endpoint: upstream, credentials } },
    };
    const lambda = { name, call: 0, dead: false };
    const write = (line: string) => {
      // A process that was killed writes nothing.
      if (lambda.dead) return;
      const { call } = lambda;
      for (const facts of auditsOf([line])) audits.push({ ...facts, call, ledgerLength: bedrock.ledger.length });
    };
    return Object.assign(lambda, { ask: startLambda(config, write) });
  }

  /** One that is busy is left to its work, as Lambda does: another begins, on the same machine. */
  const idle = SKEWS_MS.map((): ReturnType<typeof newLambda>[] => []);

  return {
    bedrock,
    gate,
    clocks,
    audits,
    send(call, machine, request, fate) {
      const free = idle[machine % idle.length]!;
      const lambda = free.pop() ?? newLambda();
      lambda.call = call;
      const met = Promise.withResolvers<'killed' | 'frozen'>();
      if (fate !== null) {
        gate.doom(lambda.name, fate, () => {
          lambda.dead = fate.what === 'kill';
          met.resolve(fate.what === 'kill' ? 'killed' : 'frozen');
        });
      }
      const { team, remainingMs, ...wanted } = request;
      const principal = `arn:aws:iam::111122223333:role/${team}-ci`;
      const asked = clocks.of(SKEWS_MS[machine % SKEWS_MS.length]!, () => lambda.ask(principal, wanted, remainingMs));
      const answered = asked.then((reply) => {
        // One that is doomed and did not meet its fate would take it into the next call.
        if (fate === null) free.push(lambda);
        return reply;
      });
      const killed = met.promise.then<WorldReply | 'killed'>((what) => (what === 'killed' ? what : answered));
      const reply = Promise.race([answered, killed]);
      return { reply, settled: Promise.race([answered, met.promise]), thaw: () => gate.thaw(lambda.name) };
    },
    async close() {
      await gate.close();
      await bedrock.close();
      await dynamodb.close();
    },
  };
}
