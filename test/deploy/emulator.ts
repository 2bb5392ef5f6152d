/**
 * `npm run check:stack`: makes the packaged stack in moto's server, where that is on the machine, and says of which types it
 * made every resource and of which it knows nothing. Exits with 1 where the stack or a resource that moto knows fails.
 *
 * moto evaluates references and creates what it knows; it checks no permissions, runs no function, and takes values that AWS
 * would refuse.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { packaged, type Template } from './packaged.ts';

const REGION = 'us-east-1';
const BUCKET = 'artefacts';
const STACK = 'portcullis-prod';
/** moto runs no code, so every artefact is an archive with nothing in it. */
const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]);
const MODES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'as it comes': {},
  'private, with a key': {
    endpointType: 'PRIVATE',
    vpcEndpointIds: 'vpce-0a1b2c3d4e5f67890',
    kmsKeyArn: `arn:aws:kms:${REGION}:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666`,
    awsAuthorization: 'proof',
  },
};

interface Moto {
  call(service: string, path: string, method: string, body?: string | Buffer): Promise<string>;
  stop(): void;
}

async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const server = spawn('moto_server', ['-p', String(port)], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  const call: Moto['call'] = async (service, path, method, body) => {
    const scope = `test/20260101/${REGION}/${service}/aws4_request`; // by which moto knows whom it plays
    const headers = {
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
      ...(typeof body === 'string' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    };
    const reply = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body }) });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${service} ${method} ${path}: ${reply.status} ${text.slice(0, 1_000)}`);
    return text;
  };
  for (let tries = 0; ; tries += 1) {
    try {
      await call('s3', `/${BUCKET}`, 'PUT');
      return { call, stop: () => server.kill() };
    } catch (error) {
      if (tries === 100) throw error;
      await sleep(200);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Puts the template where CloudFormation reads it, and each function's artefact where the template says it is. */
async function upload({ call }: Moto, template: Template): Promise<void> {
  const text = JSON.stringify(template, (key, value) => (key === 'S3Bucket' ? BUCKET : value));
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type === 'AWS::Lambda::Function') await call('s3', `/${BUCKET}/${Properties.Code.S3Key}`, 'PUT', EMPTY_ZIP);
  }
  await call('s3', `/${BUCKET}/template.json`, 'PUT', Buffer.from(text));
}

function cloudFormation({ call }: Moto, Action: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const query = new URLSearchParams({ Action, Version: '2010-05-15', StackName: STACK, ...more });
  return call('cloudformation', '/', 'POST', query.toString());
}

const all = (text: string, tag: string) =>
  [...text.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map(([, value]) => value!);

const TEMPLATE = {
  TemplateURL: `https://${BUCKET}.s3.amazonaws.com/template.json`,
  'Capabilities.member.1': 'CAPABILITY_NAMED_IAM',
};

/** What of the template the stack has not, by type. */
async function notMade(moto: Moto, template: Template): Promise<Map<string, number>> {
  const made = new Set(all(await cloudFormation(moto, 'ListStackResources'), 'LogicalResourceId'));
  const missing = Object.entries(template.Resources).filter(([id]) => !made.has(id));
  const counts = new Map<string, number>();
  for (const [, { Type }] of missing) counts.set(Type, (counts.get(Type) ?? 0) + 1);
  return counts;
}

/** What moto 5.2 has no resource of; whatever else is missing was not made for a fault of ours. */
const UNKNOWN_TO_MOTO = new Set([
  'AWS::ApiGateway::Account',
  'AWS::ApiGateway::Authorizer',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApiGateway::Stage',
  'AWS::CloudWatch::Alarm',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Logs::MetricFilter',
  'AWS::Logs::QueryDefinition',
  'AWS::S3::BucketPolicy',
]);

async function check(mode: string, parameters: Readonly<Record<string, string>>): Promise<boolean> {
  const moto = await startMoto();
  try {
    const template = await packaged('prod', parameters);
    await upload(moto, template);
    await cloudFormation(moto, 'CreateStack', TEMPLATE);
    const [status] = all(await cloudFormation(moto, 'DescribeStacks'), 'StackStatus');
    const missing = await notMade(moto, template);
    const count = Object.keys(template.Resources).length;
    const ours = [...missing].filter(([type]) => !UNKNOWN_TO_MOTO.has(type));
    const left = [...missing].map(([type, number]) => `${number} ${type}`).join(', ');
    console.log(
      `${mode}: ${status}, ${count - [...missing.values()].reduce((a, b) => a + b, 0)} of ${count} resources made`,
    );
    console.log(`  moto makes none of: ${left}`);
    for (const [type, number] of ours) console.log(`  failed: ${number} ${type}`);
    return status === 'CREATE_COMPLETE' && ours.length === 0;
  } finally {
    moto.stop();
  }
}

function isHere(): boolean {
  try {
    execFileSync('moto_server', ['--help'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

if (isHere()) {
  for (const [mode, parameters] of Object.entries(MODES)) {
    if (!(await check(mode, parameters))) process.exitCode = 1;
  }
} else {
  console.log('skipped: moto_server is not on this machine');
}
