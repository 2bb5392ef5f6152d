import { isLambda, serviceName } from '../config.ts';
import { type AuthorizerHandler, identityAuthorizer } from '../identity/authorizer.ts';
import { parseIdentityConfig } from '../identity/config.ts';
import { LineLogger } from '../log.ts';

let authorize: AuthorizerHandler | undefined;

function start(): AuthorizerHandler {
  authorize ??= identityAuthorizer(parseIdentityConfig(), new LineLogger(undefined, serviceName()));
  return authorize;
}

// In Lambda a bad environment fails at cold start; elsewhere importing asks nothing of it.
if (isLambda) start();

/** API Gateway's REQUEST authorizer of `/aws/*`; identity source `X-Amz-Security-Token`. */
export const handler: AuthorizerHandler = (event) => start()(event);
