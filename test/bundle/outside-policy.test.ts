/** A function without the reader of policies, as most stages package it. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { bundleFunction } from '../../src/bundle/bundling.ts';
import { OUTSIDE_POLICY } from '../../src/bundle/outside-policy.ts';
import { serialise } from '../../src/policy/policy.ts';
import { readPolicyFile } from '../bench/policies.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portcullis-'));
  await bundleFunction('src/policy-source/policy-source.ts', folder);
  await writeFile(join(folder, 'policy.json'), serialise(await readPolicyFile()));
  return () => rm(folder, { recursive: true });
});

async function load(file?: string): Promise<string> {
  const program = `
    const { loadPolicy } = await import(process.argv[1]);
    console.log(await loadPolicy(process.argv[2]).then(({ revision }) => revision, ({ message }) => message));`;
  const args = ['--input-type=module', '--eval', program, join(folder, 'index.mjs'), ...(file ? [file] : [])];
  return (await promisify(execFile)(process.execPath, args)).stdout.trim();
}

test('it decides by the policy that was built with it', async () => {
  expect(await load()).toBe((await readPolicyFile()).document.revision);
});

test('it refuses another file, and says what to do', async () => {
  const file = resolve('policy/organisation.yaml');
  expect(await load(file)).toMatch(/organisation\.yaml cannot be read: .*policySource=appconfig.* Unset POLICY_FILE/);
});

test('a reader that is there and fails says so itself', async () => {
  await mkdir(join(folder, OUTSIDE_POLICY));
  onTestFinished(() => rm(join(folder, OUTSIDE_POLICY), { recursive: true }));
  await writeFile(join(folder, OUTSIDE_POLICY, 'policy-file.mjs'), "throw new Error('The grammar is broken.');");
  expect(await load(resolve('policy/organisation.yaml'))).toBe('The grammar is broken.');
});
