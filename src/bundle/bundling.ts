import type { BuildOptions, Metafile } from 'esbuild';
import { lazyBuiltinModules } from './builtin-modules.ts';
import { lambdaSdk } from './lambda-sdk.ts';
import { ruleParts } from './rule-parts.ts';
import { unusedMethods } from './unused-methods.ts';

/** How a function is bundled, by the build and for tests of what is deployed. */
export const BUNDLING = {
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true, // what only some requests need is loaded by those
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minify: true,
  mainFields: ['module', 'main'], // the SDK's ESM builds shake to two thirds of their CommonJS ones
  alias: { yaml: './node_modules/yaml/browser/index.js' }, // its build for Node is CommonJS, whose `require` fails in ESM
  plugins: [lazyBuiltinModules, lambdaSdk, ruleParts, unusedMethods],
  charset: 'utf8',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** What only a policy from outside the artefact needs: it is deployed where `policySource` is `appconfig`, and there alone. */
export const OUTSIDE_POLICY = 'outside-policy';

/**
 * The files of one function: itself, and apart from it, in a folder that the package of most stages leaves out, the client of
 * AppConfig and the reader of policies as people write them.
 *
 * @param handler path of the file that exports it
 */
export function entryPointsOf(handler: string): Record<string, string> {
  return {
    index: handler,
    [`${OUTSIDE_POLICY}/app-config`]: 'src/policy-source/app-config.ts',
    [`${OUTSIDE_POLICY}/policy-file`]: 'src/policy-source/policy-file.ts',
  };
}

/** Every file that a function may come to load; one that needs no policy reaches no reader of policies. */
export function filesOf({ outputs }: Metafile, handler: string): string[] {
  const reached = new Set(Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === handler));
  for (const path of reached) {
    for (const { path: next, external } of outputs[path]?.imports ?? []) if (!external) reached.add(next);
  }
  return [...reached];
}

/** The command as one file that callers can copy and run on whatever Node they have. */
export const COMMAND_BUNDLING = {
  ...BUNDLING,
  outExtension: {},
  plugins: [], // `process.getBuiltinModule` is younger than the oldest Node 20
  splitting: false,
  target: 'node20',
} as const satisfies BuildOptions;
