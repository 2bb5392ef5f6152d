/**
 * The parameters of a deployment (`--param="name=value"`, or `params` of a stage in serverless.yml): what each is for, what it
 * takes and what it is when nobody gives it. serverless.yml takes its defaults from here; the README's table is made of it.
 */
export interface Parameter {
  readonly default: string | number | boolean;
  readonly accepts: RegExp;
  /** Ends the sentence "give it …". */
  readonly expected: string;
  readonly about: string;
}

const ACCOUNT = '\\d{12}';
/** What CloudWatch Logs can keep, in days. */
const RETENTION = '1|3|5|7|14|30|60|90|120|150|180|365|400|545|731|1096|1827|2192|2557|2922|3288|3653';
const text = (accepts: RegExp, expected: string) => ({ accepts, expected });
const yesOrNo = text(/^(true|false)$/, 'true or false');
const rate = text(/^(?!0+$)\d{1,4}$/, 'a whole number from 1 to 9999');
const seconds = text(/^\d{1,6}$/, 'a whole number of seconds');
const schedule = text(/^(rate|cron)\([^()]+\)$/, 'rate(…) or cron(…) as EventBridge writes them');
const id = text(/^([a-z0-9]{4,7})?$/, 'the id, not the name');

export const PARAMETERS = {
  owner: {
    default: 'unassigned',
    ...text(/^[\w .@:/=+-]{1,256}$/, 'a name of up to 256 letters, digits and _ . : / = + - @'),
    about: 'the team that answers for the stack; a tag on everything',
  },
  costCenter: {
    default: 'unassigned',
    ...text(/^[\w .@:/=+-]{1,256}$/, 'a name of up to 256 letters, digits and _ . : / = + - @'),
    about: 'who pays; a tag on everything',
  },

  endpointType: {
    default: 'REGIONAL',
    ...text(/^(REGIONAL|PRIVATE)$/, 'REGIONAL or PRIVATE'),
    about: 'where the API is reached: from the internet (signed), or through VPC endpoints alone',
  },
  vpcEndpointIds: {
    default: '',
    ...text(
      /^(vpce-[0-9a-f]{8,17}(,vpce-[0-9a-f]{8,17})*)?$/,
      'ids of VPC endpoints for execute-api such as vpce-0a1b2c3d4e5f67890, joined by commas',
    ),
    about: 'with PRIVATE: the VPC endpoints that lead to the API',
  },
  organizationId: {
    default: '',
    ...text(/^(o-[a-z0-9]{10,32})?$/, 'the id of an AWS organisation such as o-a1b2c3d4e5'),
    about: 'callers must belong to this AWS organisation; alone, it admits all its accounts',
  },
  callerAccounts: {
    default: '',
    ...text(new RegExp(`^(${ACCOUNT}(,${ACCOUNT})*)?$`), '12-digit account ids joined by commas'),
    about: "other accounts that may call; with neither this nor `organizationId` the stack's own account alone may",
  },
  v1Authorization: {
    default: 'iam',
    ...text(/^(iam|jwt)$/, 'iam or jwt'),
    about: 'how callers of `/v1` say who they are: a SigV4 signature, or a JSON Web Token',
  },
  jwtIssuer: {
    default: '',
    ...text(/^(https:\/\/[^\s,]+)?$/, 'the issuer as the tokens name it, an https URL'),
    about: 'with `jwt`: who issues the tokens',
  },
  jwtAudience: {
    default: '',
    ...text(/^[!-~]{0,256}$/, 'the audience (`aud`) that the tokens are for, in visible ASCII characters'),
    about: 'with `jwt`: for whom the tokens are',
  },
  jwtJwksUri: {
    default: '',
    ...text(/^(https:\/\/[^\s,]+)?$/, 'an https URL'),
    about: "with `jwt`: where the issuer's keys are, if not in its `/.well-known/jwks.json`",
  },
  awsAuthorization: {
    default: 'iam',
    ...text(/^(iam|proof)$/, 'iam or proof'),
    about: 'how callers of `/aws` do: a SigV4 signature for execute-api, or a proof of identity as session token',
  },
  // Every stage has its own, so that a proof for one opens no other.
  identityAudience: {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: serverless.yml fills it in
    default: 'portcullis-${sls:stage}',
    ...text(/^[!-~]{1,256}$/, 'a name of visible ASCII characters, without blanks'),
    about: 'what a proof of identity must be made for',
  },
  apiGatewayLogRole: {
    default: 'create',
    ...text(/^(create|existing)$/, 'create, or existing where this account and region have one'),
    about:
      "the one role by which API Gateway writes logs in this account and region; two stacks that both create it replace one another's",
  },

  createsPerSecond: {
    default: 8,
    ...rate,
    about: 'requests for a creation that the gateway lets through; Bedrock takes 12/s an account',
  },
  updatesPerSecond: {
    default: 2,
    ...rate,
    about: 'the same for each of update, deletion and put by name; Bedrock takes 6 updates a second',
  },
  preparesPerSecond: { default: 1, ...rate, about: 'the same for preparing; Bedrock takes 2/s' },
  awsCallsPerSecond: { default: 10, ...rate, about: 'the same for all of `/aws` together, reads included' },
  readsPerSecond: { default: 50, ...rate, about: 'the same for each other route' },

  memorySizeMb: {
    default: 1024,
    ...text(
      /^(12[89]|1[3-9]\d|[2-9]\d\d|[1-9]\d{3}|10[01]\d\d|102[0-3]\d|10240)$/,
      'a whole number of MB from 128 to 10240',
    ),
    about: "of each function (API Gateway's authorizers and the health check have less)",
  },
  reservedConcurrency: {
    default: '',
    ...text(/^(?!0+$)\d{0,4}$/, 'a whole number above 0, or nothing'),
    about: "of each function that writes: how many run at once; nothing: the account's own limit",
  },
  logLevel: {
    default: 'INFO',
    ...text(/^(DEBUG|INFO|WARN|ERROR)$/, 'DEBUG, INFO, WARN or ERROR'),
    about: 'of what is only helpful; audit records and metrics are written whatever it is',
  },

  logRetentionInDays: {
    default: 400,
    ...text(new RegExp(`^(${RETENTION})$`), `one of ${RETENTION.replaceAll('|', ', ')}`),
    about: 'of the log groups, audit trail included',
  },
  kmsKeyArn: {
    default: '',
    ...text(
      new RegExp(`^(arn:aws[a-z-]*:kms:[a-z0-9-]+:${ACCOUNT}:key/[0-9a-zA-Z-]{36,})?$`),
      'the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID; not an alias)',
    ),
    about:
      'a customer managed key of this region for tables, log groups and the queue; its key policy must admit CloudWatch Logs',
  },
  permissionsBoundaryArn: {
    default: '',
    ...text(
      new RegExp(`^(arn:aws[a-z-]*:iam::(${ACCOUNT}|aws):policy/[\\w+=,.@/-]{1,512})?$`),
      'the ARN of an IAM policy',
    ),
    about: 'the permissions boundary of every role, where the organisation demands one',
  },
  deletionProtection: {
    default: true,
    ...yesOrNo,
    about: 'whether tables and log groups refuse to be deleted, by whomever; false only for stages to throw away',
  },
  alarmTopicArn: {
    default: '',
    ...text(
      new RegExp(`^(arn:aws[a-z-]*:sns:[a-z0-9-]+:${ACCOUNT}:[\\w-]{1,256})?$`),
      'the ARN of a standard SNS topic',
    ),
    about:
      'whom the alarms tell; nothing: they change state and tell nobody. An encrypted topic needs a customer managed key that admits cloudwatch.amazonaws.com',
  },

  policySource: {
    default: 'file',
    ...text(/^(file|appconfig)$/, 'file or appconfig'),
    about: 'the policy built into the artefacts, or a configuration in AWS AppConfig',
  },
  policyApplication: { default: '', ...id, about: 'with `appconfig`: the id of the application' },
  policyEnvironment: { default: '', ...id, about: 'with `appconfig`: the id of the environment' },
  policyProfile: { default: '', ...id, about: 'with `appconfig`: the id of the configuration profile' },
  policyMaxAgeSeconds: { default: 60, ...seconds, about: 'after which the next request renews the policy' },
  policyMaxStaleSeconds: { default: 3600, ...seconds, about: 'for how long a policy is used that cannot be renewed' },

  reconciliationSchedule: {
    default: 'rate(15 minutes)',
    ...schedule,
    about: 'how often the audit trail is checked against CloudTrail; at least every six hours, else an alarm goes off',
  },
  otherStages: {
    default: '',
    ...text(/^([a-z][a-z0-9-]{0,19}(,[a-z][a-z0-9-]{0,19})*)?$/, 'names of stages joined by commas'),
    about:
      'the other stages of this account and region, which reconcile for themselves; writes by a role of any that is not named are findings',
  },
  scanEnabled: {
    default: false,
    ...yesOrNo,
    about: 'whether everything that exists in Bedrock is checked against the policy on a schedule',
  },
  scanSchedule: { default: 'rate(1 day)', ...schedule, about: 'how often; longer than a scan takes' },
} as const satisfies Readonly<Record<string, Parameter>>;

export type ParameterName = keyof typeof PARAMETERS;

export const PARAMETER_DEFAULTS = Object.fromEntries(
  Object.entries<Parameter>(PARAMETERS).map(([name, { default: value }]) => [name, value]),
) as Readonly<Record<ParameterName, string | number | boolean>>;
