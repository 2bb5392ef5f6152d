/** Where a bundled client calls its service is where the SDK's own rule set sends it, whatever an operator sets. */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';

type Resolver = (params: object) => { url: URL; properties: object; headers?: object };

type Partitions = { partitions: { regions: Record<string, unknown> }[] };

const CLIENTS = (await readdir('src/bundle/lambda-sdk/endpoints')).map((file) => file.replace(/\.ts$/, ''));

const regions: string[] = [];
const theirs = new Map<string, Resolver>();

beforeAll(async () => {
  const path = 'node_modules/@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js';
  const { partitionsInfo } = await load<{ partitionsInfo: Partitions }>(`export { partitionsInfo } from './${path}';`);
  for (const { regions: known } of partitionsInfo.partitions) regions.push(...Object.keys(known));
  for (const client of CLIENTS) {
    const resolver = `./node_modules/@aws-sdk/${client}/dist-es/endpoint/endpointResolver.js`;
    const exported = await load<{ defaultEndpointResolver: Resolver }>(
      `export { defaultEndpointResolver } from '${resolver}';`,
    );
    theirs.set(client, exported.defaultEndpointResolver);
  }
});

/** @returns what the module exports */
async function load<Exports>(contents: string): Promise<Exports> {
  const stdin = { contents, resolveDir: process.cwd() };
  const { outputFiles } = await build({ stdin, bundle: true, platform: 'node', format: 'cjs', write: false });
  const module = { exports: {} as Exports };
  new Function('module', 'require', outputFiles[0]?.text ?? '')(module, createRequire(import.meta.url));
  return module.exports;
}

/** Not yet known to this version of the SDK, or no region at all. */
const UNKNOWN = [
  'us-east-9',
  'cn-west-9',
  'us-gov-north-1',
  'eusc-de-south-1',
  'us-isob-west-9',
  'eu-isoe-east-9',
  'mars-1',
];
const BOTH = [false, true];
const URLS = [undefined, 'http://127.0.0.1:4566', 'https://vpce-1.dynamodb.us-east-1.vpce.amazonaws.com/base'];

function* regionalParams(): Generator<object> {
  for (const Region of [undefined, ...regions, ...UNKNOWN])
    for (const Endpoint of URLS)
      for (const UseFIPS of BOTH) for (const UseDualStack of BOTH) yield { Region, Endpoint, UseFIPS, UseDualStack };
}

const table = (region: string, account: string) => `arn:aws:dynamodb:${region}:${account}:table/records`;

function* dynamodbParams(): Generator<object> {
  const arns = [
    'records',
    table('us-east-1', '111122223333'),
    table('eu-west-9', '111122223333'),
    table('us-east-1', '-'),
  ];
  for (const params of regionalParams())
    for (const AccountIdEndpointMode of [undefined, 'preferred', 'required', 'disabled'])
      for (const AccountId of [undefined, '444455556666', 'no account'])
        for (const ResourceArn of [...arns, 'arn:aws:s3:us-east-1:111122223333:table/records', 'arn:aws:dynamodb'])
          yield { ...params, AccountIdEndpointMode, AccountId, ResourceArn };
  for (const region of ['us-east-1', 'us-gov-west-1', 'cn-north-1'])
    for (const suffix of ['api.aws', 'api.amazonwebservices.com.cn', 'amazonaws.com'])
      for (const name of ['dynamodb', 'search-dynamodb'])
        yield { Region: region, Endpoint: `https://${name}.${region}.${suffix}`, UseFIPS: false, UseDualStack: false };
}

function outcome(resolver: Resolver, params: object) {
  try {
    const { url, properties, headers } = resolver(params);
    return { url: url.href, properties, headers };
  } catch (error) {
    const { name, message } = error as Error;
    return { name, message };
  }
}

describe.each(CLIENTS)('%s', (client) => {
  test('is called where its rule set says, or refused in its words', async () => {
    const { defaultEndpointResolver } = await import(`../../src/bundle/lambda-sdk/endpoints/${client}.ts`);
    const known = theirs.get(client) as Resolver;
    const different: object[] = [];
    let asked = 0;
    for (const params of client === 'client-dynamodb' ? dynamodbParams() : regionalParams()) {
      asked++;
      const [ours, expected] = [outcome(defaultEndpointResolver, params), outcome(known, params)];
      if (JSON.stringify(ours) !== JSON.stringify(expected)) different.push({ params, ours, expected });
    }
    expect(different.slice(0, 3)).toEqual([]);
    expect(asked).toBeGreaterThan(500);
  });

  test('takes no parameter that is not among those', async () => {
    const source = await readFile(
      join('node_modules/@aws-sdk', client, 'dist-es/endpoint/endpointResolver.js'),
      'utf8',
    );
    const known = ['Endpoint', 'Region', 'UseDualStack', 'UseFIPS'];
    const ofTables = ['AccountId', 'AccountIdEndpointMode', 'IsSearchOperation', 'ResourceArn', 'ResourceArnList'];
    const params = [...(/params: \[([^\]]+)\]/.exec(source)?.[1] ?? '').matchAll(/"(\w+)"/g)].map(([, name]) => name);
    expect(params.toSorted()).toEqual(client === 'client-dynamodb' ? [...known, ...ofTables].sort() : known);
  });
});
