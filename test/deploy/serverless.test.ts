import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ConfigError, parseConfig } from '../../src/config.ts';
import { PERMISSIONS } from '../../src/deploy/permissions.ts';
import { resourcesFor, roleId } from '../../src/deploy/resources.ts';
import { routesOf } from '../../src/local/routes.ts';
import type { Services } from '../../src/services.ts';

interface HttpEvent {
  readonly http: { readonly method: string; readonly path: string; readonly authorizer?: unknown };
}

interface FunctionEntry {
  readonly handler: string;
  readonly role: string;
  readonly events?: readonly HttpEvent[];
}

interface Template {
  readonly functions: Record<string, FunctionEntry>;
  readonly params: { readonly default: Record<string, unknown> };
  readonly provider: { readonly environment: Record<string, string> };
}

const { functions, params, provider } = parse(readFileSync('serverless.yml', 'utf8')) as Template;
const names = Object.keys(functions).sort();
const services = {} as Services;

/** What the functions are given where a deployment sets these parameters. */
function environment(set: Record<string, unknown> = {}): Record<string, string> {
  const values: Record<string, unknown> = { ...params.default, ...set };
  const filled = Object.entries(provider.environment).map(([name, value]) => [
    name,
    String(value).replace(/\$\{(?:param:)?([\w:]+)\}/g, (_, variable) => String(values[variable] ?? 'prod')),
  ]);
  return { AWS_REGION: 'us-east-1', ...Object.fromEntries(filled) };
}

test('each file of src/handlers is a function, and each function a file', () => {
  const files = readdirSync('src/handlers').map((file) => file.replace(/\.ts$/, ''));
  expect(names).toEqual(files.sort());
  for (const name of names) expect(functions[name]?.handler).toBe(`dist/${name}/index.handler`);
});

test('each function has a role of its own, made from the table of permissions', () => {
  expect(Object.keys(PERMISSIONS).sort()).toEqual(names);
  for (const name of names) {
    expect(functions[name]?.role).toBe(roleId(name));
    expect(resourcesFor(environment())).toHaveProperty(roleId(name));
  }
});

test('the local gateway has the routes of the deployed one', () => {
  const deployed = Object.entries(functions).flatMap(([name, { events = [] }]) =>
    events.map(({ http }) => `${http.method.toUpperCase()} /${http.path} ${name}`),
  );
  const local = routesOf(services).map(({ method, path, functionName }) => `${method} ${path} ${functionName}`);
  expect(local.sort()).toEqual(deployed.sort());
});

test('every route but health is authorized, here and there', () => {
  for (const [name, { events = [] }] of Object.entries(functions)) {
    for (const { http } of events) expect([name, http.authorizer !== undefined]).toEqual([name, name !== 'health']);
  }
  for (const { functionName, authorization } of routesOf(services)) {
    expect([functionName, authorization !== 'none']).toEqual([functionName, functionName !== 'health']);
  }
});

describe('the policy', () => {
  const ids = { policyApplication: 'app1234', policyEnvironment: 'env1234', policyProfile: 'pro1234' };
  const mentions = (resources: object) =>
    names.filter((name) => JSON.stringify(resources[roleId(name) as keyof object]).includes('appconfig:'));

  test('is built in unless a parameter says otherwise, and no role may then read another', () => {
    expect(parseConfig(environment())).toMatchObject({ appConfig: undefined, policyFile: undefined });
    expect(mentions(resourcesFor(environment()))).toEqual([]);
    expect(mentions(resourcesFor(environment(ids)))).toEqual([]);
  });

  test('may be a configuration in AppConfig, which every function that decides may read, and nothing beside it', () => {
    const given = environment({ policySource: 'appconfig', ...ids, policyMaxAgeSeconds: 30 });
    expect(parseConfig(given).appConfig).toMatchObject({
      application: 'app1234',
      environment: 'env1234',
      profile: 'pro1234',
      maxAgeSeconds: 30,
      maxStaleSeconds: 3_600,
    });
    const resources = resourcesFor(given);
    expect(mentions(resources)).toEqual(names.filter((name) => !['health', 'identity-authorizer'].includes(name)));
    expect(resources.GetPolicyRole.Properties.Policies[0].PolicyDocument.Statement).toContainEqual({
      Effect: 'Allow',
      Action: ['appconfig:GetLatestConfiguration', 'appconfig:StartConfigurationSession'],
      Resource: {
        'Fn::Sub': expect.stringMatching(
          /^arn:[^:]+::Partition\}:appconfig:.+:application\/app1234\/environment\/env1234\/configuration\/pro1234$/,
        ),
      },
    });
  });

  test.each([
    ['without ids', { policySource: 'appconfig' }],
    ['with names for ids', { policySource: 'appconfig', ...ids, policyApplication: 'Portcullis' }],
    ['with an age that AppConfig forbids', { policySource: 'appconfig', ...ids, policyMaxAgeSeconds: 5 }],
    ['from a source that is none', { policySource: 's3' }],
  ])('is not deployed %s', (_name, set) => {
    expect(() => resourcesFor(environment(set))).toThrow(ConfigError);
  });
});
