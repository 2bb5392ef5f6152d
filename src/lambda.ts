import { isLambda, parseConfig } from './config.ts';
import type { LambdaHandler } from './http/serve.ts';
import { createServices, type Services } from './services.ts';

/**
 * A handler as a deployed Lambda: services are built from the environment, once.
 *
 * In Lambda that happens at import, where the processor is faster and a bad environment stops the deployment;
 * elsewhere (a test, the local gateway) importing an operation asks nothing of the environment.
 */
export function inLambda(serve: (services: Services) => LambdaHandler): LambdaHandler {
  let handler: LambdaHandler | undefined;
  const start = () => {
    handler ??= serve(createServices(parseConfig()));
    return handler;
  };
  if (isLambda) start();
  return (event, context) => start()(event, context);
}
