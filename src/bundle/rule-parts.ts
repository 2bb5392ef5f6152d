/**
 * What a function has of the rules. A decision by settings that were read takes each rule's `check`;
 * `rule-words.ts` and `rule-settings.ts` bring their own part, where a policy is told, or read from outside. Examples are for
 * tests and docs.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

export const PARTS = {
  check: ['id', 'operations', 'check'],
  words: ['id', 'summary', 'describe'],
  settings: ['id', 'settings'],
} as const satisfies Record<string, readonly string[]>;

export type Part = keyof typeof PARTS;

const CORE = '/src/policy/';
const RULES = '/src/policy/rules/';

export const ruleParts: Plugin = {
  name: 'rule-parts',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, importer, resolveDir, pluginData }) => {
      const found = join(resolveDir, path);
      if (!found.includes(CORE)) return undefined;
      // Nothing in the core does anything by being loaded: what only members need that are left out goes with them.
      const pure = { path: found, sideEffects: false };
      if (!found.includes(RULES)) return pure;
      const part: Part = pluginData?.part ?? (/\/rule-(words|settings)\.ts$/.exec(importer)?.[1] || 'check');
      return { ...pure, suffix: `?${part}`, pluginData: { part } };
    });
    onLoad({ filter: /\/src\/policy\/rules\/(?:index|\w+-[\w-]+)\.ts$/ }, async ({ path, pluginData }) => {
      const part: Part = pluginData?.part ?? 'check';
      const source = await readFile(path, 'utf8');
      const contents = path.endsWith('/index.ts') ? source : withMembers(source, PARTS[part]);
      return { contents, loader: 'ts', pluginData: { part } };
    });
  },
};

const RULE = /(?<=^export default defineRule\(\{\n)[\s\S]*?(?=^\}\);\n)/m;

/** As the formatter lays it out, up to the next one or the end. */
const MEMBER = /^ {2}(\w+)(?:\(|:)[\s\S]*?\n(?= {2}\w|$(?![\s\S]))/gm;

/** A rule's module, of whose members only these are left. */
export function withMembers(source: string, members: readonly string[]): string {
  if (!RULE.test(source)) throw new Error('This is not laid out as a rule.');
  return source.replace(RULE, (rule) => rule.replace(MEMBER, (all, name) => (members.includes(name) ? all : '')));
}
