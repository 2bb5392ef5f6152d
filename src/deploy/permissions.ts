/**
 * What each deployed function may do: exactly the calls that its operation makes. The roles are made from this table, and
 * tests hold it against the template and against the calls that the functions were seen to make.
 */
export interface Permissions {
  /** Actions on the agents of this account and region. */
  readonly bedrock: readonly string[];
  /** Actions of Bedrock that know no single agent, so that IAM can confine them to none. */
  readonly bedrockAccount: readonly string[];
  /** Actions on the table of idempotency records and leases. */
  readonly table: readonly string[];
  /** Actions on the table of provenance. */
  readonly provenance: readonly string[];
  /** Actions on the configuration in AppConfig, where that is the policy. */
  readonly policy: readonly string[];
  /** Actions that read the log group of the functions, and so the audit trail. */
  readonly log: readonly string[];
  /** Actions of CloudTrail, which knows no resource for them. */
  readonly trail: readonly string[];
}

/** Called by a clock or an event: what they fail to take goes to the queue of the undelivered. */
export const ASYNCHRONOUS: readonly string[] = ['scan', 'reconcile', 'detect-bypass'];

const NOTHING: Permissions = {
  bedrock: [],
  bedrockAccount: [],
  table: [],
  provenance: [],
  policy: [],
  log: [],
  trail: [],
};
/** What every function needs that decides anything. */
const DECIDING: Permissions = {
  ...NOTHING,
  policy: ['appconfig:GetLatestConfiguration', 'appconfig:StartConfigurationSession'],
};
const RECORDS = ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'];
const REMEMBERING = ['dynamodb:UpdateItem'];
/** Any write may be asked to make itself live. */
const PREPARING = ['bedrock:GetAgent', 'bedrock:PrepareAgent'];

export const PERMISSIONS: Readonly<Record<string, Permissions>> = {
  'create-action-group': {
    ...DECIDING,
    // Listing and reading find the group again when the answer to its creation was lost.
    bedrock: [
      'bedrock:CreateAgentActionGroup',
      'bedrock:GetAgentActionGroup',
      'bedrock:ListAgentActionGroups',
      ...PREPARING,
    ],
    table: RECORDS,
    provenance: REMEMBERING,
  },
  'list-action-groups': { ...DECIDING, bedrock: ['bedrock:ListAgentActionGroups'] },
  'get-action-group': { ...DECIDING, bedrock: ['bedrock:GetAgentActionGroup'] },
  'get-provenance': { ...DECIDING, bedrock: ['bedrock:GetAgentActionGroup'], provenance: ['dynamodb:GetItem'] },
  'update-action-group': {
    ...DECIDING,
    bedrock: ['bedrock:GetAgentActionGroup', 'bedrock:UpdateAgentActionGroup', ...PREPARING],
    table: RECORDS,
    provenance: REMEMBERING,
  },
  'put-action-group': {
    ...DECIDING,
    bedrock: [
      'bedrock:CreateAgentActionGroup',
      'bedrock:GetAgentActionGroup',
      'bedrock:ListAgentActionGroups',
      'bedrock:UpdateAgentActionGroup',
      ...PREPARING,
    ],
    table: RECORDS,
    provenance: REMEMBERING,
  },
  'delete-action-group': {
    ...DECIDING,
    // A deletion with `disableFirst` reads and updates the group before.
    bedrock: [
      'bedrock:DeleteAgentActionGroup',
      'bedrock:GetAgentActionGroup',
      'bedrock:UpdateAgentActionGroup',
      ...PREPARING,
    ],
    table: RECORDS,
    provenance: REMEMBERING,
  },
  'prepare-agent': { ...DECIDING, bedrock: PREPARING, table: RECORDS },
  'get-agent': { ...DECIDING, bedrock: ['bedrock:GetAgent'] },
  'evaluate-policy': DECIDING,
  'get-policy': DECIDING,
  'aws-protocol': {
    ...DECIDING,
    bedrock: [
      'bedrock:CreateAgentActionGroup',
      'bedrock:DeleteAgentActionGroup',
      'bedrock:GetAgentActionGroup',
      'bedrock:ListAgentActionGroups',
      'bedrock:UpdateAgentActionGroup',
      ...PREPARING,
    ],
    table: RECORDS,
    provenance: REMEMBERING,
  },
  scan: {
    ...DECIDING,
    bedrock: ['bedrock:GetAgent', 'bedrock:GetAgentActionGroup', 'bedrock:ListAgentActionGroups'],
    bedrockAccount: ['bedrock:ListAgents'],
    // Where a long scan goes on.
    table: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem'],
    provenance: ['dynamodb:Query'],
  },
  reconcile: {
    ...NOTHING,
    // How far it came, and what was told.
    table: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
    provenance: ['dynamodb:Query', 'dynamodb:UpdateItem'],
    log: ['logs:FilterLogEvents'],
    trail: ['cloudtrail:LookupEvents'],
  },
  'detect-bypass': { ...NOTHING, table: ['dynamodb:PutItem', 'dynamodb:UpdateItem'] },
  'identity-authorizer': NOTHING,
  // It reads the issuer's public keys from the internet.
  'jwt-authorizer': NOTHING,
  health: NOTHING,
};
