/**
 * What each deployed function may do: exactly the calls that its operation makes. The roles are made from this table, and
 * tests hold it against the template and against the calls that the functions were seen to make.
 */
export interface Permissions {
  /** Actions on the agents of this account and region. */
  readonly bedrock: readonly string[];
  /** Actions on the table of idempotency records. */
  readonly idempotencyTable: readonly string[];
}

export const PERMISSIONS: Readonly<Record<string, Permissions>> = {
  'create-action-group': {
    // Listing and reading find the group again when the answer to its creation was lost.
    bedrock: ['bedrock:CreateAgentActionGroup', 'bedrock:GetAgentActionGroup', 'bedrock:ListAgentActionGroups'],
    idempotencyTable: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
  },
};
