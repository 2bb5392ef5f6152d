import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { PERMISSIONS } from '../../src/deploy/permissions.ts';

export interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: the shape is CloudFormation's, one for each type
  readonly Properties: any;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  /** Not of the template: the files that each function's package holds, by its name. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
}

/** What the build makes for a function, as far as packages tell them apart. */
const BUILT = ['index.mjs', 'index.cjs', 'policy.json', 'outside-policy/policy-file.mjs'];

const manifest = createRequire(import.meta.url).resolve('serverless/package.json');
const command = join(
  dirname(manifest),
  JSON.parse(readFileSync(manifest, 'utf8')).bin.serverless ?? 'bin/serverless.js',
);

/**
 * What `npm run package` makes of serverless.yml. The functions' code is left out: no template depends on it, and a clean
 * clone has not built it.
 *
 * @throws what the framework prints, where it refuses.
 */
export async function packaged(stage: string, parameters: Readonly<Record<string, string>> = {}): Promise<Template> {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-package-'));
  try {
    cpSync('serverless.yml', join(folder, 'serverless.yml'));
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
    symlinkSync(resolve('src'), join(folder, 'src'));
    for (const name of Object.keys(PERMISSIONS)) {
      mkdirSync(join(folder, 'dist', name, 'outside-policy'), { recursive: true });
      for (const file of BUILT) writeFileSync(join(folder, 'dist', name, file), 'export const handler = undefined;\n');
    }
    const given = Object.entries(parameters).map(([name, value]) => `--param=${name}=${value}`);
    const args = [command, 'package', '--stage', stage, ...given];
    await promisify(execFile)(process.execPath, args, { cwd: folder, env: { ...process.env, NO_COLOR: '1' } });
    const made = (file: string) => readFileSync(join(folder, '.serverless', file));
    const packages = Object.keys(PERMISSIONS).map((name) => [name, namesIn(made(`${name}.zip`))] as const);
    const template = JSON.parse(made('cloudformation-template-update-stack.json').toString());
    return Object.defineProperty(template, 'packages', { value: Object.fromEntries(packages) }); // in no copy of it
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The names that the central directory of a ZIP file lists. */
function namesIn(zip: Buffer): string[] {
  const names: string[] = [];
  for (let at = zip.indexOf('PK\x01\x02', 0, 'latin1'); at >= 0; at = zip.indexOf('PK\x01\x02', at + 46, 'latin1')) {
    names.push(zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28)));
  }
  return names;
}
