import { fileURLToPath } from 'node:url';
import type { Binding } from '../identity/proof.ts';
import { demoPrincipals, type LocalPrincipal } from './gateway/principals.ts';
import type { Local } from './start.ts';

const AUTH: Readonly<Record<Local['auth'], string>> = {
  any: 'signatures for execute-api or bedrock',
  iam: 'signatures for execute-api alone',
  proof: 'signatures for execute-api; on /aws a proof of identity',
};

/** The demo's secrets are public; those of `LOCAL_PRINCIPALS` are the developer's own. */
const isDemo = (principal: LocalPrincipal) => demoPrincipals.includes(principal);

const CLI = fileURLToPath(new URL('../cli/main.ts', import.meta.url));

/** The line for a profile of ~/.aws/config that gives an AWS client the proof, as one of the callers. */
function proof({ audience, sts }: Binding, caller: LocalPrincipal | undefined): string {
  if (caller === undefined) return '';
  const secret = isDemo(caller) ? caller.secretAccessKey : '$SECRET';
  const keys = `-u AWS_SESSION_TOKEN AWS_ACCESS_KEY_ID=${caller.accessKeyId} AWS_SECRET_ACCESS_KEY=${secret}`;
  const options = `--audience ${audience} --region ${sts.region} --sts-endpoint ${sts.origin}`;
  return `  proof     credential_process = env ${keys} "${process.execPath}" "${CLI}" credentials ${options}\n`;
}

/**
 * What `npm start` prints: where it listens, and three requests to paste.
 *
 * @param isTerminal the log that follows is written for a person
 */
export function welcome(local: Local, isTerminal: boolean): string {
  const { gateway, principals, unsigned, bedrock, config, identity, auth, tokens } = local;
  const signed = principals.filter(({ accessKeyId }) => accessKeyId !== undefined);
  const [first] = signed;
  const user = tokens
    ? ' -H "authorization: Bearer $TOKEN"'
    : unsigned
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
  const callers = [
    ...(tokens ? [`on /v1 a token of ${tokens.issuer} for ${tokens.audience}; on /aws:`] : []),
    ...(unsigned ? ['a request without a signature'] : []),
    ...signed.map(
      (principal) => `${principal.accessKeyId}${isDemo(principal) ? ` (secret ${principal.secretAccessKey})` : ''}`,
    ),
  ];
  return `
Portcullis listens on ${gateway.url}
  policy    ${config.appConfig === undefined ? config.policyFile : 'AWS AppConfig'}
  bedrock   ${bedrock === undefined ? config.endpoints.bedrockAgent?.endpoint : `embedded emulator, ${bedrock.url}`}
  dynamodb  ${config.endpoints.dynamodb?.endpoint}
  callers   ${callers.join('\n            ')}
  auth      ${AUTH[auth]}
${identity === undefined ? '' : proof(identity, first)}
Create an action group (201):

${post(booking)}

Ask for what the policy forbids (403, with every violation and its remedy):

${post(forbidden)}

Send the first request again: the same answer with Idempotent-Replayed: true, and nothing is created twice.

${post(booking)}

${
  isTerminal
    ? 'What follows is a line for each decision, and what failed; npm start | cat shows the lines that would go to CloudWatch.'
    : 'What follows are the log lines that would go to CloudWatch, audit records among them.'
} Stop with Ctrl-C.
`;
}
