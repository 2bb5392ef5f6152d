import type { Local } from './start.ts';

/** What `npm start` prints: where it listens, and three requests to paste. */
export function welcome({ gateway, principals, unsigned, bedrock, config, identity }: Local): string {
  const signed = principals.filter(({ accessKeyId }) => accessKeyId !== undefined);
  const [first] = signed;
  const user = unsigned
    ? ''
    : ` --aws-sigv4 "aws:amz:${config.region}:execute-api" --user "${first?.accessKeyId}:$SECRET"`;
  const post = (body: object) =>
    `curl -i${user} ${gateway.url}/v1/agents/AGENT12345/versions/DRAFT/action-groups \\\n` +
    `  -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
  const booking = {
    actionGroupName: 'bookings',
    clientToken: 'my-first-action-group-0000000000001',
    actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:111122223333:function:agents-book' },
    functionSchema: { functions: [{ name: 'book', description: 'Books a table.' }] },
  };
  const forbidden = {
    actionGroupName: 'shell',
    actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:999922223333:function:anything' },
    apiSchema: { s3: { s3BucketName: 'somebody-elses-bucket', s3ObjectKey: 'api.yaml' } },
  };
  return `
Portcullis listens on ${gateway.url}
  policy    ${config.appConfig === undefined ? config.policyFile : 'AWS AppConfig'}
  bedrock   ${bedrock === undefined ? config.endpoints.bedrockAgent?.endpoint : `embedded emulator, ${bedrock.url}`}
  dynamodb  ${config.endpoints.dynamodb?.endpoint}
${identity === undefined ? '' : `  sts       ${identity.sts.origin} (proofs of identity are made for ${identity.audience})\n`}  callers   ${[unsigned ? ['unsigned requests'] : [], signed.map(({ accessKeyId }) => accessKeyId)].flat().join(', ')}

Create an action group (201):

${post(booking)}

Ask for what the policy forbids (403, with every violation and its remedy):

${post(forbidden)}

Send the first request again: the same answer with Idempotent-Replayed: true, and nothing is created twice.

${post(booking)}

What follows are the log lines that would go to CloudWatch, audit records among them. Stop with Ctrl-C.
`;
}
