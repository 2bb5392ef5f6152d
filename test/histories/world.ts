/** Lambdas with clocks of their own, the gate they speak through, DynamoDB and Bedrock, and all that was seen of a history. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Config } from '../../src/config.ts';
import { type BedrockEmulator, startBedrockEmulator } from '../../src/local/bedrock/server.ts';
import { ensureTable, PROVENANCE_KEY, startDynamoDb } from '../../src/local/dynamodb.ts';
import { lambdaContext } from '../../src/local/gateway/context.ts';
import { proxyEvent } from '../../src/local/gateway/event.ts';
import { identityOf } from '../../src/local/gateway/identity.ts';
import { splitTarget } from '../../src/local/gateway/request.ts';
import { routeFinder } from '../../src/local/gateway/route.ts';
import { routesOf } from '../../src/local/routes.ts';
import { createServices } from '../../src/services.ts';
import { type AuditFacts, auditsOf } from '../faults/audit.ts';
import { type Clocks, startClocks } from './clocks.ts';
import { type Fate, type Gate, startGate } from './gate.ts';
import { AGENTS, type Team } from './steps.ts';

export interface WorldRequest {
  readonly team: Team;
  readonly method: string;
  readonly target: string;
  readonly headers?: Record<string, string>;
  readonly body?: object;
  /** What is left of the Lambda's time when it begins. */
  readonly remainingMs: number;
}

export interface WorldReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: the judge knows what it looks for
  readonly body: any;
}

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
const ACCOUNT = '111122223333';

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

  function startLambda() {
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
    const routes = routeFinder(routesOf(createServices(config, write)));
    return Object.assign(lambda, { routes });
  }

  /** One that is busy is left to its work, as Lambda does: another begins, on the same machine. */
  const idle = SKEWS_MS.map((): ReturnType<typeof startLambda>[] => []);

  async function invoke(
    lambda: ReturnType<typeof startLambda>,
    skewMs: number,
    request: WorldRequest,
  ): Promise<WorldReply> {
    const { team, method, target, headers = {}, body, remainingMs } = request;
    const match = lambda.routes(method, splitTarget(target).path)!;
    const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
    const given = Object.entries({ 'content-type': 'application/json', ...headers });
    const received = { method, target, ...splitTarget(target), headers: given, body: bytes };
    const arrival = {
      requestId: crypto.randomUUID(),
      receivedAtEpochMs: clocks.now(),
      sourceIp: '127.0.0.1',
      port: 0,
      apiAccountId: ACCOUNT,
    };
    const caller = identityOf({ arn: `arn:aws:iam::${ACCOUNT}:role/${team}-ci` });
    const facts = { functionName: 'history', region: 'us-east-1', accountId: ACCOUNT };
    const context = lambdaContext({ ...facts, timeoutMs: remainingMs, now: () => performance.now() });
    const event = proxyEvent(received, match, caller, arrival);
    const result = await clocks.of(skewMs, () => match.route.handler(event, context));
    const named = Object.entries(result.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
    return {
      status: result.statusCode,
      headers: Object.fromEntries(named) as Record<string, string>,
      body: result.body === '' ? undefined : JSON.parse(result.body),
    };
  }

  return {
    bedrock,
    gate,
    clocks,
    audits,
    send(call, machine, request, fate) {
      const free = idle[machine % idle.length]!;
      const lambda = free.pop() ?? startLambda();
      lambda.call = call;
      const met = Promise.withResolvers<'killed' | 'frozen'>();
      if (fate !== null) {
        gate.doom(lambda.name, fate, () => {
          lambda.dead = fate.what === 'kill';
          met.resolve(fate.what === 'kill' ? 'killed' : 'frozen');
        });
      }
      const answered = invoke(lambda, SKEWS_MS[machine % SKEWS_MS.length]!, request).then((reply) => {
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
