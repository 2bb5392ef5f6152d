/** In place of the SDK's chain of credential providers, whose first link this is: profiles, SSO, STS and IMDS come after it. */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
