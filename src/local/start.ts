import { EVERY_PART } from '../applying/parts.ts';
import { type Config, type Endpoint, type Environment, parseConfig } from '../config.ts';
import { createStoreClient } from '../idempotency/store-client.ts';
import { identityAuthorizer } from '../identity/authorizer.ts';
import { parseIdentityConfig, parseJwtConfig } from '../identity/config.ts';
import { type JwtIssuer, jwtVerifier } from '../identity/jwt.ts';
import { jwtAuthorizer } from '../identity/jwt-authorizer.ts';
import type { Binding } from '../identity/proof.ts';
import type { WriteLine } from '../log.ts';
import { loadPolicy } from '../policy-source/policy-source.ts';
import { createServices } from '../services.ts';
import { type BedrockEmulator, startBedrockEmulator } from './bedrock/server.ts';
import { ensureTable, PROVENANCE_KEY, startDynamoDb } from './dynamodb.ts';
import { demoPrincipals, type LocalPrincipal, parsePrincipals } from './gateway/principals.ts';
import { type Gateway, startGateway } from './gateway/server.ts';
import { proofOfIdentity, routesOf, tokens } from './routes.ts';
import { startStsEmulator } from './sts/server.ts';

const ACCOUNT = '111122223333';

export interface Local {
  readonly gateway: Gateway;
  readonly principals: readonly LocalPrincipal[];
  /** How callers say who they are. */
  readonly auth: 'any' | 'iam' | 'proof';
  /** Whether a request without a signature is answered. */
  readonly unsigned: boolean;
  /** The embedded emulator; absent where another endpoint stands in for it. */
  readonly bedrock: BedrockEmulator | undefined;
  readonly config: Config;
  /** Whose tokens callers of `/v1` show, where `JWT_ISSUER` says so. */
  readonly tokens: JwtIssuer | undefined;
  /** Where and for whom a proof of identity is made, with `LOCAL_AUTH=proof`. */
  readonly identity: Binding | undefined;
  close(): Promise<void>;
}

/**
 * The whole service in this process: the gateway, and DynamoDB and Bedrock unless the AWS SDKs' own endpoint variables
 * name others.
 *
 * @param env `PORT`, `POLICY_FILE`, `LOCAL_PRINCIPALS`, `LOCAL_AUTH`, `AWS_ENDPOINT_URL_DYNAMODB`,
 * `AWS_ENDPOINT_URL_BEDROCK_AGENT`, `AWS_ENDPOINT_URL_STS`, `POLICY_SOURCE` and what it asks for,
 * `AWS_REGION`, `IDEMPOTENCY_TABLE`, `PROVENANCE_TABLE` (empty: none is kept), `IDENTITY_AUDIENCE`, and `JWT_ISSUER`
 * with `JWT_AUDIENCE` and `JWT_JWKS_URI` (callers of `/v1` show a token then); none is needed.
 * @param write where log lines go; the process's standard output by default.
 * @throws {Error} when the policy, a variable or the port is not usable: nothing is left running then.
 */
