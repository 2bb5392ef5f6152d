/** A process that makes one group and prepares its agent, as one Lambda does: with clients, a clock and a lease of its own. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { whileBusy } from '../../src/bedrock/busy.ts';
import { createBedrockClient } from '../../src/bedrock/client.ts';
import { createActionGroup } from '../../src/bedrock/create-action-group.ts';
import { type Preparation, preparationAfterChange } from '../../src/bedrock/prepare-agent.ts';
import { parseConfig } from '../../src/config.ts';
import { deadline } from '../../src/deadline.ts';
import { sha256 } from '../../src/idempotency/key.ts';
import { createStoreClient } from '../../src/idempotency/store-client.ts';

export interface Endpoints {
  readonly dynamodb: string;
  readonly bedrock: string;
  readonly table: string;
}

export interface Work {
  readonly agentId: string;
  readonly name: string;
  readonly callMs: number;
}

export type Worked = { actionGroupId: string; preparation: Preparation } | { error: string };

export interface Worker {
  work(work: Work): Promise<Worked>;
  stop(): Promise<void>;
}

/** Started, with everything loaded: workers that are told at once start at once. */
export async function startWorker({ dynamodb, bedrock, table }: Endpoints): Promise<Worker> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), ['work'], {
    env: {
      AWS_REGION: 'us-east-1',
      IDEMPOTENCY_TABLE: table,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
      AWS_ENDPOINT_URL_BEDROCK_AGENT: bedrock,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  return {
    async work(work) {
      child.send(work);
      const [worked] = await once(child, 'message');
      return worked;
    },
    async stop() {
      const exited = once(child, 'exit');
      if (child.kill()) await exited;
    },
  };
}

if (process.argv[2] === 'work') {
  const config = parseConfig();
  const bedrock = createBedrockClient(config);
  const table = { client: createStoreClient(config), name: config.idempotencyTable };

  const work = async ({ agentId, name, callMs }: Work): Promise<Worked> => {
    const endMs = performance.now() + callMs;
    const until = deadline(() => endMs - performance.now());
    const decisionId = `decision-of-${name}`;
    const input = { agentId, agentVersion: 'DRAFT', actionGroupName: name, clientToken: sha256(name) };
    const { group } = await whileBusy(
      (mayBeRepeat) => createActionGroup(bedrock, { input, decisionId, repeatable: true, mayBeRepeat }, until),
      until,
    );
    const agent = { account: '111122223333', region: config.region, agentId };
    const request = { ...agent, decisionId, changedAt: group.updatedAt, wait: true };
    const preparation = await preparationAfterChange(bedrock, table, request, until);
    return { actionGroupId: group.actionGroupId, preparation };
  };

  process.on('message', (asked: Work) => {
    work(asked).then(
      (worked) => process.send?.(worked),
      (error: unknown) => process.send?.({ error: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}
