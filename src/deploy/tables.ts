/** The two tables. They stay when the stack goes, and can be brought back to any second of the last 35 days. */
import type { Deployment } from './deployment.ts';

export const IDEMPOTENCY_TABLE = 'IdempotencyTable';
export const PROVENANCE_TABLE = 'ProvenanceTable';

export const TABLE_SUFFIX = { [IDEMPOTENCY_TABLE]: 'idempotency', [PROVENANCE_TABLE]: 'provenance' } as const;

export function tableResources(deployment: Deployment) {
  return {
    [IDEMPOTENCY_TABLE]: table(deployment, IDEMPOTENCY_TABLE, ['id'], {
      TimeToLiveSpecification: { AttributeName: 'expiration', Enabled: true },
    }),
    // Who wrote each action group: kept for good, so without a time to live.
    [PROVENANCE_TABLE]: table(deployment, PROVENANCE_TABLE, ['agentId', 'actionGroupId']),
  };
}

function table(
  { name, kmsKeyArn, deletionProtection }: Deployment,
  logicalId: keyof typeof TABLE_SUFFIX,
  keys: readonly string[],
  more = {},
) {
  return {
    Type: 'AWS::DynamoDB::Table',
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      TableName: `${name}-${TABLE_SUFFIX[logicalId]}`,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keys.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', ...(kmsKeyArn ? { KMSMasterKeyId: kmsKeyArn } : {}) },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: deletionProtection,
      ...more,
    },
  };
}
