/** The handlers as they are deployed, in a process with a Lambda's environment: each with the parts that it hands in itself. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Config } from '../../src/config.ts';

export interface Deployed {
  /** @param functionName one file of `src/handlers` */
  call(functionName: string, event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult>;
  /** `kill -9`: it ends where it is. Calls that it was serving are never answered. */
  kill(): Promise<void>;
}

export async function startDeployed({ endpoints, ...config }: Config): Promise<Deployed> {
  const child = fork(fileURLToPath(import.meta.url), ['serve'], {
    env: {
      AWS_LAMBDA_FUNCTION_NAME: 'deployed',
      AWS_REGION: config.region,
      IDEMPOTENCY_TABLE: config.idempotencyTable,
      PROVENANCE_TABLE: config.provenanceTable,
      POLICY_FILE: config.policyFile,
      AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb?.endpoint,
      AWS_ENDPOINT_URL_BEDROCK_AGENT: endpoints.bedrockAgent?.endpoint,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  child.stdout?.resume();
  await once(child, 'message');
  return {
    async call(functionName, event) {
      child.send({ functionName, event });
      const [{ result, error }] = await once(child, 'message');
      if (error !== undefined) throw new Error(error);
      return result;
    },
    async kill() {
      const exited = once(child, 'exit');
      if (child.kill('SIGKILL')) await exited;
    },
  };
}

if (process.argv[2] === 'serve') {
  const answer = async (functionName: string, event: APIGatewayProxyEvent) => {
    const { handler } = await import(`../../src/handlers/${functionName}.ts`);
    const context = { getRemainingTimeInMillis: () => 28_000, awsRequestId: 'deployed', functionName } as Context;
    return handler(event, context);
  };
  process.on('message', ({ functionName, event }: { functionName: string; event: APIGatewayProxyEvent }) => {
    answer(functionName, event).then(
      (result) => process.send?.({ result }),
      (error: unknown) => process.send?.({ error: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}
