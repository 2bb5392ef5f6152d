import { expect, test } from 'vitest';
import { ConfigError, type Environment, parseConfig } from '../src/config.ts';

/** What a deployment sets. */
function environment(over: Environment = {}): Environment {
  return { AWS_REGION: 'us-east-1', IDEMPOTENCY_TABLE: 'portcullis-prod-idempotency', ...over };
}

function faultsOf(env: Environment): readonly string[] {
  try {
    parseConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

test('a deployment needs a region and a table; the policy is built in, and endpoints are AWS', () => {
  expect(parseConfig(environment())).toEqual({
    region: 'us-east-1',
    idempotencyTable: 'portcullis-prod-idempotency',
    policyFile: undefined,
    endpoints: { dynamodb: undefined, bedrockAgent: undefined },
  });
});

test("the AWS SDKs' own variables name other endpoints, and POLICY_FILE another policy", () => {
  const env = environment({
    POLICY_FILE: 'policy/organisation.yaml',
    AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000',
    AWS_ENDPOINT_URL_BEDROCK_AGENT: 'https://bedrock.example/aws',
  });
  expect(parseConfig(env)).toMatchObject({
    policyFile: 'policy/organisation.yaml',
    endpoints: {
      dynamodb: { endpoint: 'http://127.0.0.1:8000' },
      bedrockAgent: { endpoint: 'https://bedrock.example/aws' },
    },
  });
});

/** What a deployment sets whose policy is AppConfig's. */
function fromAppConfig(over: Environment = {}): Environment {
  const ids = { APPLICATION: 'app1234', ENVIRONMENT: 'env1234', PROFILE: 'pro1234' };
  const named = Object.entries(ids).map(([name, id]) => [`POLICY_APPCONFIG_${name}`, id]);
  return environment({ POLICY_SOURCE: 'appconfig', ...Object.fromEntries(named), ...over });
}

test("the policy may be AppConfig's, renewed each minute and used for an hour unless told", () => {
  const ids = { application: 'app1234', environment: 'env1234', profile: 'pro1234' };
  const usual = { ...ids, maxAgeSeconds: 60, maxStaleSeconds: 3_600, endpoint: undefined };
  expect(parseConfig(fromAppConfig()).appConfig).toEqual(usual);
  const told = fromAppConfig({
    POLICY_MAX_AGE_SECONDS: '15',
    POLICY_MAX_STALE_SECONDS: '86400',
    AWS_ENDPOINT_URL_APPCONFIGDATA: 'http://127.0.0.1:2772',
  });
  const endpoint = { endpoint: 'http://127.0.0.1:2772' };
  expect(parseConfig(told).appConfig).toEqual({ ...ids, maxAgeSeconds: 15, maxStaleSeconds: 86_400, endpoint });
  expect(parseConfig({ ...told, POLICY_SOURCE: 'file' }).appConfig).toBeUndefined();
});

test.each<[string, Environment, string]>([
  ['a source that is none', { POLICY_SOURCE: 'AppConfig' }, 'POLICY_SOURCE'],
  ['an application by its name', { POLICY_APPCONFIG_APPLICATION: 'Portcullis' }, 'POLICY_APPCONFIG_APPLICATION'],
  ['no environment', { POLICY_APPCONFIG_ENVIRONMENT: '' }, 'POLICY_APPCONFIG_ENVIRONMENT'],
  ['no profile', { POLICY_APPCONFIG_PROFILE: undefined }, 'POLICY_APPCONFIG_PROFILE'],
  ['a shorter interval than AppConfig’s', { POLICY_MAX_AGE_SECONDS: '14' }, 'POLICY_MAX_AGE_SECONDS'],
  ['an age that is no number', { POLICY_MAX_AGE_SECONDS: '1m' }, 'POLICY_MAX_AGE_SECONDS'],
  ['half a second', { POLICY_MAX_AGE_SECONDS: '60.5' }, 'POLICY_MAX_AGE_SECONDS'],
  ['a policy used for ever', { POLICY_MAX_STALE_SECONDS: 'Infinity' }, 'POLICY_MAX_STALE_SECONDS'],
  ['an end before the first renewal', { POLICY_MAX_STALE_SECONDS: '59' }, 'POLICY_MAX_STALE_SECONDS'],
  ['two policies', { POLICY_FILE: 'policy/organisation.yaml' }, 'POLICY_FILE'],
  ['an endpoint that is no URL', { AWS_ENDPOINT_URL_APPCONFIGDATA: 'appconfig' }, 'AWS_ENDPOINT_URL_APPCONFIGDATA'],
])("a policy of AppConfig's is refused with %s", (_name, over, variable) => {
  expect(faultsOf(fromAppConfig(over)).map((fault) => fault.split(' ')[0])).toEqual([variable]);
});

/** What the functions of reconciliation are given beside. */
function reconciling(over: Environment = {}): Environment {
  return environment({
    LOG_GROUP: '/portcullis/prod',
    SERVICE_ROLES: 'portcullis-prod-A-1B,portcullis-prod-C-2D',
    OTHER_STAGES: 'dev,blue',
    ...over,
  });
}

test('reconciliation is told the log group, the roles that are this service, and other endpoints under the SDKs’ names', () => {
  expect(parseConfig(environment()).reconciliation).toBeUndefined();
  const told = reconciling({
    AWS_ENDPOINT_URL_CLOUDTRAIL: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: 'http://127.0.0.1:2',
  });
  expect(parseConfig(told).reconciliation).toEqual({
    logGroup: '/portcullis/prod',
    roles: ['portcullis-prod-A-1B', 'portcullis-prod-C-2D'],
    otherStages: ['dev', 'blue'],
    endpoints: { cloudTrail: { endpoint: 'http://127.0.0.1:1' }, cloudWatchLogs: { endpoint: 'http://127.0.0.1:2' } },
  });
});

test.each<[string, Environment, string]>([
  ['without a log group', { LOG_GROUP: '' }, 'LOG_GROUP'],
  ['with a log group’s ARN', { LOG_GROUP: 'arn:aws:logs:us-east-1:111122223333:log-group:a' }, 'LOG_GROUP'],
  ['without roles: every write would look foreign', { SERVICE_ROLES: '' }, 'SERVICE_ROLES'],
  ['with ARNs of roles', { SERVICE_ROLES: 'arn:aws:iam::111122223333:role/portcullis/a' }, 'SERVICE_ROLES'],
  ['with an endpoint that is no URL', { AWS_ENDPOINT_URL_CLOUDTRAIL: 'trail' }, 'AWS_ENDPOINT_URL_CLOUDTRAIL'],
  ['with another', { AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: 'logs' }, 'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS'],
])('reconciliation is refused %s', (_name, over, variable) => {
  expect(faultsOf(reconciling(over)).map((fault) => fault.split(' ')[0])).toEqual([variable]);
});

test('a bad deployment is told every bad variable at once', () => {
  const env = { AWS_REGION: '', AWS_ENDPOINT_URL_DYNAMODB: 'localhost:8000', POWERTOOLS_IDEMPOTENCY_DISABLED: 'true' };
  const faults = faultsOf(env);
  expect(faults.map((fault) => fault.split(' ')[0]).sort()).toEqual([
    'AWS_ENDPOINT_URL_DYNAMODB',
    'AWS_REGION',
    'IDEMPOTENCY_TABLE',
    'POWERTOOLS_IDEMPOTENCY_DISABLED',
  ]);
  expect(() => parseConfig(env)).toThrow(faults.join('\n  '));
});

test.each([
  ['a region of China', { AWS_REGION: 'cn-northwest-1' }, true],
  ['a region for governments', { AWS_REGION: 'us-gov-west-1' }, true],
  ['an availability zone', { AWS_REGION: 'us-east-1a' }, false],
  ['a region in capitals', { AWS_REGION: 'US-EAST-1' }, false],
  ['a region that ends in a line break', { AWS_REGION: 'us-east-1\n' }, false],
  ["a table's ARN", { IDEMPOTENCY_TABLE: 'arn:aws:dynamodb:us-east-1:111122223333:table/a' }, false],
  ['a table of two letters', { IDEMPOTENCY_TABLE: 'ab' }, false],
  ['a table of provenance', { PROVENANCE_TABLE: 'portcullis-prod-provenance' }, true],
  ['none, so that no provenance is kept', { PROVENANCE_TABLE: '' }, true],
  ['one of two letters', { PROVENANCE_TABLE: 'ab' }, false],
  ['an empty endpoint, as some shells leave it', { AWS_ENDPOINT_URL_DYNAMODB: '' }, true],
  ['an endpoint that is a file', { AWS_ENDPOINT_URL_DYNAMODB: 'file:///etc/passwd' }, false],
  ['an endpoint that is no URL', { AWS_ENDPOINT_URL_BEDROCK_AGENT: 'bedrock' }, false],
  ['an empty policy file', { POLICY_FILE: '' }, true],
  // Powertools would run every duplicate.
  ['idempotency switched off: 1', { POWERTOOLS_IDEMPOTENCY_DISABLED: '1' }, false],
  ['idempotency switched off: TRUE', { POWERTOOLS_IDEMPOTENCY_DISABLED: 'TRUE' }, false],
  ['idempotency switched off: yes', { POWERTOOLS_IDEMPOTENCY_DISABLED: 'yes' }, false],
  ['idempotency left on: false', { POWERTOOLS_IDEMPOTENCY_DISABLED: 'false' }, true],
  ['idempotency left on: 0', { POWERTOOLS_IDEMPOTENCY_DISABLED: '0' }, true],
])('%s', (_name, over, accepted) => {
  expect(faultsOf(environment(over as Environment)).length === 0).toBe(accepted);
});
