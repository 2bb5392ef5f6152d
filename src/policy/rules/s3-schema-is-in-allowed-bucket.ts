import { list, text } from '../document/schema.ts';
import { nearest } from '../nearest.ts';
import { anyOf, defineRule, violation } from '../rule.ts';

/** Whoever can write to the bucket can change what the agent is told it may do, so the bucket is the organisation’s. */
export default defineRule({
  id: 's3-schema-is-in-allowed-bucket',
  summary: 'An API schema kept in S3 lies in one of the listed buckets.',
  settings: {
    buckets: list(
      text(
        'the name of an S3 bucket',
        /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
        'Write the bare name, such as acme-agent-schemas: no s3://, no ARN, no *.',
      ),
    ),
  },
  check({ actionGroup }, { buckets }) {
    const s3 = actionGroup.apiSchema?.s3;
    if (s3 === undefined) return [];
    const bucket: unknown = s3?.s3BucketName;
    if (typeof bucket === 'string' && buckets.includes(bucket)) return [];
    const meant = typeof bucket === 'string' ? nearest(bucket, buckets) : undefined;
    return [
      violation({
        pointer: '/apiSchema/s3/s3BucketName',
        message:
          typeof bucket !== 'string'
            ? 'The schema’s bucket is not named.'
            : `The bucket ${bucket} is not allowed.${meant === undefined ? '' : ` The nearest allowed one is ${meant}.`}`,
        allowed: buckets,
        fix:
          buckets.length === 0
            ? 'Send the schema in /apiSchema/payload.'
            : 'Put the schema into an allowed bucket, or send it in /apiSchema/payload.',
      }),
    ];
  },
  describe: ({ buckets }) =>
    buckets.length === 0
      ? 'A schema is sent in the request: none may be kept in S3.'
      : `A schema kept in S3 lies in the bucket ${anyOf(buckets)}.`,
  examples: [
    {
      name: 'a schema in a listed bucket',
      settings: { buckets: ['acme-agent-schemas'] },
      actionGroup: { apiSchema: { s3: { s3BucketName: 'acme-agent-schemas', s3ObjectKey: 'book.yaml' } } },
      verdict: 'allowed',
    },
    {
      name: 'a schema sent in the request',
      settings: { buckets: [] },
      actionGroup: { apiSchema: { payload: '{"openapi":"3.0.0"}' } },
      verdict: 'allowed',
    },
    {
      name: 'a bucket whose name merely starts like a listed one',
      settings: { buckets: ['acme-agent-schemas'] },
      actionGroup: { apiSchema: { s3: { s3BucketName: 'acme-agent-schemas-mine', s3ObjectKey: 'book.yaml' } } },
      verdict: 'denied',
    },
    {
      name: 'no bucket at all',
      settings: { buckets: ['acme-agent-schemas'] },
      actionGroup: { apiSchema: { s3: { s3ObjectKey: 'book.yaml' } } },
      verdict: 'denied',
    },
  ],
});
