/** What is left out of the bundled SDK is missed by nobody: a built client, as Lambda would run it, against a server. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type Metafile } from 'esbuild';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { BUNDLING, bundleFunction, bundleOutsidePolicy } from '../../src/bundle/bundling.ts';
import { DYNAMODB_ERRORS, withPlainKeys } from '../../src/bundle/lambda-sdk.ts';
import { UNUSED_METHODS } from '../../src/bundle/unused-methods.ts';

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

/** Writes an item and prints what came of it. */
const WRITER = `
  import { ConditionalCheckFailedException, DynamoDBClient, DynamoDBServiceException, PutItemCommand } from '@aws-sdk/client-dynamodb';
  const put = new PutItemCommand({ TableName: 'records', Item: { id: { S: 'a' } }, ReturnValues: 'ALL_OLD' });
  try {
    const { Attributes, $metadata } = await new DynamoDBClient().send(put);
    console.log(JSON.stringify({ before: Attributes, attempts: $metadata.attempts }));
  } catch (error) {
    const { name, message, Item, $metadata, $fault } = error;
    const isModelled = error instanceof ConditionalCheckFailedException;
    const isDynamoDBs = error instanceof DynamoDBServiceException;
    const { httpStatusCode: status, attempts } = $metadata;
    console.log(JSON.stringify({ name, message, Item, isModelled, isDynamoDBs, $fault, status, attempts }));
  }
`;

let bundle: string;
let writer: string;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-'));
  const bundled = async (name: string, contents: string) => {
    const stdin = { contents, resolveDir: process.cwd() };
    await build({ ...BUNDLING, stdin, outdir: join(folder, name), entryNames: 'index' });
    return join(folder, name, 'index.mjs');
  };
  [bundle, writer] = await Promise.all([bundled('caller', CALLER), bundled('writer', WRITER)]);
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

test('an answer that comes in pieces is read whole', async () => {
  const { printed } = await call(CREDENTIALS, [(response) => inPieces(response, (last) => response.end(last))]);
  expect(printed).toMatchObject({ id: 'GROUP12345' });
});

test('an answer that ends early is no answer, and the call is made again', async () => {
  const endEarly: Answer = (response) => inPieces(response, () => response.destroy());
  const settings = { ...CREDENTIALS, AWS_MAX_ATTEMPTS: '3' };
  const { printed, headers } = await call(settings, [endEarly, endEarly, [200, { agentActionGroup: GROUP }]]);
  expect([printed.id, headers.length]).toEqual(['GROUP12345', 3]);
  expect((await call({ ...CREDENTIALS, AWS_MAX_ATTEMPTS: '1' }, [endEarly])).printed.id).toBeUndefined();
});

/** Lambda's clock may run on before it is set right, after the process was frozen. */
test('a bundled client whose clock is wrong goes by that of the service', async () => {
  const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
  const refused = [403, { message: 'Signature expired' }, 'InvalidSignatureException', { Date: inAnHour }] as const;
  const { headers, printed } = await call(CREDENTIALS, [refused, [200, { agentActionGroup: GROUP }]]);
  expect(printed).toMatchObject({ id: 'GROUP12345' });
  const [first, second] = headers.map((sent) => String(sent['x-amz-date']).slice(0, 11));
  expect(first).not.toBe(second);
});

