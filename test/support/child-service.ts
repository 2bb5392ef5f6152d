/** The service in a process of its own, for tests that need several of them, or one to kill. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Config, parseConfig } from '../../src/config.ts';
import { createServices } from '../../src/services.ts';
import { type Create, type CreateCall, creator, type Reply } from './create-call.ts';

export interface ChildService {
  readonly create: Create;
  /** `kill -9`: it ends where it is. Calls that it was serving are never answered. */
  kill(): Promise<void>;
}

/** @param config an emulator's endpoints; the credentials are made up. */
export async function startChildService({ endpoints, ...config }: Config): Promise<ChildService> {
  const child = fork(fileURLToPath(import.meta.url), ['serve'], {
    env: {
      AWS_REGION: config.region,
      IDEMPOTENCY_TABLE: config.idempotencyTable,
      POLICY_FILE: config.policyFile,
      AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb?.endpoint,
      AWS_ENDPOINT_URL_BEDROCK_AGENT: endpoints.bedrockAgent?.endpoint,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  return {
    create: (call = {}) => ask(child, call),
    async kill() {
      const exited = once(child, 'exit');
      if (child.kill('SIGKILL')) await exited;
    },
  };
}

let lastId = 0;

function ask(child: ChildProcess, call: CreateCall): Promise<Reply> {
  lastId += 1;
  const id = lastId;
  return new Promise((resolve, reject) => {
    const hear = (message: { id: number; reply?: Reply; error?: string }) => {
      if (message.id !== id) return;
      child.off('message', hear);
      if (message.reply === undefined) reject(new Error(message.error));
      else resolve(message.reply);
    };
    child.on('message', hear);
    child.send({ id, call });
  });
}

if (process.argv[2] === 'serve') {
  const create = creator(createServices(parseConfig()));
  process.on('message', ({ id, call }: { id: number; call: CreateCall }) => {
    create(call).then(
      (reply) => process.send?.({ id, reply }),
      (error: unknown) => process.send?.({ id, error: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}
