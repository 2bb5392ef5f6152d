import { join } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { lazyBuiltinModules } from './builtin-modules.ts';
import { lambdaSdk } from './lambda-sdk.ts';
import { OUTSIDE_ENTRY_POINTS, OUTSIDE_POLICY, outsidePolicy } from './outside-policy.ts';
import { ruleParts } from './rule-parts.ts';
import { unusedMethods } from './unused-methods.ts';

/** How a function is bundled, by the build and for tests of what is deployed. */
export const BUNDLING = {
  outExtension: { '.js': '.mjs' },
  bundle: true, // into one file: as six, what a creation loads took a cold start 2.5 ms more
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minify: true,
  mainFields: ['module', 'main'], // the SDK's ESM builds shake to two thirds of their CommonJS ones
  alias: { yaml: './node_modules/yaml/browser/index.js' }, // its build for Node is CommonJS, whose `require` fails in ESM
  plugins: [lazyBuiltinModules, lambdaSdk, ruleParts, unusedMethods, outsidePolicy],
  charset: 'ascii', // one character beyond Latin-1 doubles the text in memory, and its compiling takes 1 ms more
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;

/**
 * Bundles one function as `index.mjs`.
 *
 * @param handler path of the file that exports it
 */
export async function bundleFunction(handler: string, outdir: string): Promise<Metafile> {
  const { metafile } = await build({ ...BUNDLING, entryPoints: { index: handler }, outdir });
  return metafile;
}

/**
 * Bundles, into a folder of its own beside `index.mjs`, what reads a policy from outside.
 *
 * @param outdir where the function's bundle is
 */
export async function bundleOutsidePolicy(outdir: string): Promise<Metafile> {
  const entryPoints = OUTSIDE_ENTRY_POINTS;
  const { metafile } = await build({ ...BUNDLING, splitting: true, entryPoints, outdir: join(outdir, OUTSIDE_POLICY) });
  return metafile;
}

/** Whether a function that was bundled decides by a policy, and so may come to read one from outside. */
export function decidesByPolicy({ outputs }: Metafile): boolean {
  return Object.values(outputs).some(({ imports }) =>
    imports.some(({ path, external }) => external && path.startsWith(`./${OUTSIDE_POLICY}/`)),
  );
}

/** The command as one file that callers can copy and run on whatever Node they have. */
export const COMMAND_BUNDLING = {
  ...BUNDLING,
  outExtension: {},
  plugins: [], // `process.getBuiltinModule` is younger than the oldest Node 20
  target: 'node20',
} as const satisfies BuildOptions;
