import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

/**
 * Takes Node's own modules as `require` gives them, instead of by an `import`.
 *
 * An ES import of a builtin module reads every export of it, the lazy ones too: `import 'node:http'`, for one name, loads all
 * of `fetch` and WebSocket behind `http.WebSocket` (22 of 27 ms, Middy's share of a cold start), `node:crypto` loads Web
 * Crypto, `node:process` opens the standard streams. Here an export is read when it is used.
 */
export const lazyBuiltinModules: Plugin = {
  name: 'lazy-builtin-modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ path }) => {
      if (!isBuiltin(path)) return undefined;
      return { path: path.replace(/^(?:node:)?/, 'node:'), namespace: 'builtin', sideEffects: false };
    });
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};
