/** What is compared: each is bundled as ours is, and two of them also as one would do it. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { BUNDLING } from '../../src/bundle/bundling.ts';
import { serialise } from '../../src/policy/policy.ts';
import { readPolicyFile } from './policies.ts';

export interface Subject {
  readonly name: SubjectName;
  /** Path of the module that exports `handler`. */
  readonly bundle: string;
  /** All JavaScript that is shipped where the policy comes with it: one file. */
  readonly bytes: number;
  /** Of source and packages, in it. */
  readonly modules: number;
}

export type SubjectName = 'bare' | 'bare, plain' | 'idempotent' | 'by hand' | 'by hand, plain' | 'ours';

const OURS = 'src/handlers/create-action-group.ts';

/** What esbuild does for Node unless it is told more: one CommonJS file, the packages' CommonJS builds, all credentials. */
const PLAIN: BuildOptions = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: BUNDLING.target,
  minify: BUNDLING.minify,
  legalComments: BUNDLING.legalComments,
  outExtension: { '.js': '.cjs' },
  logLevel: 'warning',
  metafile: true,
};

/**
 * Powertools' own layer wants an optional companion that nothing here needs. What stands in for its two functions is smaller
 * than it, so that IDEMPOTENT is a little lighter than a real one.
 */
const COMPANION = { '@aws-sdk/util-dynamodb': './test/support/util-dynamodb.ts' };
const WITH_COMPANION = { ...BUNDLING, alias: { ...BUNDLING.alias, ...COMPANION } };

/** @param folder where the bundles are put; each finds the policy of this repository beside it */
export async function buildSubjects(folder: string): Promise<Readonly<Record<SubjectName, Subject>>> {
  const policy = serialise(await readPolicyFile());
  const [bare, barePlain, idempotent, byHand, byHandPlain, ours] = await Promise.all([
    bundle('bare', 'test/bench/subjects/bare.ts', BUNDLING, join(folder, 'bare')),
    bundle('bare, plain', 'test/bench/subjects/bare.ts', PLAIN, join(folder, 'plain')),
    bundle('idempotent', 'test/bench/subjects/idempotent.ts', WITH_COMPANION, join(folder, 'idempotent')),
    bundle('by hand', 'test/bench/subjects/by-hand.ts', WITH_COMPANION, join(folder, 'by-hand')),
    bundle(
      'by hand, plain',
      'test/bench/subjects/by-hand.ts',
      { ...PLAIN, alias: COMPANION },
      join(folder, 'by-hand-plain'),
    ),
    bundle('ours', OURS, BUNDLING, join(folder, 'ours')),
  ]);
  await writeFile(join(folder, 'ours', 'policy.json'), policy);
  return { bare, 'bare, plain': barePlain, idempotent, 'by hand': byHand, 'by hand, plain': byHandPlain, ours };
}

async function bundle(name: SubjectName, entry: string, options: BuildOptions, outdir: string): Promise<Subject> {
  const { metafile } = await build({ ...options, metafile: true, entryPoints: { index: entry }, outdir });
  const [[path, { bytes, inputs }], ...others] = Object.entries(metafile.outputs) as [Output, ...Output[]];
  if (others.length > 0) throw new Error(`${name} is more than one file: ${path}, ${others.map(([other]) => other)}`);
  return {
    name,
    bundle: resolve(path),
    bytes,
    modules: Object.keys(inputs).length,
  };
}

type Output = [path: string, Metafile['outputs'][string]];
