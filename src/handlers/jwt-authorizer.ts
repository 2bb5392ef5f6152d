import { isLambda, serviceName } from '../config.ts';
import type { AuthorizerHandler } from '../identity/authorizer.ts';
import { parseJwtConfig } from '../identity/config.ts';
import { jwtVerifier } from '../identity/jwt.ts';
import { jwtAuthorizer } from '../identity/jwt-authorizer.ts';
import { LineLogger } from '../log.ts';

let authorize: AuthorizerHandler | undefined;

function start(): AuthorizerHandler {
  authorize ??= jwtAuthorizer(jwtVerifier(parseJwtConfig()), new LineLogger(undefined, serviceName()));
  return authorize;
}

// In Lambda a bad environment fails at cold start; elsewhere importing asks nothing of it.
if (isLambda) start();

/** API Gateway's REQUEST authorizer of `/v1/*` where a stage takes tokens; identity source `Authorization`. */
export const handler: AuthorizerHandler = (event) => start()(event);
