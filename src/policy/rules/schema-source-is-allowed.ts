import { list, oneOf } from '../document/schema.ts';
import type { ActionGroup } from '../request.ts';
import { anyOf, defineRule, violation } from '../rule.ts';

const SOURCES = ['inline', 's3', 'functions'] as const;

const IN_WORDS = {
  inline: 'an OpenAPI document in the request (/apiSchema/payload)',
  s3: 'an OpenAPI document in S3 (/apiSchema/s3)',
  functions: 'a list of functions (/functionSchema)',
  unknown: 'a source that there is not',
} as const;

/** What is sent in the request is judged and recorded whole; what lies in S3 can be replaced afterwards. */
export default defineRule({
  id: 'schema-source-is-allowed',
  summary: 'The actions are described in an allowed way: `inline` (an OpenAPI payload), `s3` or `functions`.',
  notes: 'A group without any schema passes.',
  settings: { allow: list(oneOf(SOURCES), { atLeast: 1 }) },
  check({ actionGroup }, { allow }) {
    return sourcesOf(actionGroup)
      .filter(({ source }) => !(allow as readonly string[]).includes(source))
      .map(({ source, pointer }) =>
        violation({
          pointer,
          message: `The actions are described by ${IN_WORDS[source]}, which is not allowed.`,
          allowed: allow,
          fix: `Describe them by ${anyOf(allow.map((allowed) => IN_WORDS[allowed]))}.`,
        }),
      );
  },
  describe: ({ allow }) => `Actions are described by ${anyOf(allow.map((source) => IN_WORDS[source]))}.`,
  examples: [
    {
      name: 'functions where they are allowed',
      settings: { allow: ['inline', 'functions'] },
      actionGroup: { functionSchema: { functions: [{ name: 'book' }] } },
      verdict: 'allowed',
    },
    {
      name: 'no schema',
      settings: { allow: ['inline'] },
      actionGroup: { parentActionGroupSignature: 'AMAZON.UserInput' },
      verdict: 'allowed',
    },
    {
      name: 'a schema in S3 where it must be sent',
      settings: { allow: ['inline', 'functions'] },
      actionGroup: { apiSchema: { s3: { s3BucketName: 'acme-agent-schemas', s3ObjectKey: 'book.yaml' } } },
      verdict: 'denied',
    },
    {
      name: 'a payload where only functions are allowed',
      settings: { allow: ['functions'] },
      actionGroup: { apiSchema: { payload: '{"openapi":"3.0.0"}' } },
      verdict: 'denied',
    },
  ],
});

/** Every one that is there: that they exclude each other is not this rule's to know. */
function sourcesOf({ apiSchema, functionSchema }: ActionGroup) {
  const sources: { source: (typeof SOURCES)[number] | 'unknown'; pointer: string }[] = [];
  if (apiSchema?.payload !== undefined) sources.push({ source: 'inline', pointer: '/apiSchema/payload' });
  if (apiSchema?.s3 !== undefined) sources.push({ source: 's3', pointer: '/apiSchema/s3' });
  if (apiSchema !== undefined && sources.length === 0) sources.push({ source: 'unknown', pointer: '/apiSchema' });
  if (functionSchema !== undefined) sources.push({ source: 'functions', pointer: '/functionSchema' });
  return sources;
}
