/**
 * What only a policy from outside the artefact needs, the client of AppConfig and the reader of policies as people write them,
 * is bundled apart from the function, in a folder that the package of most stages leaves out: it is deployed where
 * `policySource` is `appconfig`, and there alone. The two bundles share no module: what is passed
 * between them (a policy with its rules, the log) is used by its members, and never asked for its class.
 */
import type { Plugin } from 'esbuild';

/** The folder, beside the function's bundle. */
export const OUTSIDE_POLICY = 'outside-policy';

/** Its modules that a function loads, by the names of their files. */
export const OUTSIDE_ENTRY_POINTS = {
  'app-config': 'src/policy-source/app-config.ts',
  'policy-file': 'src/policy-source/policy-file.ts',
} as const satisfies Record<string, string>;

export const outsidePolicy: Plugin = {
  name: 'outside-policy',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/(?:app-config|policy-file)\.ts$/ }, ({ path, importer, kind }) =>
      kind === 'dynamic-import' && importer.endsWith('/src/policy-source/policy-source.ts')
        ? { path: path.replace('./', `./${OUTSIDE_POLICY}/`).replace(/\.ts$/, '.mjs'), external: true }
        : undefined,
    );
  },
};
