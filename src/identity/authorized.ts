/** What the identity authorizer says of a caller: written into API Gateway's context as strings, read by the handlers. */
import { parsePrincipalArn } from '../policy/principal.ts';
import type { IamPrincipal } from '../policy/request.ts';
import { Problem } from '../problem.ts';
import type { Proven } from './verify.ts';

/** As `requestContext.authorizer` carries it: API Gateway hands over strings alone. */
export interface AuthorizerContext {
  readonly arn: string;
  readonly userId: string;
  readonly account: string;
  /** Milliseconds since the epoch, in digits. */
  readonly expiresAt: string;
}

/** The members of a caller that a proof can vouch for. */
export interface ProvenCaller {
  readonly principal: IamPrincipal;
  readonly arn: string;
  readonly session: string | undefined;
  readonly uniqueId: string | undefined;
  readonly account: string;
}

export function authorizerContext({ arn, userId, account, expiresAtEpochMs }: Proven): AuthorizerContext {
  return { arn, userId, account, expiresAt: String(expiresAtEpochMs) };
}

/**
 * The caller behind `event.requestContext.authorizer`.
 *
 * API Gateway repeats an authorizer's answer for a fixed time, which knows nothing of the proof's; so its end is judged
 * here again, at every request.
 *
 * @throws {Problem} `CALLER_UNKNOWN` when nobody was authorized, or the proof has expired since.
 */
export function callerFromAuthorizer(
  authorizer: Readonly<Record<string, unknown>> | null | undefined,
  nowEpochMs: number,
): ProvenCaller {
  const text = (name: keyof AuthorizerContext): string => {
    const value = authorizer?.[name];
    return typeof value === 'string' ? value : '';
  };
  const principal = parsePrincipalArn(text('arn'));
  if (principal === undefined || principal.account !== text('account') || !/^\d{13}$/.test(text('expiresAt'))) {
    throw new Problem('CALLER_UNKNOWN', {
      detail:
        'The request carries no proof of identity: let your client take its credentials from `portcullis credentials`.',
    });
  }
  if (nowEpochMs >= Number(text('expiresAt'))) {
    throw new Problem('CALLER_UNKNOWN', {
      detail: 'The proof of identity has expired: let your client take new credentials from `portcullis credentials`.',
    });
  }
  return {
    principal,
    arn: text('arn'),
    session: principal.session,
    uniqueId: text('userId').split(':')[0] || undefined,
    account: text('account'),
  };
}
