/** The identity authorizer's environment, parsed once; apart from the service's, of which it needs nothing. */
import { ConfigError, type Environment } from '../config.ts';
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
