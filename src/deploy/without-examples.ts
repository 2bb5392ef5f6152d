import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** The examples of a rule as the formatter lays them out: for its tests and the docs, 14 KiB of a function's bundle. */
const EXAMPLES = /\n {2}examples: \[\n[\s\S]*?\n {2}\],\n/;

export const withoutExamples: Plugin = {
  name: 'without-examples',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/policy\/rules\/[\w-]+-[\w-]+\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (!EXAMPLES.test(source)) throw new Error(`${path} has no examples that could be left out.`);
      return { contents: source.replace(EXAMPLES, '\n  examples: [],\n'), loader: 'ts' };
    });
  },
};
