/** The environments of the authorizers, parsed once; apart from the service's, of which they need nothing. */
import { ConfigError, type Environment } from '../config.ts';
import type { JwtIssuer } from './jwt.ts';
import { AUDIENCE, type Binding } from './proof.ts';
import { type StsEndpoint, stsEndpoint } from './sts-endpoint.ts';

/**
 * @param env `AWS_REGION`, `IDENTITY_AUDIENCE` (what callers sign their proofs for), and `AWS_ENDPOINT_URL_STS`, which replaces
 * the region's STS.
 * @throws {ConfigError} naming every variable that is missing or unusable.
 */
export function parseIdentityConfig(env: Environment = process.env): Binding {
  const faults: string[] = [];
  const audience = env.IDENTITY_AUDIENCE ?? '';
  if (!AUDIENCE.test(audience)) {
    faults.push('IDENTITY_AUDIENCE must name this service in 1 to 256 visible ASCII characters, such as its URL.');
  }
  const region = env.AWS_REGION ?? '';
  let sts: StsEndpoint | undefined;
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    faults.push('AWS_REGION is not an AWS region such as us-east-1.');
  } else {
    try {
      sts = stsEndpoint(region, env.AWS_ENDPOINT_URL_STS || undefined);
    } catch (error) {
      faults.push(`AWS_ENDPOINT_URL_STS: ${(error as Error).message}`);
    }
  }
  if (sts === undefined || faults.length > 0) throw new ConfigError(faults);
  return { audience, sts };
}

/**
 * @param env `JWT_ISSUER`, `JWT_AUDIENCE`, and `JWT_JWKS_URI`: without it the issuer's `.well-known/jwks.json`.
 * @throws {ConfigError} naming every variable that is missing or unusable.
 */
export function parseJwtConfig(env: Environment = process.env): JwtIssuer {
  const faults: string[] = [];
  const issuer = env.JWT_ISSUER ?? '';
  const audience = env.JWT_AUDIENCE ?? '';
  const jwksUri = env.JWT_JWKS_URI || `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`;
  if (!isKeySource(issuer)) {
    faults.push("JWT_ISSUER must be the https URL of the identity provider, exactly as in the token's `iss`.");
  }
  if (!AUDIENCE.test(audience)) {
    faults.push(
      "JWT_AUDIENCE must be what the token's `aud` names this service by, in 1 to 256 visible ASCII characters.",
    );
  }
  if (env.JWT_JWKS_URI && !isKeySource(jwksUri)) faults.push('JWT_JWKS_URI must be an https URL.');
  if (faults.length > 0) throw new ConfigError(faults);
  return { issuer, audience, jwksUri };
}

/** Keys that came over plain HTTP are anybody's, but from this machine. */
function isKeySource(text: string): boolean {
  const url = URL.parse(text);
  return (
    url?.protocol === 'https:' || (url?.protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname))
  );
}
