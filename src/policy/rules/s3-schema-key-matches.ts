import { pattern } from '../pattern/pattern.ts';
import { patternFor, S3_KEYS } from '../pattern/setting.ts';
import { nearestMatch, patternInWords } from '../pattern/words.ts';
import { quote } from '../quote.ts';
import { defineRule, violation } from '../rule.ts';

/** A bucket is shared; the key says who may write there, and whether the object is a released one. */
export default defineRule({
  id: 's3-schema-key-matches',
  summary: 'The key of an API schema kept in S3 matches a pattern.',
  notes:
    'A pattern without `^` and `$` may match anywhere in the key. The object behind the key is not seen: who may replace it ' +
    'is the bucket’s to say.',
  settings: { pattern: patternFor(S3_KEYS) },
  check({ actionGroup }, { pattern: source }) {
    const s3 = actionGroup.apiSchema?.s3;
    if (s3 === undefined) return [];
    const key: unknown = s3?.s3ObjectKey;
    if (typeof key === 'string' && pattern(source).matches(key)) return [];
    const meant = typeof key === 'string' ? nearestMatch(source, key) : undefined;
    return [
      violation({
        pointer: '/apiSchema/s3/s3ObjectKey',
        message:
          typeof key === 'string'
            ? `The key ${quote(key)} does not match the pattern ${source}.${meant === undefined ? '' : ` The nearest allowed one is ${meant}.`}`
            : 'The schema’s key is not given.',
        allowed: [source],
        fix: `Keep the schema under a key that ${patternInWords(source)}.`,
      }),
    ];
  },
  describe: ({ pattern: source }) => `The key of a schema kept in S3 ${patternInWords(source)}.`,
  examples: [
    {
      name: 'a key that begins so',
      settings: { pattern: '^released/' },
      actionGroup: { apiSchema: { s3: { s3BucketName: 'acme-agent-schemas', s3ObjectKey: 'released/book.yaml' } } },
      verdict: 'allowed',
    },
    {
      name: 'a schema sent in the request',
      settings: { pattern: '^released/' },
      actionGroup: { apiSchema: { payload: '{"openapi":"3.0.0"}' } },
      verdict: 'allowed',
    },
    {
      name: 'another key',
      settings: { pattern: '^released/' },
      actionGroup: { apiSchema: { s3: { s3BucketName: 'acme-agent-schemas', s3ObjectKey: 'drafts/book.yaml' } } },
      verdict: 'denied',
    },
    {
      name: 'no key',
      settings: { pattern: '^released/' },
      actionGroup: { apiSchema: { s3: { s3BucketName: 'acme-agent-schemas' } } },
      verdict: 'denied',
    },
  ],
});
