/** The handlers as they are deployed, in a process with a Lambda's environment: each with the parts that it hands in itself. */
import { once } from 'node:events';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Config } from '../../src/config.ts';
import { killChild, startChild } from './child.ts';

export interface Deployed {
  /** @param functionName one file of `src/handlers` */
  call(functionName: string, event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult>;
  /** `kill -9`: it ends where it is. Calls that it was serving are never answered. */
  kill(): Promise<void>;
}

export async function startDeployed(config: Config): Promise<Deployed> {
  const child = startChild(import.meta.url, config, { AWS_LAMBDA_FUNCTION_NAME: 'deployed' });
  child.stdout?.resume();
  await once(child, 'message');
  return {
    async call(functionName, event) {
      child.send({ functionName, event });
      const [{ result, error }] = await once(child, 'message');
      if (error !== undefined) throw new Error(error);
      return result;
    },
    kill: () => killChild(child),
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
