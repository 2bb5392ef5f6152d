import { isLambda, parseConfig } from './config.ts';
import { type LambdaHandler, type Operation, serveRest } from './http/rest.ts';
import { createServices, type Services } from './services.ts';

/**
 * An operation as a deployed Lambda: services are built from the environment, once.
 *
 * In Lambda that happens at import, where the processor is faster and a bad environment stops the deployment;
 * elsewhere (a test, the local gateway) importing an operation asks nothing of the environment.
 */
export function inLambda(operation: Operation<Services>): LambdaHandler {
  let serve: LambdaHandler | undefined;
  const start = () => {
    serve ??= serveRest(operation, createServices(parseConfig()));
    return serve;
  };
  if (isLambda) start();
  return (event, context) => start()(event, context);
}
