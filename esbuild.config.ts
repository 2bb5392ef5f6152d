/**
 * Builds `dist/<operation>/`: one ESM bundle (`index.mjs`) for each file in `src/handlers/`, and beside those that
 * decide by it the organisation's policy, checked and compiled to JSON, so that a Lambda parses no YAML. A policy with a mistake fails
 * the build. `dist/portcullis.mjs` is the command as one file, for callers to copy.
 */
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { build, type Metafile } from 'esbuild';
import { bundleFunction, bundleOutsidePolicy, COMMAND_BUNDLING, decidesByPolicy } from './src/bundle/bundling.ts';
import { OUTSIDE_POLICY } from './src/bundle/outside-policy.ts';
import { serialise } from './src/policy/policy.ts';
import { PolicyFileError, readPolicy } from './src/policy-source/policy-file.ts';

const HANDLERS = 'src/handlers';
const POLICY = process.env.POLICY_FILE ?? 'policy/organisation.yaml';

const policy = await readPolicyToBuildIn();
const operations = (await readdir(HANDLERS)).map((file) => file.replace(/\.ts$/, '')).sort();

await rm('dist', { recursive: true, force: true });
const outside = await bundleOutsidePolicy('dist');
await Promise.all(
  operations.map(async (operation) => {
    const outdir = `dist/${operation}`;
    const metafile = await bundleFunction(`${HANDLERS}/${operation}.ts`, outdir);
    if (decidesByPolicy(metafile)) {
      await writeFile(`${outdir}/policy.json`, policy);
      await cp(`dist/${OUTSIDE_POLICY}`, `${outdir}/${OUTSIDE_POLICY}`, { recursive: true });
    }
    // `serverless invoke local` looks for nothing but CommonJS; Lambda takes index.mjs, and the package leaves this out.
    await writeFile(`${outdir}/index.cjs`, "module.exports = require('./index.mjs');\n");
    console.log(`${outdir}/index.mjs  ${kib(metafile)} KiB`);
  }),
);
await rm(`dist/${OUTSIDE_POLICY}`, { recursive: true });
console.log(`${OUTSIDE_POLICY}, where the policy is read from outside  ${kib(outside)} KiB`);

await build({ entryPoints: ['src/cli/main.ts'], outfile: 'dist/portcullis.mjs', ...COMMAND_BUNDLING });
console.log('dist/portcullis.mjs');

/** A mistake in it is told without a stack: it is the policy's author who reads that. */
async function readPolicyToBuildIn(): Promise<string> {
  try {
    return serialise(readPolicy(await readFile(POLICY), POLICY));
  } catch (error) {
    if (!(error instanceof PolicyFileError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

function kib({ outputs }: Metafile): number {
  return Math.ceil(Object.values(outputs).reduce((sum, { bytes }) => sum + bytes, 0) / 1024);
}
