/** What is left out of the bundled SDK is missed by nobody: a built client, as Lambda would run it, against a server. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { BUNDLING, entryPointsOf } from '../../src/deploy/bundling.ts';
import { withPlainKeys } from '../../src/deploy/lambda-sdk.ts';

const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLEACCESSKEY',
  AWS_SECRET_ACCESS_KEY: 'example-secret',
  AWS_SESSION_TOKEN: 'example-session-token',
};

/** Makes a creation and prints what came of it. */
const CALLER = `
  import { BedrockAgentClient, CreateAgentActionGroupCommand, ThrottlingException } from '@aws-sdk/client-bedrock-agent';
  const group = { agentId: 'AGENT12345', agentVersion: 'DRAFT', actionGroupName: 'bookings' };
  try {
    const { agentActionGroup } = await new BedrockAgentClient().send(new CreateAgentActionGroupCommand(group));
    console.log(JSON.stringify({ id: agentActionGroup.actionGroupId, createdAt: agentActionGroup.createdAt.getTime() }));
  } catch (error) {
    const { name, $metadata, $retryable } = error;
    const isModelled = error instanceof ThrottlingException;
    console.log(JSON.stringify({ name, isModelled, attempts: $metadata?.attempts, $retryable }));
  }
`;

let bundle: string;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-'));
  const stdin = { contents: CALLER, resolveDir: process.cwd() };
  await build({ ...BUNDLING, stdin, outdir: folder, entryNames: 'index' });
  bundle = join(folder, 'index.mjs');
  return () => rm(folder, { recursive: true });
});

describe('a bundled client', () => {
  test('signs with the credentials of the environment, session token included', async () => {
    const { headers, printed } = await call(CREDENTIALS, [[200, { agentActionGroup: GROUP }]]);
    expect(printed).toEqual({ id: 'GROUP12345', createdAt: Date.parse(GROUP.createdAt) });
    expect(headers[0]?.authorization).toContain(`Credential=${CREDENTIALS.AWS_ACCESS_KEY_ID}/`);
    expect(headers[0]?.['x-amz-security-token']).toBe(CREDENTIALS.AWS_SESSION_TOKEN);
    expect(headers[0]?.['user-agent']).toMatch(/api\/bedrock-agent#\d/);
  });

  test('asks nobody for credentials where the environment has none', async () => {
    const { headers, printed } = await call({}, []);
    expect([printed.name, headers]).toEqual(['CredentialsProviderError', []]);
  });

  test('tries again, and then throws the error of the service model', async () => {
    const { printed, headers } = await call({ ...CREDENTIALS, AWS_MAX_ATTEMPTS: '2' }, [
      [500, {}, 'InternalServerException'],
      [429, { message: 'Slow down.' }, 'ThrottlingException'],
    ]);
    expect(printed).toMatchObject({ name: 'ThrottlingException', isModelled: true, attempts: 2 });
    expect(headers).toHaveLength(2);
  });
});

const GROUP = { actionGroupId: 'GROUP12345', createdAt: '2026-11-20T12:00:00.000Z' };

type Answer = readonly [status: number, body: object, error?: string];

async function call(credentials: Record<string, string>, answers: readonly Answer[]) {
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    const [status, body, error] = answers[headers.length] ?? [500, {}];
    headers.push(request.headers);
    request.resume();
    response.writeHead(status, { 'Content-Type': 'application/json', ...(error && { 'x-amzn-ErrorType': error }) });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const env = { AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_BEDROCK_AGENT: `http://127.0.0.1:${port}`, ...credentials };
  const { stdout } = await promisify(execFile)(process.execPath, [bundle], { env });
  return { headers, printed: JSON.parse(stdout) };
}

/** Enough for any function; each reads what it needs. */
const ENVIRONMENT = {
  AWS_LAMBDA_FUNCTION_NAME: 'bundled',
  AWS_REGION: 'us-east-1',
  POLICY_FILE: 'policy/organisation.yaml',
  IDEMPOTENCY_TABLE: 'idempotency',
  LOG_GROUP: '/portcullis/test',
  SERVICE_ROLES: 'portcullis-writer',
  IDENTITY_AUDIENCE: 'portcullis-test',
  JWT_ISSUER: 'https://idp.example.com',
  JWT_AUDIENCE: 'portcullis-test',
};

/** A part that is left out and missed stops the build, or the function where it makes its clients. */
test('every function is bundled, and starts', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const names = (await readdir('src/handlers')).map((file) => file.replace(/\.ts$/, ''));
  const started = names.map(async (name) => {
    const outdir = join(folder, name);
    await build({ ...BUNDLING, entryPoints: entryPointsOf(`src/handlers/${name}.ts`), outdir });
    const start = `console.log(typeof (await import('${outdir}/index.mjs')).handler)`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', start], {
      env: ENVIRONMENT,
    });
    return `${name}: ${stdout.trim()}`;
  });
  expect(await Promise.all(started)).toEqual(names.map((name) => `${name}: function`));
}, 60_000);

describe('the shapes of a service', () => {
  test.each([
    [
      'a text of the module',
      'const _e = "error";\nvar A = { [_e]: _c };',
      'const _e = "error";\nvar A = { "error": _c };',
    ],
    ['anything else', 'var A = { [key]: 1, b: [x] };', 'var A = { [key]: 1, b: [x] };'],
  ])('a computed key that is %s', (_what, source, expected) => {
    expect(withPlainKeys(source)).toBe(expected);
  });

  test.each(['client-bedrock-agent', 'client-dynamodb'])('%s: the same with plain keys', async (client) => {
    const resolveDir = `node_modules/@aws-sdk/${client}/dist-es/schemas`;
    const source = await readFile(join(resolveDir, 'schemas_0.js'), 'utf8');
    const plain = withPlainKeys(source);
    expect(plain).not.toMatch(/\[_\w+\]:/);
    const shapes = await shapesOf(source, resolveDir);
    expect(shapes.length).toBeGreaterThan(100);
    expect(await shapesOf(plain, resolveDir)).toEqual(shapes);
  });
});

async function shapesOf(contents: string, resolveDir: string): Promise<string[]> {
  const stdin = { contents, resolveDir };
  const { outputFiles } = await build({ stdin, bundle: true, platform: 'node', format: 'cjs', write: false });
  const module = { exports: {} };
  new Function('module', 'require', outputFiles[0]?.text ?? '')(module, createRequire(import.meta.url));
  return Object.entries(module.exports).map(([name, shape]) => `${name} ${JSON.stringify(shape)}`);
}
