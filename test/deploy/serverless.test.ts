import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { PERMISSIONS } from '../../src/deploy/permissions.ts';
import { Resources, roleId } from '../../src/deploy/resources.ts';
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

const { functions } = parse(readFileSync('serverless.yml', 'utf8')) as { functions: Record<string, FunctionEntry> };
const names = Object.keys(functions).sort();
const services = {} as Services;

test('each file of src/handlers is a function, and each function a file', () => {
  const files = readdirSync('src/handlers').map((file) => file.replace(/\.ts$/, ''));
  expect(names).toEqual(files.sort());
  for (const name of names) expect(functions[name]?.handler).toBe(`dist/${name}/index.handler`);
});

test('each function has a role of its own, made from the table of permissions', () => {
  expect(Object.keys(PERMISSIONS).sort()).toEqual(names);
  for (const name of names) {
    expect(functions[name]?.role).toBe(roleId(name));
    expect(Resources).toHaveProperty(roleId(name));
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
