/**
 * Builds `dist/<operation>/`: one ESM bundle (`index.mjs`, with its chunks) for each file in `src/handlers/`, and beside it
 * the organisation's policy, checked and compiled to JSON, so that a Lambda parses no YAML. A policy with a mistake fails
 * the build. `dist/portcullis.mjs` is the command as one file, for callers to copy.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { BUNDLING, COMMAND_BUNDLING, entryPointsOf, filesOf } from './src/bundle/bundling.ts';
import { serialise } from './src/policy/policy.ts';
import { readPolicy } from './src/policy-source/policy-file.ts';

const HANDLERS = 'src/handlers';
const POLICY = process.env.POLICY_FILE ?? 'policy/organisation.yaml';

const policy = serialise(readPolicy(await readFile(POLICY), POLICY));
const operations = (await readdir(HANDLERS)).map((file) => file.replace(/\.ts$/, '')).sort();

await rm('dist', { recursive: true, force: true });
await Promise.all(
  operations.map(async (operation) => {
    const outdir = `dist/${operation}`;
    const { metafile } = await build({
      entryPoints: entryPointsOf(`${HANDLERS}/${operation}.ts`),
      outdir,
      ...BUNDLING,
    });
    await writeFile(`${outdir}/policy.json`, policy);
    // `serverless invoke local` looks for nothing but CommonJS; Lambda takes index.mjs, and the package leaves this out.
    await writeFile(`${outdir}/index.cjs`, "module.exports = require('./index.mjs');\n");
    const files = filesOf(metafile, `${HANDLERS}/${operation}.ts`);
    const unused = Object.keys(metafile.outputs).filter((path) => !files.includes(path));
    await Promise.all(unused.map((path) => rm(path)));
    const bytes = files.map((path) => metafile.outputs[path]?.bytes ?? 0);
    const total = bytes.reduce((sum, size) => sum + size, 0);
    console.log(`${outdir}/index.mjs  ${Math.ceil(total / 1024)} KiB in ${bytes.length} files`);
  }),
);

await build({ entryPoints: ['src/cli/main.ts'], outfile: 'dist/portcullis.mjs', ...COMMAND_BUNDLING });
console.log('dist/portcullis.mjs');
