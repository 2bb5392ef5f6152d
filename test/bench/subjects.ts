/** What is compared, each built as a deployment would build it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { BUNDLING, entryPointsOf, OUTSIDE_POLICY } from '../../src/bundle/bundling.ts';
import { serialise } from '../../src/policy/policy.ts';
import { readPolicyFile } from './policies.ts';

export interface Subject {
  readonly name: SubjectName;
  /** Path of the module that exports `handler`. */
  readonly bundle: string;
  /** All JavaScript that is shipped where the policy comes with it. */
  readonly bytes: number;
  /** What is read before the first request: itself, and the modules of source and packages in it. */
  readonly start: { readonly bytes: number; readonly files: number; readonly modules: number };
}

export type SubjectName = 'bare' | 'bare, plain' | 'idempotent' | 'ours';

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
const WITH_COMPANION = {
  ...BUNDLING,
  alias: { ...BUNDLING.alias, '@aws-sdk/util-dynamodb': './test/support/util-dynamodb.ts' },
};

/** @param folder where the bundles are put; each finds the policy of this repository beside it */
export async function buildSubjects(folder: string): Promise<Readonly<Record<SubjectName, Subject>>> {
  const policy = serialise(await readPolicyFile());
  const [bare, plain, idempotent, ours] = await Promise.all([
    bundle('bare', 'test/bench/subjects/bare.ts', BUNDLING, join(folder, 'bare')),
    bundle('bare, plain', 'test/bench/subjects/bare.ts', PLAIN, join(folder, 'plain')),
    bundle('idempotent', 'test/bench/subjects/idempotent.ts', WITH_COMPANION, join(folder, 'idempotent')),
    bundle('ours', OURS, BUNDLING, join(folder, 'ours'), entryPointsOf(OURS)),
  ]);
  await writeFile(join(folder, 'ours', 'policy.json'), policy);
  return { bare, 'bare, plain': plain, idempotent, ours };
}

async function bundle(
  name: SubjectName,
  entry: string,
  options: BuildOptions,
  outdir: string,
  entryPoints: Record<string, string> = { index: entry },
): Promise<Subject> {
  const { metafile } = await build({ ...options, metafile: true, entryPoints, outdir });
  const { outputs } = metafile;
  const started = readAtStart(metafile, entry);
  return {
    name,
    bundle: join(outdir, `index${options.outExtension?.['.js'] ?? '.js'}`),
    bytes: shipped(metafile, started).reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0),
    start: {
      bytes: started.reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0),
      files: started.length,
      modules: started.reduce((sum, path) => sum + Object.keys(outputs[path]?.inputs ?? {}).length, 0),
    },
  };
}

/** What may be loaded at some time; a policy from outside the artefact is another deployment's. */
function shipped({ outputs }: Metafile, started: readonly string[]): string[] {
  const reached = new Set(started);
  for (const path of reached) {
    for (const { path: next, external } of outputs[path]?.imports ?? []) {
      if (!external && !next.includes(`/${OUTSIDE_POLICY}/`)) reached.add(next);
    }
  }
  return [...reached];
}

/** The entry point and every chunk that it imports, other than by need. */
export function readAtStart({ outputs }: Metafile, entry: string): string[] {
  const started = new Set(Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === entry));
  for (const path of started) {
    for (const { path: next, kind, external } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && !external) started.add(next);
    }
  }
  return [...started];
}