describe('a bundled client of DynamoDB', () => {
  const write = (answers: readonly Answer[], settings = {}) => call({ ...CREDENTIALS, ...settings }, answers, writer);
  const error = (name: string, more = {}) => ({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, ...more });

  test('reads what was there before', async () => {
    const before = { id: { S: 'a' }, bytes: { B: 'AQI=' }, list: { L: [{ N: '1' }, { NULL: true }] } };
    const { printed } = await write([[200, { Attributes: before }]]);
    expect(printed).toEqual({ before: { ...before, bytes: { B: { 0: 1, 1: 2 } } }, attempts: 1 });
  });

  test('throws a failed condition with the item that failed it', async () => {
    const Item = { id: { S: 'a' } };
    const { printed } = await write([[400, error('ConditionalCheckFailedException', { message: 'No.', Item })]]);
    expect(printed).toMatchObject({ name: 'ConditionalCheckFailedException', isModelled: true, message: 'No.', Item });
  });

  test.each(['standard', 'adaptive'])('tries again what was throttled (%s)', async (AWS_RETRY_MODE) => {
    const throttled = [400, error('ProvisionedThroughputExceededException')] as const;
    const { printed, headers } = await write([throttled, [200, {}]], { AWS_RETRY_MODE });
    expect([printed.attempts, headers.length]).toEqual([2, 2]);
  });

  test.each(['TableInUseException', 'NeverHeardOfException'])('names an error without a class: %s', async (name) => {
    const { printed } = await write([[400, error(name, { message: 'No.' })]]);
    const status = 400;
    expect(printed).toMatchObject({ name, message: 'No.', isDynamoDBs: true, $fault: 'client', status, attempts: 1 });
  });

  test('has a class for every error of the calls that are made', async () => {
    const named = await Promise.all(
      (await readdir('src', { recursive: true }))
        .filter((path) => path.endsWith('.ts') && !path.startsWith('local/'))
        .map(async (path) => (await readFile(join('src', path), 'utf8')).match(/\b[A-Z]\w+(?=Command\b)/g) ?? []),
    );
    const documented = (operation: string) =>
      readFile(`node_modules/@aws-sdk/client-dynamodb/dist-types/commands/${operation}Command.d.ts`, 'utf8').catch(
        () => '', // of another service
      );
    const pages = await Promise.all([...new Set(named.flat())].map(documented));
    const thrown = pages.flatMap((page) => Array.from(page.matchAll(/@throws \{@link (\w+)\}/g), ([, name]) => name));
    expect([...DYNAMODB_ERRORS, 'DynamoDBServiceException'].sort()).toEqual([...new Set(thrown)].sort());
  });
});

const GROUP = { actionGroupId: 'GROUP12345', createdAt: '2026-11-20T12:00:00.000Z' };

type Answer =
  | readonly [status: number, body: object, error?: string, headers?: Readonly<Record<string, string>>]
  | ((response: ServerResponse) => void);

/** A group in three pieces. @param last what is done with the third */
function inPieces(response: ServerResponse, last: (piece: string) => void): void {
  const text = JSON.stringify({ agentActionGroup: GROUP });
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': text.length });
  response.write(text.slice(0, 20), () =>
    response.write(text.slice(20, 40), () => setImmediate(() => last(text.slice(40)))),
  );
}

async function call(settings: Record<string, string>, answers: readonly Answer[], program = bundle) {
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    const answer = answers[headers.length] ?? [500, {}];
    headers.push(request.headers);
    request.resume();
    if (typeof answer === 'function') return answer(response);
    const [status, body, error, more] = answer;
    const kind = error && { 'x-amzn-ErrorType': error };
    response.writeHead(status, { 'Content-Type': 'application/json', ...kind, ...more });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const env = { AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, ...settings };
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
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
test('every function is bundled, starts, and names no method that is left out', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const names = (await readdir('src/handlers')).map((file) => file.replace(/\.ts$/, ''));
  const mentioned = new Set<string>();
  const mention = async ({ outputs }: Metafile) => {
    for (const path of Object.keys(outputs)) {
      const code = await readFile(path, 'utf8');
      for (const [, member] of code.matchAll(/(?:\.|\[["'`])([A-Za-z]\w*)\b/g)) mentioned.add(member as string);
    }
  };
  await mention(await bundleOutsidePolicy(folder));
  const started = names.map(async (name) => {
    const outdir = join(folder, name);
    await mention(await bundleFunction(`src/handlers/${name}.ts`, outdir));
    const start = `console.log(typeof (await import('${outdir}/index.mjs')).handler)`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', start], {
      env: ENVIRONMENT,
    });
    return `${name}: ${stdout.trim()}`;
  });
  expect(await Promise.all(started)).toEqual(names.map((name) => `${name}: function`));
  expect(mentioned).toContain('createAndPopulateLogItem');
  const leftOut = Object.values(UNUSED_METHODS).flat();
  expect(leftOut.filter((name) => mentioned.has(name))).toEqual([]);
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
