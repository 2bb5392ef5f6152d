/** The judge of our OCSF events: release 1.5.0 of the standard, as copied beside this file. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import schema from './ocsf-1.5.0.schema.json' with { type: 'json' };

interface Captions {
  /** The text that stands beside the id. */
  readonly sibling: string;
  readonly of: Readonly<Record<string, string>>;
}

// `anyOf` of `required` is how a constraint is said, and names properties that are declared beside it.
const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
ajv.addVocabulary(['requirement']);
// The standard normalises a text to the caption of its id; of 99 (Other) it is the source's own.
ajv.addKeyword({
  keyword: 'captions',
  schemaType: 'object',
  error: { message: ({ schema: { sibling } }) => `must have its caption as ${sibling}` },
  validate: ({ sibling, of }: Captions, id: number, _schema: unknown, at?: { parentData: Record<string, unknown> }) => {
    const text = at?.parentData[sibling];
    return text === undefined || id === 99 || text === of[id];
  },
});
const BY_CLASS = new Map(
  Object.entries({ 6003: 'api_activity', 2004: 'detection_finding' }).map(([uid, name]) => [
    Number(uid),
    ajv.compile({ $defs: schema.$defs, $ref: `#/$defs/${name}` }),
  ]),
);

/** What the standard has against an event; nothing if it is valid. Values are not quoted. */
export function ocsfFaults(event: { readonly class_uid?: unknown }): string[] {
  const validate = BY_CLASS.get(event.class_uid as number);
  if (validate === undefined) return [`class_uid ${String(event.class_uid)} is none of ours`];
  if (validate(event)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const { additionalProperty } = params as { additionalProperty?: string };
    return `${instancePath || '/'} ${message}${additionalProperty === undefined ? '' : `: ${additionalProperty}`}`;
  });
}
