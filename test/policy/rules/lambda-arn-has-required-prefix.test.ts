import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/policy/decide.ts';
import { checkDocument } from '../../../src/policy/document/grammar.ts';
import { documentWith, NOW, PREFIX, policyWith, request } from '../policies.ts';

const BOOK = 'arn:aws:lambda:us-east-1:111122223333:function:book';
const ACCOUNT_WIDE = 'arn:aws:lambda:us-east-1:111122223333:function:';

function verdict(lambda: string, ...prefixes: string[]) {
  const policy = policyWith({ rules: { 'lambda-arn-has-required-prefix': { enforcement: 'deny', prefixes } } });
  return decide(policy, request({ actionGroup: { actionGroupExecutor: { lambda } } }), NOW);
}

describe('a function', () => {
  test.each([
    ['under the beginning of a name', PREFIX, `${PREFIX}book`, true],
    ['under the beginning of a name, in a version', PREFIX, `${PREFIX}book:7`, true],
    ['under the beginning of a name, in $LATEST', PREFIX, `${PREFIX}book:$LATEST`, true],
    ['named as the beginning alone', PREFIX, PREFIX, true],
    ['with a dot in its name', PREFIX, `${PREFIX}book.v2`, true],
    ['that is the one named', BOOK, BOOK, true],
    ['that is the one named, by an alias', BOOK, `${BOOK}:live`, true],
    ['anywhere in the account', ACCOUNT_WIDE, `${ACCOUNT_WIDE}anything`, true],
    ['whose name merely starts like the one named', BOOK, `${BOOK}keeper`, false],
    ['whose name merely starts like the one named, with a dash', BOOK, `${BOOK}-keeper`, false],
    ['whose alias starts like the beginning', PREFIX, `${ACCOUNT_WIDE}evil:agents-book`, false],
    ['in another account', PREFIX, PREFIX.replace('1111', '9999').concat('book'), false],
    ['in another account whose number begins alike', PREFIX, PREFIX.replace('333:', '3339:').concat('book'), false],
    ['in another region', PREFIX, PREFIX.replace('us-east-1', 'us-east-2').concat('book'), false],
    ['in another partition', PREFIX, PREFIX.replace('aws:', 'aws-cn:').concat('book'), false],
    ['without a partition', PREFIX, PREFIX.replace('aws:', ':').concat('book'), false],
    ['in other case', PREFIX, `${ACCOUNT_WIDE}Agents-book`, false],
    ['with a look-alike dash', PREFIX, `${ACCOUNT_WIDE}agents‐book`, false],
    ['with a look-alike letter (Cyrillic а)', PREFIX, `${ACCOUNT_WIDE}аgents-book`, false],
    ['with an invisible letter after the beginning', PREFIX, `${PREFIX}\u200bbook`, false],
    ['with a line break', PREFIX, `${PREFIX}book\n`, false],
    ['with an escape', PREFIX, `${PREFIX}book%3Alive`, false],
    ['with a star', PREFIX, `${PREFIX}*`, false],
    ['with two qualifiers', PREFIX, `${PREFIX}book:7:live`, false],
    ['with an empty qualifier', PREFIX, `${PREFIX}book:`, false],
    ['with a slash', PREFIX, `${PREFIX}book/../evil`, false],
    ['as a layer', PREFIX, PREFIX.replace(':function:', ':layer:').concat('book'), false],
    ['of another service', PREFIX, PREFIX.replace(':lambda:', ':states:').concat('book'), false],
    ['by its name alone', PREFIX, 'agents-book', false],
    [
      'by the ARN of its API',
      PREFIX,
      `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${PREFIX}book`,
      false,
    ],
    ['that is an empty text', PREFIX, '', false],
    ['that is null', PREFIX, null as unknown as string, false],
  ] as const)('%s', (_name, prefix, lambda, allowed) => {
    expect(verdict(lambda, prefix).effect).toBe(allowed ? 'allow' : 'deny');
  });

  test('any of several prefixes will do', () => {
    expect(verdict(`${BOOK}:1`, PREFIX, BOOK).effect).toBe('allow');
  });

  test('the nearest prefix is named, with the field that differs', () => {
    const [violation] = verdict(
      PREFIX.replace('1111', '9999').concat('book'),
      BOOK.replace('us-east-1', 'eu-west-1'),
      PREFIX,
    ).violations;
    expect(violation).toEqual({
      rule: 'lambda-arn-has-required-prefix',
      pointer: '/actionGroupExecutor/lambda',
      message:
        'arn:aws:lambda:us-east-1:999922223333:function:agents-book does not start with a required prefix. ' +
        `The nearest is ${PREFIX}, from which the account 999922223333 differs.`,
      allowed: ['arn:aws:lambda:eu-west-1:111122223333:function:book', PREFIX],
      fix: 'Deploy the function under a required prefix, or ask the policy owners for a new one.',
    });
  });
});

describe('a prefix', () => {
  test.each([
    ['a whole name', BOOK, true],
    ['the beginning of a name with a dash', PREFIX, true],
    ['the beginning of a name with an underscore', `${ACCOUNT_WIDE}agents_`, true],
    ['no name', ACCOUNT_WIDE, true],
    ['GovCloud', 'arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:agents-', true],
    ['cut before the name', ACCOUNT_WIDE.slice(0, -1), false],
    ['cut before the account', 'arn:aws:lambda:us-east-1:', false],
    ['an account that is cut short', 'arn:aws:lambda:us-east-1:1111', false],
    ['a star', `${ACCOUNT_WIDE}agents-*`, false],
    ['a star for the region', PREFIX.replace('us-east-1', '*'), false],
    ['a qualifier', `${BOOK}:7`, false],
    ['an empty qualifier', `${BOOK}:`, false],
    ['an empty text', '', false],
  ] as const)('%s', (_name, prefix, accepted) => {
    const document = documentWith({ rules: { 'lambda-arn-has-required-prefix': { prefixes: [prefix] } } });
    expect('ok' in checkDocument(document)).toBe(accepted);
  });

  test('there is at least one', () => {
    expect(
      checkDocument(documentWith({ rules: { 'lambda-arn-has-required-prefix': { prefixes: [] } } })),
    ).toMatchObject({
      faults: [{ message: 'The list is empty.', path: ['rules', 'lambda-arn-has-required-prefix', 'prefixes'] }],
    });
  });
});
