/** The little of an OpenAPI payload that the emulator judges: whether the service could make a model of it, and its size. */
import { parse as parseYaml } from 'yaml';
import { type AwsFailure, invalid } from './failure.ts';

/** The YAML parser takes a minute for half a million quotes, and everything else here would wait for it. JSON may be longer. */
const LONGEST_YAML = 100_000;

const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']);

/**
 * Counts the operations of a payload.
 *
 * @throws {AwsFailure} ValidationException in the service's words; the causes are in `fieldList`, as they are there.
 */
export function countApis(payload: string, actionGroupName: string): number {
  const document = parse(payload, actionGroupName);
  if (!isMapping(document)) throw refused(actionGroupName, ['the document is not a mapping']);
  const causes: string[] = [];
  if (!/^3\.0\.\d+$/.test(String(document.openapi))) causes.push('attribute openapi is not 3.0.x');
  const paths = isMapping(document.paths) ? document.paths : undefined;
  if (paths === undefined) causes.push('attribute paths is missing');
  const operations = Object.entries(paths ?? {}).flatMap(([path, item]) =>
    Object.entries(isMapping(item) ? item : {})
      .filter(([method]) => METHODS.has(method))
      .map(([, operation]) => ({ path, operation: isMapping(operation) ? operation : {} })),
  );
  for (const { path, operation } of operations) {
    for (const member of ['description', 'responses']) {
      if (!Object.hasOwn(operation, member)) causes.push(`'${member}' is missing for path: ${path}`);
    }
  }
  if (causes.length > 0) throw refused(actionGroupName, causes);
  return operations.length;
}

function parse(payload: string, actionGroupName: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    if (payload.length > LONGEST_YAML) {
      throw refused(actionGroupName, [
        `the emulator reads YAML of at most ${LONGEST_YAML} characters, and JSON of any length`,
      ]);
    }
    try {
      return parseYaml(payload, { logLevel: 'error', prettyErrors: false });
    } catch {
      throw refused(actionGroupName, ['the document is neither JSON nor YAML']);
    }
  }
}

function refused(actionGroupName: string, causes: readonly string[]): AwsFailure {
  return invalid(
    `Failed to create OpenAPI 3 model from the JSON/YAML object that you provided for action: ${actionGroupName}`,
    causes.map((message) => ({ name: 'APISchemaException', message })),
  );
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
