import { fromEnv } from '@aws-sdk/credential-provider-env';
import { remembered } from '../../remembered.ts';

/**
 * In place of the SDK's chain of credential providers, whose first link this is: profiles, SSO, STS and IMDS come after it. The
 * environment is read once, as it is by the chain: what Lambda puts there lasts as long as the process.
 */
export function defaultProvider(...options: Parameters<typeof fromEnv>): ReturnType<typeof fromEnv> {
  return remembered(fromEnv(...options));
}
