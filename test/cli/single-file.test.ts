/** Callers copy the command as one file, and run it as the credential_process of their AWS clients. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BedrockAgentClient, GetAgentCommand } from '@aws-sdk/client-bedrock-agent';
import { fromProcess } from '@aws-sdk/credential-provider-process';
import { build } from 'esbuild';
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { callerFromAuthorizer } from '../../src/identity/authorized.ts';
import { IDENTITY_HEADER, identityAuthorizer } from '../../src/identity/authorizer.ts';
import { startGateway } from '../../src/local/gateway/server.ts';
import { AUDIENCE, ROLE, stsAndVerifier } from '../identity/proofs.ts';

let bundle: string;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-'));
  bundle = join(folder, 'portcullis.mjs');
  const { metafile } = await build({
    entryPoints: ['src/cli/main.ts'],
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    metafile: true,
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  expect(imports.filter((path) => !isBuiltin(path))).toEqual([]);
  return () => rm(folder, { recursive: true });
});

/** Real clocks on both sides: the SDK would renew credentials that are older than it. */
test('the AWS SDK is identified by it, behind a gateway with the authorizer', async () => {
  const { sts, verifier } = await stsAndVerifier({ now: Date.now });
  vi.stubEnv('AWS_ACCESS_KEY_ID', ROLE.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', ROLE.secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', ROLE.sessionToken);
  onTestFinished(() => void vi.unstubAllEnvs());
  const log = { info: () => {}, error: () => {} };
  const gateway = await startGateway({
    routes: [
      {
        method: 'ANY',
        path: '/aws/{proxy+}',
        authorization: { authorizer: identityAuthorizer(verifier, log), identityHeader: IDENTITY_HEADER },
        handler: async ({ requestContext }) => {
          const { arn, uniqueId } = callerFromAuthorizer(requestContext.authorizer, Date.now());
          const agent = { agentId: 'AGENT12345', agentName: arn, agentResourceRoleArn: uniqueId };
          return { statusCode: 200, body: JSON.stringify({ agent }) };
        },
      },
    ],
    principals: [],
    auth: 'iam',
    allowUnsigned: false,
    port: 0,
    region: 'us-east-1',
    accountId: '444455556666',
    onError: () => {},
  });
  onTestFinished(() => gateway.close());

  const client = (audience: string) =>
    new BedrockAgentClient({
      region: 'us-east-1',
      endpoint: `${gateway.url}/aws`,
      maxAttempts: 1,
      credentials: async () => {
        const command = `"${process.execPath}" "${bundle}" credentials --audience ${audience} --region us-east-1 --sts-endpoint ${sts.url}`;
        const config = join(bundle, '..', `config-${audience.length}`);
        await writeFile(config, `[profile portcullis]\ncredential_process = ${command}\n`);
        return fromProcess({ profile: 'portcullis', configFilepath: config, filepath: config })();
      },
    });
  const { agent } = await client(AUDIENCE).send(new GetAgentCommand({ agentId: 'AGENT12345' }));
  expect([agent?.agentName, agent?.agentResourceRoleArn]).toEqual([ROLE.arn, 'AROAPAYMENTSPAYMENTS']);

  await expect(
    client('https://other.example.com').send(new GetAgentCommand({ agentId: 'AGENT12345' })),
  ).rejects.toMatchObject({
    name: 'AccessDeniedException',
    $metadata: { httpStatusCode: 403, attempts: 1 },
  });
});
