/**
 * What of the AWS SDK and of Powertools a Lambda function needs: the rest is left out of its bundle.
 *
 * Each part below says what it takes away and why nothing misses it; `test/bundle/lambda-sdk.test.ts` runs what is built.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

const OURS = fileURLToPath(new URL('./lambda-sdk/', import.meta.url));
const LEFT_OUT = `${OURS}left-out.ts`;

/** Modules of theirs, and what is bundled instead; each of those says why nothing misses the rest. */
const STAND_INS: readonly { readonly of: RegExp; readonly by: string }[] = [
  // Lambda gives credentials in the environment, and nowhere else; it has no home directory with shared configuration.
  { of: /^@aws-sdk\/credential-provider-node$/, by: `${OURS}credentials.ts` },
  { of: /\/shared-ini-file-loader\/loadSharedConfigFiles$|^\.\/loadSharedConfigFiles$/, by: `${OURS}shared-config.ts` },
  // Reads a browser's name, in code for browsers that is there but never called.
  { of: /^bowser$/, by: `${OURS}bowser.ts` },
  { of: /\/stream-collector$/, by: `${OURS}stream-collector.ts` },
  { of: /^@smithy\/core\/event-streams$/, by: `${OURS}event-streams.ts` },
  { of: /^@aws-sdk\/middleware-endpoint-discovery$/, by: `${OURS}endpoint-discovery.ts` },
  { of: /^@aws-lambda-powertools\/jmespath(?:\/functions)?$/, by: `${OURS}jmespath.ts` },
  { of: /^\.\/date-utils$/, by: `${OURS}dates.ts` },
  { of: /\/(?:Sha256Js|HeaderFormatter|getInstanceMetadataRegion|service-customizations)$/, by: LEFT_OUT },
  { of: /\/(?:sdk-stream-mixin|emitWarningIfUnsupportedVersion)$/, by: LEFT_OUT },
  { of: /\/(?:util-endpoints|lib)\/aws(?:\/partition)?$/, by: LEFT_OUT },
  { of: /\/(?:loggerMiddleware|schemaLogFilter|runtimeExtensions)$/, by: LEFT_OUT },
  { of: /\/lru-cache$|\/logBuffer\.js$/, by: LEFT_OUT },
];

/**
 * The errors that calls about one item or one query can end in. Any other still arrives with its name and status, as an
 * error of DynamoDB that has no class of its own.
 */
export const DYNAMODB_ERRORS: ReadonlySet<string> = new Set([
  'ConditionalCheckFailedException',
  'InternalServerError',
  'InvalidEndpointException',
  'ItemCollectionSizeLimitExceededException',
  'ProvisionedThroughputExceededException',
  'ReplicatedWriteConflictException',
  'RequestLimitExceeded',
  'ResourceNotFoundException',
  'ThrottlingException',
  'TransactionConflictException',
]);

export const lambdaSdk: Plugin = {
  name: 'lambda-sdk',
  setup({ onResolve, onLoad }) {
    for (const { of, by } of STAND_INS) {
      onResolve({ filter: of }, ({ importer }) =>
        /node_modules\/@(?:aws-sdk|smithy|aws-lambda-powertools)\//.test(importer) ? { path: by } : undefined,
      );
    }
    onResolve({ filter: /\/endpointResolver$/ }, ({ importer }) => {
      const client = /\/@aws-sdk\/(client-[\w-]+)\//.exec(importer)?.[1];
      return client === undefined ? undefined : { path: `${OURS}endpoints/${client}.ts` };
    });
    onLoad({ filter: /\/@aws-sdk\/[\w-]+\/dist-es\/schemas\/schemas_\d+\.js$/ }, async ({ path }) => {
      const shapes = withPlainKeys(await readFile(path, 'utf8'));
      return { contents: path.includes('/client-dynamodb/') ? withErrors(shapes, DYNAMODB_ERRORS) : shapes };
    });
    // Of a client's own package.json its version is used, for the user agent; esbuild can drop no member of an object.
    onLoad({ filter: /\/@aws-sdk\/[\w-]+\/package\.json$/ }, async ({ path }) => {
      const { name, version } = JSON.parse(await readFile(path, 'utf8')) as { name: string; version: string };
      return { contents: JSON.stringify({ name, version }), loader: 'json' };
    });
  },
};

/**
 * The shapes of all operations of a service, written so that a bundler can drop those that nobody uses: `{ [_e]: 1 }` might
 * have an effect, for all that a bundler knows, where `const _e = "error"` stands above and `{ "error": 1 }` has none.
 *
 * @param source a generated module, whose short names of texts are constants of its own
 */
export function withPlainKeys(source: string): string {
  const texts = new Map(
    Array.from(source.matchAll(/^const (\w+) = ("[^"\\]*");$/gm), ([, name, text]) => [name, text]),
  );
  return source.replace(/\[(\w+)\]:/g, (computed, name) => (texts.has(name) ? `${texts.get(name)}:` : computed));
}

/** The shapes of a service, of whose errors only some are registered: the classes of the rest are then used by nobody. */
function withErrors(source: string, known: ReadonlySet<string>): string {
  return source.replace(/^n0_registry\.registerError\(\w+\$, (\w+)\);\n/gm, (line, name) =>
    known.has(name) ? line : '',
  );
}
