/** Where an event goes that a function without a caller could not take, after its retries; somebody has to look at it. */
import type { Deployment } from './deployment.ts';

export const UNDELIVERED_QUEUE = 'UndeliveredQueue';

export function undeliveredResources({ name, kmsKeyArn }: Deployment) {
  return {
    [UNDELIVERED_QUEUE]: {
      Type: 'AWS::SQS::Queue',
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
      Properties: {
        QueueName: `${name}-undelivered`,
        MessageRetentionPeriod: 1_209_600, // the longest there is, in seconds: 14 days
        ...(kmsKeyArn ? { KmsMasterKeyId: kmsKeyArn } : { SqsManagedSseEnabled: true }),
      },
    },
  };
}
