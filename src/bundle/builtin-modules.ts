import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

/**
 * Takes of Node's own modules what is used, instead of by an `import`.
 *
 * An ES import of a builtin module reads every export of it, the lazy ones too: `import 'node:http'`, for one name, loads all
 * of `fetch` and WebSocket behind `http.WebSocket`, for 22 ms of a cold start; `node:crypto` loads Web Crypto,
 * `node:process` opens the standard streams. Here every export is a constant, which the bundler drops where nobody uses it.
 *
 * The names are those of the Node that builds. One that Lambda's lacks is undefined there, where an import would fail at once.
 */
export const lazyBuiltinModules: Plugin = {
  name: 'lazy-builtin-modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ path, kind }) => {
      if (!isBuiltin(path)) return undefined;
      const namespace = kind === 'import-statement' ? 'builtin' : 'builtin-whole';
      return { path: path.replace(/^(?:node:)?/, 'node:'), namespace, sideEffects: false };
    });
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({ contents: withNamedExports(path) }));
    // Whoever asks by `require` or `import()` gets the module, and reads of it what it uses.
    onLoad({ filter: /./, namespace: 'builtin-whole' }, ({ path }) => ({
      contents: `module.exports = ${moduleOf(path)};`,
    }));
  },
};

function moduleOf(path: string): string {
  return `process.getBuiltinModule(${JSON.stringify(path)})`;
}

function withNamedExports(path: string): string {
  const names = Object.keys(process.getBuiltinModule(path) as object).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name));
  return [
    `const whole = /* @__PURE__ */ (() => ${moduleOf(path)})();`,
    'const read = (name) => whole[name];',
    'export default whole;',
    ...names
      .filter((name) => name !== 'default')
      .map((name, at) => `const _${at} = /* @__PURE__ */ read("${name}"); export { _${at} as ${name} };`),
  ].join('\n');
}
