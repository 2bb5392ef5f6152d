/** The environment, parsed once into the names that the code uses. The only place outside `local/` that reads it. */

export interface Config {
  readonly region: string;
  /** Of one stage: in every log line, and the dimension of every metric. */
  readonly serviceName?: string | undefined;
  /** DynamoDB table of the idempotency records: partition key `id` (string), TTL attribute `expiration`. */
  readonly idempotencyTable: string;
  /** DynamoDB table of the provenance: partition key `agentId`, sort key `actionGroupId`. Absent: none is kept. */
  readonly provenanceTable?: string | undefined;
  /** Path of a policy; absent means the one built into the artefact. */
  readonly policyFile: string | undefined;
  /** Set where the policy is AWS AppConfig's. */
  readonly appConfig?: AppConfigSettings | undefined;
  /** Set only where reconciliation runs: what it reads, and whom it takes for this service. */
  readonly reconciliation?: ReconciliationSettings | undefined;
  /** Set only by the AWS SDKs' own variables; absent means AWS. */
  readonly endpoints: { readonly dynamodb: Endpoint | undefined; readonly bedrockAgent: Endpoint | undefined };
}

export interface ReconciliationSettings {
  /** Of all functions, with the audit trail in it. */
  readonly logGroup: string;
  /** Names of the roles that this deployment writes with; CloudFormation makes them up. */
  readonly roles: readonly string[];
  /** Stages of the same account and region that reconcile for themselves. */
  readonly otherStages: readonly string[];
  readonly endpoints: { readonly cloudTrail: Endpoint | undefined; readonly cloudWatchLogs: Endpoint | undefined };
}

/** The configuration in AWS AppConfig that is the policy, and for how long what was read of it holds. */
export interface AppConfigSettings {
  /** Ids, since permissions can name nothing else. */
  readonly application: string;
  readonly environment: string;
  readonly profile: string;
  readonly maxAgeSeconds: number;
  /** For how long a revision is used that cannot be renewed. */
  readonly maxStaleSeconds: number;
  readonly endpoint: Endpoint | undefined;
}

/** The shortest time that AppConfig lets pass between two questions. */
export const LEAST_MAX_AGE_SECONDS = 15;
const DAY_SECONDS = 86_400;

