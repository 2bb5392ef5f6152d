import type { BuildOptions } from 'esbuild';

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
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** The command as one file that callers can copy and run on whatever Node they have. */
export const COMMAND_BUNDLING = {
  ...BUNDLING,
  outExtension: {},
  splitting: false,
  target: 'node20',
} as const satisfies BuildOptions;
