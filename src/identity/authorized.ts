/** What the authorizers say of a caller: written into API Gateway's context as strings, read by the handlers. */
import { parsePrincipalArn, principalText } from '../policy/principal.ts';
import type { IamPrincipal, JwtPrincipal } from '../policy/request.ts';
import { Problem } from '../problem.ts';
import type { VerifiedJwt } from './jwt.ts';
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

/** A token's caller, as `requestContext.authorizer` carries it. */
export interface TokenContext {
  readonly issuer: string;
  /** JSON: API Gateway would join a list with a separator, which a member of it could hold. */
  readonly claims: string;
  /** Milliseconds since the epoch, in digits. */
  readonly expiresAt: string;
}

export function tokenContext({ principal, expiresAtEpochMs }: VerifiedJwt): TokenContext {
  const { issuer, claims } = principal;
  return { issuer, claims: JSON.stringify(claims), expiresAt: String(expiresAtEpochMs) };
}

/**
 * The caller behind a token that the authorizer verified; its end is judged here again, at every request.
 *
 * @throws {Problem} `CALLER_UNKNOWN` when the token has expired since.
 */
export function callerFromToken(authorizer: Readonly<Record<string, unknown>>, nowEpochMs: number) {
  const { issuer, claims, expiresAt } = authorizer as Partial<TokenContext>;
  if (typeof issuer !== 'string' || typeof claims !== 'string' || !/^\d{13}$/.test(expiresAt ?? '')) {
    throw new Problem('CALLER_UNKNOWN', { detail: 'The request carries no token that was verified.' });
  }
  if (nowEpochMs >= Number(expiresAt)) {
    throw new Problem('CALLER_UNKNOWN', { detail: 'The token has expired: get a new one.' });
  }
  const principal: JwtPrincipal = { kind: 'jwt', issuer, claims: JSON.parse(claims) };
  const { sub } = principal.claims;
  return {
    principal,
    arn: principalText(principal),
    session: undefined,
    uniqueId: typeof sub === 'string' ? sub : undefined,
    account: undefined,
  };
}
