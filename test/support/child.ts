/** A process of its own, which reads its configuration from the environment, as a Lambda does. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../src/config.ts';

/**
 * Runs a module with the argument `serve`, to speak with by messages; the caller reads what it writes.
 *
 * @param config an emulator's endpoints; the credentials are made up
 */
export function startChild(
  module: string,
  { endpoints, ...config }: Config,
  env: NodeJS.ProcessEnv = {},
): ChildProcess {
  return fork(fileURLToPath(module), ['serve'], {
    env: {
      AWS_REGION: config.region,
      IDEMPOTENCY_TABLE: config.idempotencyTable,
      PROVENANCE_TABLE: config.provenanceTable,
      POLICY_FILE: config.policyFile,
      AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb?.endpoint,
      AWS_ENDPOINT_URL_BEDROCK_AGENT: endpoints.bedrockAgent?.endpoint,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      ...env,
    },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
}

/** `kill -9`: it ends where it is. Closed, not only exited: what it had written by then is read. */
export async function killChild(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close');
  if (child.kill('SIGKILL')) await closed;
}
