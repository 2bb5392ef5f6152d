import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/policy/decide.ts';
import { checkDocument } from '../../../src/policy/document/grammar.ts';
import { explainTo } from '../../../src/policy/explain.ts';
import type { PolicyRequest } from '../../../src/policy/request.ts';
import { documentWith, exemption, NOW, policyWith, request, role } from '../policies.ts';

function faultsIn(rule: string, settings: object): string {
  const result = checkDocument(documentWith({ rules: { [rule]: settings } }));
  return 'ok' in result ? 'accepted' : result.faults.map(({ message, fix }) => `${message} ${fix}`).join('\n');
}

describe('a mistake in the settings is refused:', () => {
  test.each([
    ['action-group-name-matches', 'a glob', { pattern: '*' }, 'For any characters write .*'],
    ['action-group-name-matches', 'a pattern that goes back', { pattern: '(a)\\1' }, 'cannot be referred to'],
    [
      'action-group-name-matches',
      'a pattern with a slash',
      { pattern: '^payments/' },
      'None of the names of action groups can match "^payments/". Correct the pattern: they hold letters, digits and - _.',
    ],
    [
      'action-group-name-matches',
      'a pattern that contradicts itself',
      { pattern: 'refund^payments' },
      'None of the names of action groups can match',
    ],
    [
      'action-group-name-matches',
      'a pattern of 201 characters',
      { pattern: '^\\w{201}$' },
      'None of the names of action groups can match',
    ],
    ['action-group-name-matches', 'a pattern that is a list', { pattern: ['^a'] }, 'Expected text, found a list.'],
    ['action-group-name-matches', 'no pattern', { enforcement: 'deny' }, '`pattern` is missing.'],
    [
      's3-schema-key-matches',
      'a pattern with a blank',
      { pattern: '^released schemas/' },
      'None of the keys of S3 objects can match',
    ],
    [
      'function-requires-confirmation',
      'a pattern with a dot',
      { pattern: '^delete\\.' },
      'None of the names of functions can match',
    ],
    ['new-group-starts-disabled', 'an exception that is no pattern', { except: '(' }, 'has an empty group'],
    [
      'description-is-given',
      'a length of nothing',
      { minLength: 0 },
      '0 is not possible here. Write a whole number from 1 to 200.',
    ],
    [
      'description-is-given',
      'a length that Bedrock refuses',
      { minLength: 201 },
      'Write a whole number from 1 to 200.',
    ],
    [
      'description-is-given',
      'a length in words',
      { minLength: 'ten' },
      'Expected a whole number from 1 to 200, found the string "ten".',
    ],
    [
      'description-is-given',
      'a function’s length that Bedrock refuses',
      { minLength: 1, functionMinLength: 1201 },
      'from 1 to 1200',
    ],
    ['function-count-is-limited', 'a limit that allows none', { max: 0 }, 'Write a whole number of 1 or more.'],
    ['function-count-is-limited', 'half a function', { max: 1.5 }, '1.5 is not possible here.'],
    ['function-count-is-limited', 'no end', { max: Number.POSITIVE_INFINITY }, 'is not possible here.'],
    ['parameter-count-is-limited', 'a limit below nothing', { max: -1 }, 'Write a whole number of 0 or more.'],
    [
      'parameter-count-is-limited',
      'a limit that is no number',
      { max: Number.NaN },
      'Expected a whole number of 0 or more',
    ],
    ['schema-source-is-allowed', 'no source at all', { allow: [] }, 'The list is empty.'],
    [
      'schema-source-is-allowed',
      'an unknown source',
      { allow: ['S3'] },
      '"S3" is not possible here. Did you mean `s3`?',
    ],
    [
      'signature-params-are-allowed',
      'an unknown signature',
      { signatures: { 'ANTHROPIC.Compter': {} } },
      'There is no signature "ANTHROPIC.Compter". Did you mean `ANTHROPIC.Computer`?',
    ],
    [
      'signature-params-are-allowed',
      'a parameter without a value',
      { signatures: { 'ANTHROPIC.Bash': { type: [] } } },
      'The list is empty.',
    ],
    [
      'signature-params-are-allowed',
      'a value that was read as a number',
      { signatures: { 'ANTHROPIC.Bash': { type: [20241022] } } },
      'Put it in quotes.',
    ],
    [
      'signature-params-are-allowed',
      '`__proto__` as a signature',
      { signatures: JSON.parse('{"__proto__": {}}') },
      'There is no signature "__proto__".',
    ],
    [
      'lambda-is-in-agent-account-and-region',
      'an account that was read as a number',
      { alsoAccounts: [111122223333] },
      'Put it in quotes.',
    ],
    [
      'lambda-is-in-agent-account-and-region',
      'a pattern of regions',
      { alsoRegions: ['us-*'] },
      '"us-*" is not a region.',
    ],
    ['lambda-is-pinned', 'a word for a truth value', { allowAliases: 'yes' }, 'Expected true or false'],
    ['deletion-is-allowed', 'no word on it', { enforcement: 'deny' }, '`allow` is missing.'],
    ['client-token-is-given', 'a setting, of which it has none', { required: true }, 'Unknown key "required".'],
  ] as const)('%s: %s', (rule, _name, settings, fault) => {
    expect(faultsIn(rule, settings)).toContain(fault);
  });
});

