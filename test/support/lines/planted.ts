/**
 * What may stand in no line that the service writes, by what it stands for. Builders plant the texts in what they make, so
 * that a line which shows more than it should gives itself away, whatever the test was about.
 */
import { PRINCIPALS } from '../callers.ts';

/** Begins every client token of the tests. */
export const TOKEN_MARK = 'PLANTEDTOKEN';
/** Stands in descriptions and schemas. */
export const TEXT_MARK = 'PLANTED-TEXT';

export const PLANTED: readonly (readonly [what: string, text: string])[] = [
  ['a client token', TOKEN_MARK],
  ['a description or schema', TEXT_MARK],
  ['a signature', 'AWS4-HMAC-SHA256'],
  ['a signature', 'X-Amz-Signature='],
  ...PRINCIPALS.flatMap(({ secretAccessKey, sessionToken }): [string, string][] => [
    ...(secretAccessKey === undefined ? [] : [['a secret access key', secretAccessKey] as [string, string]]),
    ...(sessionToken === undefined ? [] : [['a session token', sessionToken] as [string, string]]),
  ]),
];
