/**
 * Two log groups: all functions' one, with the audit trail in it, and the gateway's access log. Nobody deletes them while
 * they are protected, and they stay when the stack goes.
 */

import { METRICS_NAMESPACE } from '../metrics/units.ts';
import type { Deployment } from './deployment.ts';
import { THROTTLED_BY_GATEWAY } from './metrics.ts';

export const LOG_GROUP = 'LogGroup';
export const ACCESS_LOG_GROUP = 'AccessLogGroup';

export const logGroupName = (stage: string) => `/portcullis/${stage}`;

export function logResources({ stage, logRetentionInDays, kmsKeyArn, deletionProtection }: Deployment) {
  const group = (LogGroupName: string) => ({
    Type: 'AWS::Logs::LogGroup',
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      LogGroupName,
      RetentionInDays: logRetentionInDays,
      DeletionProtectionEnabled: deletionProtection,
      ...(kmsKeyArn ? { KmsKeyId: kmsKeyArn } : {}),
    },
  });
  return {
    [LOG_GROUP]: group(logGroupName(stage)),
    [ACCESS_LOG_GROUP]: group(`${logGroupName(stage)}/access`),
    // A REST API has no metric of what its throttling refused.
    ThrottledRequests: {
      Type: 'AWS::Logs::MetricFilter',
      Properties: {
        LogGroupName: { Ref: ACCESS_LOG_GROUP },
        FilterPattern: '{ $.refused = "THROTTLED" }',
        MetricTransformations: [
          {
            MetricNamespace: METRICS_NAMESPACE,
            MetricName: THROTTLED_BY_GATEWAY,
            MetricValue: '1',
            Unit: 'Count',
            Dimensions: [{ Key: 'service', Value: '$.service' }],
          },
        ],
      },
    },
  };
}