describe('what may be left out is left out:', () => {
  test.each([
    ['lambda-is-pinned', { enforcement: 'deny' }],
    ['lambda-is-in-agent-account-and-region', {}],
    ['new-group-starts-disabled', {}],
    ['in-use-check-is-kept', {}],
    ['client-token-is-given', {}],
    ['reserved-name-matches-signature', { final: true }],
    ['description-is-given', { minLength: 1 }],
    ['signature-params-are-allowed', { signatures: {} }],
  ] as const)('%s', (rule, settings) => {
    expect(faultsIn(rule, settings)).toBe('accepted');
  });
});

describe('a near miss is told what is nearest:', () => {
  const s3 = (s3ObjectKey: string) => ({ apiSchema: { s3: { s3BucketName: 'b', s3ObjectKey } } });
  const params = (type: Record<string, string>) => ({
    parentActionGroupSignature: 'ANTHROPIC.Computer',
    parentActionGroupSignatureParams: type,
  });
  const listed = { signatures: { 'ANTHROPIC.Computer': { type: ['computer_20241022'] } } };
  test.each([
    ['action-group-name-matches', { pattern: '^payments-' }, { actionGroupName: 'payment-book' }, 'payments-book'],
    ['s3-schema-key-matches', { pattern: '^released/' }, s3('Released/book.yaml'), 'released/book.yaml'],
    ['signature-params-are-allowed', listed, params({ type: 'computer_20241023' }), 'computer_20241022'],
    ['signature-params-are-allowed', listed, params({ typ: 'computer_20241022' }), 'type'],
  ] as const)('%s', (rule, settings, actionGroup, nearest) => {
    const { violations } = decide(policyWith({ rules: { [rule]: settings } }), request({ actionGroup }), NOW);
    expect(violations[0]?.message).toMatch(new RegExp(` The nearest allowed one is ${nearest}\\.$`));
  });
});

describe('every violation has its own place:', () => {
  const functions = [
    { name: 'a' },
    { name: 'pay', parameters: { x: {}, y: {} } },
    { name: 'pay/all~', description: 'Pays.' },
  ];
  test.each([
    [
      'function-requires-confirmation',
      { pattern: '^pay' },
      { functionSchema: { functions } },
      ['/functionSchema/functions/1/requireConfirmation', '/functionSchema/functions/2/requireConfirmation'],
    ],
    [
      'description-is-given',
      { minLength: 1, functionMinLength: 1 },
      { functionSchema: { functions } },
      ['/description', '/functionSchema/functions/0/description', '/functionSchema/functions/1/description'],
    ],
    [
      'parameter-count-is-limited',
      { max: 1 },
      { functionSchema: { functions } },
      ['/functionSchema/functions/1/parameters'],
    ],
    [
      'schema-source-is-allowed',
      { allow: ['inline'] },
      { apiSchema: { s3: {} }, functionSchema: { functions } },
      ['/apiSchema/s3', '/functionSchema'],
    ],
    [
      'signature-params-are-allowed',
      { signatures: {} },
      { parentActionGroupSignatureParams: { 'a/b~c': 'x', d: 'y' } },
      ['/parentActionGroupSignatureParams/a~1b~0c', '/parentActionGroupSignatureParams/d'],
    ],
  ] as const)('%s', (rule, settings, actionGroup, pointers) => {
    const asked = request({ actionGroup: actionGroup as PolicyRequest['actionGroup'] });
    const { violations } = decide(policyWith({ rules: { [rule]: settings } }), asked, NOW);
    expect(violations.map(({ pointer }) => pointer)).toEqual(pointers);
  });
});

test('a policy is told in words, an exemption’s settings too', () => {
  const policy = policyWith({
    rules: {
      'signature-is-allowed': { allow: ['AMAZON.UserInput'] },
      'action-group-name-matches': { enforcement: 'warn', pattern: '^payments-' },
      'deletion-is-allowed': { allow: false },
    },
    exemptions: [exemption({ settings: { allow: ['AMAZON.UserInput', 'ANTHROPIC.Bash'] } })],
  });
  const { rules } = explainTo(policy, role('payments-ci'), NOW);
  expect(rules.map(({ rule, words }) => `${rule}: ${words}`)).toEqual([
    'action-group-name-matches: The name of an action group begins with payments-.',
    'deletion-is-allowed: You may not delete action groups.',
    'signature-is-allowed: A built-in action group (parentActionGroupSignature) is AMAZON.UserInput.',
  ]);
  expect(rules[2]?.exemptions?.[0]?.words).toBe(
    'A built-in action group (parentActionGroupSignature) is AMAZON.UserInput or ANTHROPIC.Bash.',
  );
});