export async function startLocal(env: Environment, write?: WriteLine): Promise<Local> {
  const auth = env.LOCAL_AUTH || 'any';
  if (auth !== 'any' && auth !== 'iam' && auth !== 'proof') {
    throw new Error('LOCAL_AUTH is neither "any", "iam" nor "proof".');
  }
  const principals = env.LOCAL_PRINCIPALS ? parsePrincipals(env.LOCAL_PRINCIPALS) : demoPrincipals;
  const fromFile = (env.POLICY_SOURCE || 'file') === 'file';
  const policyFile = env.POLICY_FILE || (fromFile ? 'policy/organisation.yaml' : undefined);
  if (fromFile) await loadPolicy(policyFile); // a mistake in it is shown before anything starts

  const dynamodb = env.AWS_ENDPOINT_URL_DYNAMODB ? undefined : await startDynamoDb();
  const bedrock = env.AWS_ENDPOINT_URL_BEDROCK_AGENT
    ? undefined
    : await startBedrockEmulator({ agentIds: ['AGENT12345', 'TRAVEL2345', 'DEMOAGENT1'] });
  const region = env.AWS_REGION || 'us-east-1';
  const sts =
    auth === 'proof' && !env.AWS_ENDPOINT_URL_STS ? await startStsEmulator({ principals, region }) : undefined;
  const closeParts = () => Promise.all([dynamodb?.close(), bedrock?.close(), sts?.close()]);
  try {
    const parsed = parseConfig({
      ...env,
      AWS_REGION: region,
      IDEMPOTENCY_TABLE: env.IDEMPOTENCY_TABLE || 'portcullis-dev-idempotency',
      PROVENANCE_TABLE: env.PROVENANCE_TABLE ?? 'portcullis-dev-provenance',
      POLICY_FILE: policyFile,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb?.url ?? env.AWS_ENDPOINT_URL_DYNAMODB,
      AWS_ENDPOINT_URL_BEDROCK_AGENT: bedrock?.url ?? env.AWS_ENDPOINT_URL_BEDROCK_AGENT,
    });
    const { appConfig } = parsed;
    const config: Config = {
      ...parsed,
      appConfig: appConfig && { ...appConfig, endpoint: withCredentials(appConfig.endpoint, env, false) },
      endpoints: {
        dynamodb: withCredentials(parsed.endpoints.dynamodb, env, dynamodb !== undefined),
        bedrockAgent: withCredentials(parsed.endpoints.bedrockAgent, env, bedrock !== undefined),
      },
    };
    const everythingIsLocal =
      Object.values(config.endpoints).every(isLoopback) && (appConfig === undefined || isLoopback(appConfig.endpoint));
    const { made, stop: stopTables } = keepTables(config);
    if (dynamodb !== undefined) await made;
    const unsigned = everythingIsLocal && principals.some(({ accessKeyId }) => accessKeyId === undefined);
    const services = createServices(config, EVERY_PART, write);
    const identity =
      auth === 'proof'
        ? parseIdentityConfig({
            AWS_REGION: region,
            IDENTITY_AUDIENCE: env.IDENTITY_AUDIENCE || 'portcullis-local',
            AWS_ENDPOINT_URL_STS: sts?.url ?? env.AWS_ENDPOINT_URL_STS,
          })
        : undefined;
    const jwt = env.JWT_ISSUER ? parseJwtConfig(env) : undefined;
    const gateway = await startGateway({
      routes: routesOf(
        services,
        identity && proofOfIdentity(identityAuthorizer(identity, services.log)),
        jwt && tokens(jwtAuthorizer(jwtVerifier(jwt), services.log)),
      ),
      principals,
      auth: auth === 'any' ? 'any' : 'iam',
      allowUnsigned: unsigned,
      port: parsePort(env.PORT),
      region: config.region,
      accountId: ACCOUNT,
    });
    const close = async () => {
      stopTables();
      await gateway.close();
      await closeParts();
    };
    return { gateway, principals, auth, unsigned, bedrock, config, tokens: jwt, identity, close };
  } catch (error) {
    await closeParts();
    throw error;
  }
}

function parsePort(port: string | undefined): number {
  const number = Number(port || '3000');
  if (!Number.isInteger(number) || number < 0 || number > 65_535) throw new Error('PORT is no port: use 0 to 65535.');
  return number;
}

function isLoopback(endpoint: Endpoint | undefined): boolean {
  const host = endpoint && new URL(endpoint.endpoint).hostname;
  return host !== undefined && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(host);
}

/** An emulator takes any credentials, but the SDK must find some; a real endpoint gets the caller's own. */
function withCredentials(endpoint: Endpoint | undefined, env: Environment, embedded: boolean): Endpoint | undefined {
  if (endpoint === undefined || !isLoopback(endpoint)) return endpoint;
  if (!embedded && (env.AWS_ACCESS_KEY_ID !== undefined || env.AWS_PROFILE !== undefined)) return endpoint;
  return { ...endpoint, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}

/**
 * Makes the tables in a DynamoDB on this machine, now or as soon as that answers: until then the service says 503, as on
 * AWS. Tables on AWS are made by the deployment alone.
 */
function keepTables(config: Config): { made: Promise<void>; stop: () => void } {
  if (!isLoopback(config.endpoints.dynamodb)) return { made: Promise.resolve(), stop: () => {} };
  const client = createStoreClient(config);
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const make = async () => {
    await ensureTable(client, config.idempotencyTable);
    if (config.provenanceTable !== undefined) await ensureTable(client, config.provenanceTable, PROVENANCE_KEY);
  };
  let told: string | undefined;
  const attempt = (): Promise<void> =>
    make().catch((error: Error & { code?: string }) => {
      if (stopped) return;
      const why = error.code ?? error.name;
      if (why !== told) {
        console.error(
          `${config.endpoints.dynamodb?.endpoint}: ${why}. The tables are made as soon as DynamoDB answers.`,
        );
      }
      told = why;
      timer = setTimeout(attempt, 1_000).unref();
    });
  const made = attempt();
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    client.destroy();
  };
  return { made, stop };
}
