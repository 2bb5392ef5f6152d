import { build } from 'esbuild';
import { expect, test } from 'vitest';

test('a deployed function loads AppConfig’s client, Powertools Parameters and the YAML parser only when it asks for them', async () => {
  const { metafile } = await build({
    entryPoints: ['src/handlers/create-action-group.ts'],
    outdir: 'dist',
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    metafile: true,
  });
  const apart = /client-appconfigdata|powertools\/parameters|node_modules\/yaml\//;
  const atStart = new Set<string>();
  const visit = (path: string) => {
    if (atStart.has(path)) return;
    atStart.add(path);
    for (const { path: next, kind } of metafile.outputs[path]?.imports ?? []) {
      if (kind === 'import-statement') visit(next);
    }
  };
  visit('dist/create-action-group.js');
  const inputs = (paths: Iterable<string>) =>
    [...paths].flatMap((path) => Object.keys(metafile.outputs[path]?.inputs ?? {}));
  expect(inputs(atStart).filter((input) => apart.test(input))).toEqual([]);
  expect(inputs(Object.keys(metafile.outputs)).filter((input) => apart.test(input))).not.toEqual([]);
});
