/** The environment, parsed once into the names that the code uses. The only place outside `local/` that reads it. */

export interface Config {
  readonly region: string;
  /** DynamoDB table of the idempotency records: partition key `id` (string), TTL attribute `expiration`. */
  readonly idempotencyTable: string;
  /** DynamoDB table of the provenance: partition key `agentId`, sort key `actionGroupId`. Absent: none is kept. */
  readonly provenanceTable?: string | undefined;
  /** Path of a policy; absent means the one built into the artefact. */
  readonly policyFile: string | undefined;
  /** Set only by the AWS SDKs' own variables; absent means AWS. */
  readonly endpoints: { readonly dynamodb: Endpoint | undefined; readonly bedrockAgent: Endpoint | undefined };
}

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

  // Powertools would silently run every duplicate; of a value that is neither yes nor no it makes an error of each request.
  if (!/^\s*(0|f|false|n|no|off)\s*$/i.test(env.POWERTOOLS_IDEMPOTENCY_DISABLED ?? 'no')) {
    faults.push('POWERTOOLS_IDEMPOTENCY_DISABLED is set: remove it, nothing here may run without idempotency.');
  }

  const config: Config = {
    region: required('AWS_REGION', /^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region such as us-east-1'),
    idempotencyTable: required('IDEMPOTENCY_TABLE', TABLE_NAME, 'the name of a DynamoDB table'),
    provenanceTable: optional('PROVENANCE_TABLE', TABLE_NAME, 'the name of a DynamoDB table'),
    policyFile: env.POLICY_FILE || undefined,
    endpoints: {
      dynamodb: endpoint('AWS_ENDPOINT_URL_DYNAMODB'),
      bedrockAgent: endpoint('AWS_ENDPOINT_URL_BEDROCK_AGENT'),
    },
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}
