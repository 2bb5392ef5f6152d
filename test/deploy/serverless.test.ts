import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ConfigError, parseConfig } from '../../src/config.ts';
import { PARAMETER_DEFAULTS } from '../../src/deploy/parameters.ts';
import { PERMISSIONS } from '../../src/deploy/permissions.ts';
import { resourcesFor as resourcesOf } from '../../src/deploy/resources.ts';
import { roleId } from '../../src/deploy/roles.ts';
import { IDEMPOTENCY_TABLE, PROVENANCE_TABLE, tableResources } from '../../src/deploy/tables.ts';
import { LIMITS } from '../../src/deploy/throttling.ts';
import { PROVENANCE_KEY } from '../../src/local/dynamodb.ts';
import { routesOf } from '../../src/local/routes.ts';
import type { Services } from '../../src/services.ts';
import { deployment } from './deployment.ts';

interface FunctionEvent {
  readonly http?: { readonly method: string; readonly path: string; readonly authorizer?: unknown };
  readonly schedule?: { readonly rate: readonly string[]; readonly enabled: string };
}

interface FunctionEntry {
  readonly handler: string;
  readonly role: string;
  readonly events?: readonly FunctionEvent[];
}

interface Template {
  readonly functions: Record<string, FunctionEntry>;
  readonly provider: { readonly environment: Record<string, string> };
}

const { functions, provider } = parse(readFileSync('serverless.yml', 'utf8')) as Template;
const names = Object.keys(functions).sort();
const services = {} as Services;
const routesOfFunction = ({ events = [] }: FunctionEntry) => events.flatMap(({ http }) => http ?? []);

/** What the functions are given where a deployment sets these parameters. */
function environment(set: Record<string, unknown> = {}): Record<string, string> {
  const values: Record<string, unknown> = { ...PARAMETER_DEFAULTS, ...set };
  const filled = Object.entries(provider.environment).map(([name, value]) => [
    name,
    String(value).replace(/\$\{(?:param:)?([\w:]+)\}/g, (_, variable) => String(values[variable] ?? 'prod')),
  ]);
  return { AWS_REGION: 'us-east-1', ...Object.fromEntries(filled) };
}

interface Role {
  readonly Properties: {
    readonly Policies: readonly {
      readonly PolicyDocument: { readonly Statement: readonly { readonly Action: string[] }[] };
    }[];
  };
}

function resourcesFor(given: Record<string, string>): Record<string, Role> {
  return resourcesOf(given, deployment()) as never;
}

const statementsOf = (role: Role | undefined) => role!.Properties.Policies[0]!.PolicyDocument.Statement;

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
  const deployed = Object.entries(functions).flatMap(([name, entry]) =>
    routesOfFunction(entry).map(({ method, path }) => `${method.toUpperCase()} /${path} ${name}`),
  );
  const local = routesOf(services).map(({ method, path, functionName }) => `${method} ${path} ${functionName}`);
  expect(local.sort()).toEqual(deployed.sort());
});

test('each limit of the gateway is of a route that there is', () => {
  const routes = Object.values(functions).flatMap((entry) =>
    routesOfFunction(entry).map(({ method, path }) => `${method.toUpperCase()} /${path}`),
  );
  for (const { method, path } of LIMITS) expect(routes).toContain(`${method} ${path}`);
});

test('every route but health is authorized, here and there', () => {
  for (const [name, entry] of Object.entries(functions)) {
    for (const { authorizer } of routesOfFunction(entry)) {
      expect([name, authorizer !== undefined]).toEqual([name, name !== 'health']);
    }
  }
  for (const { functionName, authorization } of routesOf(services)) {
    expect([functionName, authorization !== 'none']).toEqual([functionName, functionName !== 'health']);
  }
});

describe('the scan', () => {
  test('is called by a clock if a parameter says so, as reconciliation always is, and has no route', () => {
    const scheduled = names.filter((name) => functions[name]?.events?.some(({ schedule }) => schedule !== undefined));
    expect(scheduled).toEqual(['reconcile', 'scan']);
    expect(routesOfFunction(functions.scan!)).toEqual([]);
    expect(PARAMETER_DEFAULTS).toMatchObject({ scanEnabled: false, scanSchedule: 'rate(1 day)' });
  });

  test('may read, and write nothing but where it goes on', () => {
    const Statement = statementsOf(resourcesFor(environment()).ScanRole);
    const actions = Statement.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => /^(bedrock|dynamodb):/.test(action)).sort()).toEqual([
      'bedrock:GetAgent',
      'bedrock:GetAgentActionGroup',
      'bedrock:ListAgentActionGroups',
      'bedrock:ListAgents',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
    ]);
    expect(Statement).toContainEqual({ Effect: 'Allow', Action: ['bedrock:ListAgents'], Resource: '*' });
  });
});

describe('the tables', () => {
  const tables = tableResources(deployment());

  // A scan or an auditor reads it years later.
  test('what is known of who wrote a group is kept for good', () => {
    expect(tables[PROVENANCE_TABLE].Properties).not.toHaveProperty('TimeToLiveSpecification');
    expect(tables[IDEMPOTENCY_TABLE].Properties).toHaveProperty('TimeToLiveSpecification');
  });

  test('have the names that the functions are given, and the keys that the local ones have', () => {
    const { provenanceTable, idempotencyTable } = parseConfig(environment());
    const described = Object.values(tables).map(({ Properties: { TableName, KeySchema } }) => [
      TableName,
      KeySchema.map(({ AttributeName }) => AttributeName),
    ]);
    expect(described).toEqual([
      [idempotencyTable, ['id']],
      [provenanceTable, PROVENANCE_KEY],
    ]);
  });
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
    const undeciding = ['detect-bypass', 'health', 'identity-authorizer', 'jwt-authorizer', 'reconcile'];
    const decide = names.filter((name) => !undeciding.includes(name));
    expect(mentions(resources)).toEqual(decide);
    expect(statementsOf(resources.GetPolicyRole)).toContainEqual({
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
