import type { Parts } from './applying/parts.ts';
import type { Config } from './config.ts';
import { isLambda, parseConfig } from './config.ts';
import type { LambdaHandler } from './http/serve.ts';
import { createServices, createServicesWithoutBedrock, type Services } from './services.ts';

/**
 * A handler as a deployed Lambda: services are built from the environment, once.
 *
 * In Lambda that happens at import, where the processor is faster and a bad environment stops the deployment;
 * elsewhere (a test, the local gateway) importing an operation asks nothing of the environment.
 */
export function inLambda(serve: (services: Services) => LambdaHandler, parts: Partial<Parts>): LambdaHandler {
  return startedOnce(serve, (config) => createServices(config, parts));
}

/** The same for an operation that never asks Bedrock: its bundle carries nothing of the SDK. */
export function inLambdaWithoutBedrock(serve: (services: Services) => LambdaHandler): LambdaHandler {
  return startedOnce(serve, createServicesWithoutBedrock);
}

function startedOnce(
  serve: (services: Services) => LambdaHandler,
  create: (config: Config) => Services,
): LambdaHandler {
  let handler: LambdaHandler | undefined;
  const begin = () => {
    const config = parseConfig();
    const services = create(config);
    // Every request decides by it, and before the first there is time. Another's content may be old by then, so it waits.
    if (isLambda && config.appConfig === undefined) services.policy().catch(() => {}); // the request will say so
    return serve(services);
  };
  const start = () => {
    handler ??= begin();
    return handler;
  };
  if (isLambda) start();
  return (event, context) => start()(event, context);
}
