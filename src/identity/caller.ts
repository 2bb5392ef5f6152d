import type { APIGatewayProxyEvent } from 'aws-lambda';
import { parsePrincipalArn } from '../policy/principal.ts';
import type { Principal } from '../policy/request.ts';
import { Problem } from '../problem.ts';
import { callerFromAuthorizer, callerFromToken } from './authorized.ts';

/** Who asks, as API Gateway proved it; nothing here comes from what the caller says of itself, but `userAgent`. */
export interface Caller {
  readonly principal: Principal;
  /** The ARN as given, e.g. of an assumed-role session; of a token its issuer and subject. */
  readonly arn: string;
  readonly session: string | undefined;
  /** `AROA…` of the role, `AIDA…` of the user or `sub` of the token: unlike a name, never given to another. */
  readonly uniqueId: string | undefined;
  readonly account: string | undefined;
  readonly sourceIp: string | undefined;
  readonly userAgent: string | undefined;
}

/**
 * The caller that IAM authorization named, or else the one whose proof of identity or token an authorizer accepted.
 *
 * @throws {Problem} `CALLER_UNKNOWN` when neither named anybody that a policy can name.
 */
export function callerOf({ authorizer, identity }: APIGatewayProxyEvent['requestContext']): Caller {
  const from = { sourceIp: identity.sourceIp ?? undefined, userAgent: identity.userAgent?.slice(0, 256) };
  if (authorizer?.arn !== undefined) return { ...callerFromAuthorizer(authorizer, Date.now()), ...from };
  if (authorizer?.issuer !== undefined) return { ...callerFromToken(authorizer, Date.now()), ...from };
  const arn = identity.userArn ?? '';
  const principal = parsePrincipalArn(arn);
  if (principal === undefined) {
    throw new Problem('CALLER_UNKNOWN', {
      detail: 'Sign the request with credentials of an IAM role or user (SigV4, service name execute-api).',
    });
  }
  return {
    principal,
    arn,
    session: principal.session,
    uniqueId: identity.caller?.split(':')[0],
    account: identity.accountId ?? undefined,
    ...from,
  };
}
