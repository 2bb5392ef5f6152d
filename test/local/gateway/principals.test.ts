import { describe, expect, test } from 'vitest';
import { identityOf } from '../../../src/local/gateway/identity.ts';
import { demoPrincipals, parsePrincipals } from '../../../src/local/gateway/principals.ts';

const entry = { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'hush', arn: 'arn:aws:iam::111122223333:role/payments-ci' };

test.each([
  ['keys', [entry]],
  ['a session', [{ ...entry, sessionToken: 'token', arn: 'arn:aws:sts::111122223333:assumed-role/r/session' }]],
  ['the unsigned caller', [{ arn: 'arn:aws:iam::111122223333:user/ann' }]],
  ['a user id', [{ ...entry, userId: 'AROAEXAMPLE:s' }]],
])('%s', (_name, principals) => {
  expect(parsePrincipals(JSON.stringify(principals))).toEqual(principals);
});

test('the demo principals would be accepted from the environment too', () => {
  expect(parsePrincipals(JSON.stringify(demoPrincipals))).toEqual(demoPrincipals);
  expect(demoPrincipals.map((each) => identityOf(each).userArn)).toEqual([
    'arn:aws:sts::111122223333:assumed-role/demo-ci/local',
    'arn:aws:sts::111122223333:assumed-role/payments-ci/local',
    'arn:aws:sts::111122223333:assumed-role/travel-ci/local',
  ]);
});

describe('refused, naming the entry', () => {
  test.each<[string, unknown, RegExp]>([
    ['no list', entry, /must be a list/],
    ['an empty list', [], /must be a list/],
    ['no object', [entry, 'x'], /entry 2: it must be an object/],
    ['no ARN', [{ accessKeyId: 'A', secretAccessKey: 'hush' }], /entry 1: arn is required/],
    ['an ARN of something else', [{ ...entry, arn: 'arn:aws:s3:::bucket' }], /entry 1: arn must be like/],
    ['a pattern', [{ ...entry, arn: 'arn:aws:iam::111122223333:role/*' }], /entry 1: arn must be like/],
    ['half a pair', [{ ...entry, secretAccessKey: undefined }], /entry 1: accessKeyId and secretAccessKey go together/],
    ['a secret that is no text', [{ ...entry, secretAccessKey: 12345 }], /entry 1: secretAccessKey must be a string/],
    ['an empty secret', [{ ...entry, secretAccessKey: '' }], /entry 1: secretAccessKey must not be empty/],
    ['a token without keys', [{ arn: entry.arn, sessionToken: 'hush' }], /entry 1: a sessionToken needs/],
    ['an unknown member', [{ ...entry, secret: 'hush' }], /entry 1: it may have accessKeyId/],
    ['the same key twice', [entry, entry], /AKIDLOCAL names 2 entries/],
    ['two unsigned callers', [{ arn: entry.arn }, { arn: entry.arn }], /only one entry may be without keys/],
  ])('%s', (_name, value, message) => {
    expect(() => parsePrincipals(JSON.stringify(value))).toThrow(message);
  });

  test('every bad entry at once', () => {
    const parse = () => parsePrincipals(JSON.stringify([{}, entry, { arn: 'x' }]));
    expect(parse).toThrow(/entry 1: .* entry 3: /);
  });

  test.each([
    ['malformed JSON', '[{"secretAccessKey": "hush", oops}]'],
    ['a secret of the wrong type', '[{"secretAccessKey": ["hush"]}]'],
    ['a secret under the wrong name', '[{"secret": "hush"}]'],
  ])('without quoting a secret: %s', (_name, json) => {
    expect(() => parsePrincipals(json)).toThrow(/^(?!.*hush)LOCAL_PRINCIPALS/);
  });
});
