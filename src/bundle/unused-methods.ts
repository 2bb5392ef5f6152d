/**
 * Methods of the SDK's and of Powertools' classes that nothing mentions: a bundler drops functions that nobody uses, but no
 * methods. A test holds each function's whole bundle against these names.
 */
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** By the end of a module's path. */
export const UNUSED_METHODS: Readonly<Record<string, readonly string[]>> = {
  // Context, keys and buffers of a logger that outlives a line; lines here carry all of it themselves.
  'logger/lib/esm/Logger.js': [
    'addContext',
    'addPersistentLogAttributes',
    'appendKeys',
    'clearBuffer',
    'createChild',
    'createLogger',
    'critical',
    'getCorrelationId',
    'getLevelName',
    'getPersistentLogAttributes',
    'injectLambdaContext',
    'injectLambdaContextAfterOrOnError',
    'injectLambdaContextBefore',
    'logEventIfEnabled',
    'refreshSampleRateCalculation',
    'removeKeys',
    'removePersistentLogAttributes',
    'resetKeys',
    'setCorrelationId',
    'setPersistentLogAttributes',
    'shouldLogEvent',
  ],
  'logger/lib/esm/LogAttributesStore.js': [
    'clearTemporaryAttributes',
    'getTemporaryAttributes',
    'removeTemporaryKeys',
    'setLambdaContext',
  ],
  'commons/lib/esm/Utility.js': ['getColdStart', 'isValidServiceName'],
  'metrics/lib/esm/Metrics.js': [
    'addMetadata',
    'captureColdStartMetric',
    'logMetrics',
    'setFunctionName',
    'setThrowOnEmptyMetrics',
  ],
  // Middy goes round Idempotency here, not through it.
  'idempotency/lib/esm/IdempotencyHandler.js': ['handleMiddyAfter', 'handleMiddyBefore', 'handleMiddyOnError'],
  'signature-v4/dist-es/SignatureV4.js': ['presign'],
  'node-http-handler/dist-es/node-http-handler.js': ['httpHandlerConfigs', 'updateHttpClientConfig'],
  'protocols/HttpProtocol.js': ['getEventStreamMarshaller', 'resolveError'],
  'schema/schemas/NormalizedSchema.js': ['getKeySchema', 'getMemberSchema'],
  'json/codec-v2/JsonShapeSerializer2.js': ['writeDiscriminatedDocument'],
};

/** Mentioned, behind a condition that nothing here meets: each is of an option that is not given, or of event streams. */
const UNREACHED_METHODS: Readonly<Record<string, readonly string[]>> = {
  'logger/lib/esm/Logger.js': ['bufferLogItem', 'flushBuffer'],
  'logger/lib/esm/LogInvocationStore.js': ['#getBuffer', 'add', 'delete', 'get'],
  'signature-v4/dist-es/SignatureV4.js': ['signEvent', 'signMessage', 'signString'],
  'protocols/HttpProtocol.js': [
    'deserializeEventStream',
    'loadEventStreamCapability',
    'resolveEventStreamMarshaller',
    'serializeEventStream',
  ],
};

export const unusedMethods: Plugin = {
  name: 'unused-methods',
  setup({ onLoad }) {
    for (const module of new Set([...Object.keys(UNUSED_METHODS), ...Object.keys(UNREACHED_METHODS)])) {
      const names = [...(UNUSED_METHODS[module] ?? []), ...(UNREACHED_METHODS[module] ?? [])];
      const filter = new RegExp(`/node_modules/.*/${module.replaceAll('.', '\\.')}$`);
      onLoad({ filter }, async ({ path }) => ({ contents: withoutMethods(await readFile(path, 'utf8'), names) }));
    }
  },
};

/**
 * @param source as TypeScript's compiler prints it, four spaces before each method and before its end
 * @throws where a method is not found: another version has it no more, or prints it in another way
 */
export function withoutMethods(source: string, names: readonly string[]): string {
  return names.reduce((left, name) => {
    const method = new RegExp(
      `^ {4}(?:/\\*.*\\*/ )?(?:static )?(?:async )?${name}\\(.*\\) \\{\\n(?:(?! {4}\\}\\n).*\\n)* {4}\\}\\n`,
      'm',
    );
    if (!method.test(left)) throw new Error(`There is no method ${name} to leave out.`);
    return left.replace(method, '');
  }, source);
}
