/** A JSON Web Token of the organisation's identity provider, verified: signature, issuer, audience and time. */
import { JwtVerifier } from 'aws-jwt-verify';
import {
  FetchError,
  JwksNotAvailableInCacheError,
  JwksValidationError,
  JwtBaseError,
  JwtExpiredError,
  JwtInvalidAudienceError,
  JwtInvalidIssuerError,
  JwtNotBeforeError,
  KidNotFoundInJwksError,
  WaitPeriodNotYetEndedJwkError,
} from 'aws-jwt-verify/error';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import type { JwtPrincipal } from '../policy/request.ts';

export interface JwtIssuer {
  /** Exactly the token's `iss`. */
  readonly issuer: string;
  /** What the token's `aud` must hold: a token for another service opens nothing here. */
  readonly audience: string;
  /** Where the provider publishes its keys: https, but on this machine. */
  readonly jwksUri: string;
}

export interface VerifiedJwt {
  readonly principal: JwtPrincipal;
  /** Whoever remembers this caller must forget it then. */
  readonly expiresAtEpochMs: number;
}

export type JwtVerdict =
  | VerifiedJwt
  /** `unavailable` says nothing of the token, only that its issuer's keys could not be had: trying again may help. */
  | { readonly refused: 'TOKEN_REFUSED' | 'KEYS_UNAVAILABLE'; readonly reason: string; readonly cause?: unknown };

/** A key set is small, and API Gateway waits for us. */
const FETCH_ENDS_MS = 3_000;

/** What API Gateway hands on must stay small; a token with more says too much to be an identity. */
const MOST_CLAIM_BYTES = 6_144;

/** They tell of the token, not of whom it names. */
const OF_THE_TOKEN = new Set(['iss', 'aud', 'exp', 'iat', 'nbf', 'jti', 'nonce', 'sid', 'at_hash', 'c_hash', 's_hash']);

/** Keys are fetched once, and again when a token names one that is not among them. */
export function jwtVerifier({ issuer, audience, jwksUri }: JwtIssuer): (token: string) => Promise<JwtVerdict> {
  const fetcher = {
    async fetch(uri: string): Promise<ArrayBuffer> {
      const answer = await fetch(uri, { redirect: 'error', signal: AbortSignal.timeout(FETCH_ENDS_MS) }).catch(
        (error: unknown) => {
          // Node's `fetch` says "fetch failed" whatever it was: what it was is the cause.
          throw new FetchError(uri, (error as Error).cause ?? error);
        },
      );
      if (!answer.ok) throw new FetchError(uri, `HTTP ${answer.status}`);
      return answer.arrayBuffer();
    },
  };
  const verifier = JwtVerifier.create({ issuer, audience, jwksUri }, { jwksCache: new SimpleJwksCache({ fetcher }) });
  return async (token) => {
    try {
      const payload = await verifier.verify(token);
      // Not every library insists on it, and a token without end could never be withdrawn.
      if (typeof payload.exp !== 'number') return refuse('It has no `exp`.');
      const claims = identityIn(payload);
      if (Buffer.byteLength(JSON.stringify(claims)) > MOST_CLAIM_BYTES) {
        return refuse(`Its claims have more than ${MOST_CLAIM_BYTES} bytes: have fewer put into it.`);
      }
      return { principal: { kind: 'jwt', issuer, claims }, expiresAtEpochMs: payload.exp * 1_000 };
    } catch (error) {
      if (isUnavailable(error)) {
        return { refused: 'KEYS_UNAVAILABLE', reason: "The token issuer's keys cannot be had.", cause: error };
      }
      if (error instanceof JwtBaseError) return refuse(reasonOf(error));
      throw error;
    }
  };
}

/** Texts and lists of texts: nothing else can be named in a policy, and a list stays one. */
function identityIn(payload: object): JwtPrincipal['claims'] {
  const isText = (value: unknown): value is string => typeof value === 'string';
  return Object.fromEntries(
    Object.entries(payload).filter(
      ([name, value]) =>
        !OF_THE_TOKEN.has(name) && (isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText))),
    ),
  );
}

function isUnavailable(error: unknown): boolean {
  return [FetchError, JwksNotAvailableInCacheError, JwksValidationError].some((kind) => error instanceof kind);
}

/** The library's own messages quote the token. */
function reasonOf(error: JwtBaseError): string {
  if (error instanceof JwtExpiredError) return 'It has expired: get a new one.';
  if (error instanceof JwtNotBeforeError) return 'It is not valid yet.';
  if (error instanceof JwtInvalidIssuerError) return 'It is from another issuer.';
  if (error instanceof JwtInvalidAudienceError) return 'It is for another audience: ask for one for this service.';
  // Of the second: a moment ago there was another key that is none of the issuer's, and so this one was not looked for.
  if (error instanceof KidNotFoundInJwksError || error instanceof WaitPeriodNotYetEndedJwkError) {
    return 'Its issuer has no such key. If that is new, try again in a minute.';
  }
  return 'It is no token that this issuer signed.';
}

function refuse(reason: string): JwtVerdict {
  return { refused: 'TOKEN_REFUSED', reason };
}