/** Spread into an SDK client's configuration. Credentials are given only for an emulator, which takes any. */
export interface Endpoint {
  readonly endpoint: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Every bad variable of the environment at once; thrown at cold start, so a bad deployment never serves. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The environment is not usable:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

export const isLambda = process.env.AWS_LAMBDA_FUNCTION_NAME !== undefined;

const TABLE_NAME = /^[a-zA-Z0-9_.-]{3,255}$/;

/** Undefined where the environment names none. */
export function serviceName(env: Environment = process.env): string | undefined {
  return env.POWERTOOLS_SERVICE_NAME || undefined;
}

/** @throws {ConfigError} naming every variable that is missing or unusable. */
export function parseConfig(env: Environment = process.env): Config {
  const faults: string[] = [];

  const optional = (name: string, pattern: RegExp, what: string): string | undefined => {
    const value = env[name] || undefined;
    if (value !== undefined && !pattern.test(value)) faults.push(`${name} is not ${what}.`);
    return value;
  };
  const required = (name: string, pattern: RegExp, what: string): string => {
    const value = optional(name, pattern, what) ?? '';
    if (value === '') faults.push(`${name} is not set: give it ${what}.`);
    return value;
  };
  const endpoint = (name: string): Endpoint | undefined => {
    const value = env[name];
    if (value === undefined || value === '') return undefined;
    if (!/^https?:$/.test(URL.parse(value)?.protocol ?? '')) faults.push(`${name} is not an http(s) URL.`);
    return { endpoint: value };
  };

  const seconds = (name: string, usual: number, least: number, most: number): number => {
    const value = Number(env[name] || usual);
    if (!Number.isInteger(value) || value < least || value > most) {
      faults.push(`${name} is not a whole number of seconds from ${least} to ${most}.`);
    }
    return value;
  };
  const appConfig = (): AppConfigSettings => {
    const id = (name: string, what: string) => required(name, /^[a-z0-9]{4,7}$/, `the id, not the name, of ${what}`);
    const maxAgeSeconds = seconds('POLICY_MAX_AGE_SECONDS', 60, LEAST_MAX_AGE_SECONDS, DAY_SECONDS);
    const maxStaleSeconds = seconds('POLICY_MAX_STALE_SECONDS', 3_600, LEAST_MAX_AGE_SECONDS, 7 * DAY_SECONDS);
    if (maxStaleSeconds < maxAgeSeconds) faults.push('POLICY_MAX_STALE_SECONDS is less than POLICY_MAX_AGE_SECONDS.');
    if (env.POLICY_FILE) faults.push('POLICY_FILE is set, but POLICY_SOURCE is appconfig: remove one of them.');
    return {
      application: id('POLICY_APPCONFIG_APPLICATION', 'an AppConfig application'),
      environment: id('POLICY_APPCONFIG_ENVIRONMENT', 'an environment of it'),
      profile: id('POLICY_APPCONFIG_PROFILE', 'a configuration profile of it'),
      maxAgeSeconds,
      maxStaleSeconds,
      endpoint: endpoint('AWS_ENDPOINT_URL_APPCONFIGDATA'),
    };
  };
  const reconciliation = (): ReconciliationSettings => ({
    logGroup: required('LOG_GROUP', /^[\w./#-]{1,512}$/, 'the name of a CloudWatch log group'),
    roles: required('SERVICE_ROLES', /^[\w+=.@-]+(,[\w+=.@-]+)*$/, 'names of IAM roles, separated by commas').split(
      ',',
    ),
    otherStages: (
      optional('OTHER_STAGES', /^[a-z][a-z0-9-]*(,[a-z][a-z0-9-]*)*$/, 'names of stages, separated by commas') ?? ''
    )
      .split(',')
      .filter(Boolean),
    endpoints: {
      cloudTrail: endpoint('AWS_ENDPOINT_URL_CLOUDTRAIL'),
      cloudWatchLogs: endpoint('AWS_ENDPOINT_URL_CLOUDWATCH_LOGS'),
    },
  });
  const policySource = env.POLICY_SOURCE || 'file';
  if (policySource !== 'file' && policySource !== 'appconfig') {
    faults.push('POLICY_SOURCE is neither "file" nor "appconfig".');
  }

  // Powertools would silently run every duplicate; of a value that is neither yes nor no it makes an error of each request.
  if (!/^\s*(0|f|false|n|no|off)\s*$/i.test(env.POWERTOOLS_IDEMPOTENCY_DISABLED ?? 'no')) {
    faults.push('POWERTOOLS_IDEMPOTENCY_DISABLED is set: remove it, nothing here may run without idempotency.');
  }

  const config: Config = {
    region: required('AWS_REGION', /^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region such as us-east-1'),
    idempotencyTable: required('IDEMPOTENCY_TABLE', TABLE_NAME, 'the name of a DynamoDB table'),
    serviceName: optional('POWERTOOLS_SERVICE_NAME', /^[\w.-]{1,100}$/, 'a name of letters, digits, ".", "_" and "-"'),
    provenanceTable: optional('PROVENANCE_TABLE', TABLE_NAME, 'the name of a DynamoDB table'),
    policyFile: env.POLICY_FILE || undefined,
    appConfig: policySource === 'appconfig' ? appConfig() : undefined,
    reconciliation: env.LOG_GROUP || env.SERVICE_ROLES ? reconciliation() : undefined,
    endpoints: {
      dynamodb: endpoint('AWS_ENDPOINT_URL_DYNAMODB'),
      bedrockAgent: endpoint('AWS_ENDPOINT_URL_BEDROCK_AGENT'),
    },
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}
