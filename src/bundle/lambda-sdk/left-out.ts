/**
 * Parts of the SDK and of Powertools that a module of theirs names, and that no Lambda of ours comes to. Called all the same,
 * each fails, saying which it is.
 */
function never(name: string): never {
  throw new TypeError(`${name} is left out of this bundle.`);
}

/** SHA-256 in JavaScript, for a machine whose Node has none. */
export class Sha256Js {
  constructor() {
    never('Sha256Js');
  }
}

/** Headers of the messages of an event stream; every signer has one of these. */
export class HeaderFormatter {
  format = () => never('HeaderFormatter');
}

/** For an answer that is read as a stream; those of the operations here are JSON. */
export const sdkStreamMixin = () => never('sdkStreamMixin');

/** Where neither `AWS_REGION` nor anything else says the region; Lambda sets it, and has no instance metadata to be asked. */
export const getInstanceMetadataRegion = async () => undefined;

/** Names of S3's buckets as parts of its address. */
export const resolveParamsForS3 = () => never('resolveParamsForS3');
export const isArnBucketName = resolveParamsForS3;
export const isDnsCompatibleBucketName = resolveParamsForS3;
export const DOT_PATTERN = /\./;
export const S3_HOSTNAME_PATTERN = /^$/;

/** Reads the rule sets for which `endpoint.ts` stands. */
export const awsEndpointFunctions = undefined;
export const partition = () => never('partition');
export const setPartitionInfo = () => never('setPartitionInfo');
export const useDefaultPartitionInfo = setPartitionInfo;
/** Set beside a list of partitions of one's own. */
export const getUserAgentPrefix = () => '';

/** Says that a version of Node grows old for the SDK: Lambda's is chosen in serverless.yml, and goes with this bundle. */
export const emitWarningIfUnsupportedVersion = () => undefined;
export const state = { warningEmitted: true };

/** What Powertools Idempotency keeps in memory, if it is told to: another instance would not know of it. */
export class LRUCache {
  constructor() {
    never('LRUCache');
  }
}

/** Lines that Powertools Logger holds back, if it is told to: those of an audit trail may not be. */
export class CircularMap {
  constructor() {
    never('CircularMap');
  }
}

/** What a client tells a logger of each call, if it is given one: none here is, and a call's body is nobody's to log. */
export const loggerMiddleware = () => never('loggerMiddleware');
export const loggerMiddlewareOptions = {};
export const getLoggerPlugin = () => ({ applyToStack: () => undefined });
export const schemaLogFilter = () => never('schemaLogFilter');

/** Extensions of a client, if it is given some: each part of the configuration is read out and written back. */
export const resolveRuntimeExtensions = (config: object, extensions: readonly unknown[]) =>
  extensions.length === 0 ? config : never('resolveRuntimeExtensions');
