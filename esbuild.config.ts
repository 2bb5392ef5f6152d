/**
 * Builds `dist/<operation>/`: one ESM bundle (`index.mjs`) for each file in `src/handlers/`, and beside those that
 * decide the organisation's policy, checked and compiled to JSON, so that a Lambda parses no YAML. A policy with a mistake fails
 * the build. `dist/portcullis.mjs` is the command as one file, for callers to copy.
 */
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { build, type Metafile } from 'esbuild';
import { bundleFunction, bundleOutsidePolicy, COMMAND_BUNDLING, readsOutsidePolicy } from './src/bundle/bundling.ts';
import { OUTSIDE_POLICY } from './src/bundle/outside-policy.ts';
import { serialise } from './src/policy/policy.ts';
import { readPolicy } from './src/policy-source/policy-file.ts';

const HANDLERS = 'src/handlers';
const POLICY = process.env.POLICY_FILE ?? 'policy/organisation.yaml';

const policy = serialise(readPolicy(await readFile(POLICY), POLICY));
const operations = (await readdir(HANDLERS)).map((file) => file.replace(/\.ts$/, '')).sort();

await rm('dist', { recursive: true, force: true });
const outside = await bundleOutsidePolicy('dist');
await Promise.all(
  operations.map(async (operation) => {
    const outdir = `dist/${operation}`;
    const metafile = await bundleFunction(`${HANDLERS}/${operation}.ts`, outdir);
    if (readsOutsidePolicy(metafile)) {
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

function kib({ outputs }: Metafile): number {
  return Math.ceil(Object.values(outputs).reduce((sum, { bytes }) => sum + bytes, 0) / 1024);
}
