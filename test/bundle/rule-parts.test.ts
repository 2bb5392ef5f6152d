/** What a function has of the rules: enough to decide as they do, and to tell and read policies where it does that. */
import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { BUNDLING } from '../../src/bundle/bundling.ts';
import { PARTS, withMembers } from '../../src/bundle/rule-parts.ts';
import type { Judged, Rule } from '../../src/policy/rule.ts';
import { RULES } from '../../src/policy/rules/index.ts';

let code: Record<string, string>;
let bundled: {
  RULES: ReadonlyMap<string, Rule>;
  WORDS: ReadonlyMap<string, Rule>;
  SETTINGS: ReadonlyMap<string, object>;
};

async function bundle(names: readonly string[]): Promise<string> {
  const of = { RULES: 'rules/index', WORDS: 'rule-words', SETTINGS: 'rule-settings' } as Readonly<
    Record<string, string>
  >;
  const contents = names.map((name) => `export { ${name} } from './src/policy/${of[name]}.ts';`).join('\n');
  const stdin = { contents, resolveDir: process.cwd() };
  const { outputFiles } = await build({ ...BUNDLING, stdin, outdir: 'nowhere', write: false });
  return outputFiles.map(({ text }) => text).join();
}

beforeAll(async () => {
  code = { RULES: await bundle(['RULES']), all: await bundle(['RULES', 'WORDS', 'SETTINGS']) };
  bundled = await import(`data:text/javascript,${encodeURIComponent(code.all as string)}`);
});

test('what decides brings no example, no summary and no grammar', () => {
  expect([...RULES.keys()].filter((id) => !code.RULES?.includes(id))).toEqual([]);
  const inAscii = (text: string) =>
    JSON.stringify(text)
      .slice(1, -1)
      .match(/^[ -~]+/)?.[0] as string;
  const summaries = Array.from(RULES.values(), ({ summary }) => inAscii(summary));
  expect(summaries.filter((text) => code.RULES?.includes(text))).toEqual([]);
  expect(summaries.filter((text) => !code.all?.includes(text))).toEqual([]);
  expect(code.RULES?.match(/examples|notes:"[^"]|Did you mean|rawTransform/g)).toBeFalsy();
});

describe.each([...RULES])('%s', (id, rule) => {
  test('decides as it does', () => {
    const ours = bundled.RULES.get(id) as Rule;
    expect(ours.operations).toEqual(rule.operations);
    for (const { settings, actionGroup = {}, request } of rule.examples) {
      const judged: Judged = { operation: rule.operations[0]!, agentId: 'AGENT12345', actionGroup, ...request };
      expect(ours.check(judged, settings)).toEqual(rule.check(judged, settings));
    }
  });

  test('is told as it is, and takes the settings that it takes', () => {
    const words = bundled.WORDS.get(id) as Rule;
    expect(words.summary).toBe(rule.summary);
    for (const { settings } of rule.examples) expect(words.describe(settings)).toBe(rule.describe(settings));
    expect(Object.keys(bundled.SETTINGS.get(id) as object)).toEqual(Object.keys(rule.settings));
  });

  test('has its members where they are looked for', async () => {
    const source = await readFile(`src/policy/rules/${id}.ts`, 'utf8');
    const all = ['examples', 'notes', ...new Set(Object.values(PARTS).flat())];
    expect(withMembers(source, all)).toBe(source);
    expect(withMembers(source, [])).toMatch(/^export default defineRule\(\{\n\}\);$/m);
  });
});

test('another layout stops the build', () => {
  expect(() => withMembers('export default defineRule({ id });\n', ['id'])).toThrow('not laid out');
});
