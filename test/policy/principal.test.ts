import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { teamsOf } from '../../src/policy/policy.ts';
import { parsePrincipalArn, principalText } from '../../src/policy/principal.ts';
import { policyWith, team } from './policies.ts';

const iam = { kind: 'iam', partition: 'aws', account: '111122223333' };

describe('a caller’s ARN', () => {
  test.each([
    ['a role', 'arn:aws:iam::111122223333:role/payments-ci', { ...iam, type: 'role', name: 'payments-ci' }],
    [
      'a role under a path, whose sessions would not show it',
      'arn:aws:iam::111122223333:role/ci/payments-ci',
      { ...iam, type: 'role', name: 'payments-ci' },
    ],
    [
      'a session is its role',
      'arn:aws:sts::111122223333:assumed-role/payments-ci/build-7',
      { ...iam, type: 'role', name: 'payments-ci', session: 'build-7' },
    ],
    [
      'a session of IAM Identity Center',
      'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0a1b/jane@acme.example',
      { ...iam, type: 'role', name: 'AWSReservedSSO_Admin_0a1b', session: 'jane@acme.example' },
    ],
    [
      'a session whose name imitates a role',
      'arn:aws:sts::111122223333:assumed-role/guest/payments-ci',
      { ...iam, type: 'role', name: 'guest', session: 'payments-ci' },
    ],
    ['a user', 'arn:aws:iam::111122223333:user/alice', { ...iam, type: 'user', name: 'alice' }],
    [
      'a user keeps the path',
      'arn:aws:iam::111122223333:user/contractors/alice',
      { ...iam, type: 'user', name: 'contractors/alice' },
    ],
    [
      'a federated user is no role',
      'arn:aws:sts::111122223333:federated-user/payments-ci',
      { ...iam, type: 'federated-user', name: 'payments-ci' },
    ],
    ['the root user', 'arn:aws:iam::111122223333:root', { ...iam, type: 'root', name: '' }],
    [
      'China',
      'arn:aws-cn:iam::111122223333:role/payments-ci',
      { ...iam, partition: 'aws-cn', type: 'role', name: 'payments-ci' },
    ],
    [
      'GovCloud',
      'arn:aws-us-gov:sts::111122223333:assumed-role/payments-ci/s1',
      { ...iam, partition: 'aws-us-gov', type: 'role', name: 'payments-ci', session: 's1' },
    ],
    ['a session name with a slash', 'arn:aws:sts::111122223333:assumed-role/guest/x/payments-ci', undefined],
    ['a session without a name', 'arn:aws:sts::111122223333:assumed-role/payments-ci', undefined],
    ['an empty session name', 'arn:aws:sts::111122223333:assumed-role/payments-ci/', undefined],
    ['an empty role name', 'arn:aws:sts::111122223333:assumed-role//payments-ci', undefined],
    ['a role that ends in a slash', 'arn:aws:iam::111122223333:role/payments-ci/', undefined],
    ['an assumed role under iam', 'arn:aws:iam::111122223333:assumed-role/payments-ci/s1', undefined],
    ['a role under sts', 'arn:aws:sts::111122223333:role/payments-ci', undefined],
    ['root under sts', 'arn:aws:sts::111122223333:root', undefined],
    ['a group', 'arn:aws:iam::111122223333:group/payments-ci', undefined],
    ['a type in other case', 'arn:aws:iam::111122223333:Role/payments-ci', undefined],
    ['a region', 'arn:aws:iam:us-east-1:111122223333:role/payments-ci', undefined],
    ['an account of 11 digits', 'arn:aws:iam::11112222333:role/payments-ci', undefined],
    ['an account in full-width digits', 'arn:aws:iam::１１１１２２２２３３３３:role/payments-ci', undefined],
    ['no account', 'arn:aws:iam:::role/payments-ci', undefined],
    ['a partition that is none', 'arn:awsx:iam::111122223333:role/payments-ci', undefined],
    ['a star, which no caller has', 'arn:aws:iam::111122223333:role/*', undefined],
    ['a look-alike letter (Cyrillic а)', 'arn:aws:iam::111122223333:role/pаyments-ci', undefined],
    ['a letter with a combining mark', 'arn:aws:iam::111122223333:role/payments-ci\u0301', undefined],
    ['an invisible letter', 'arn:aws:iam::111122223333:role/payments-ci\u200b', undefined],
    ['a line break at the end', 'arn:aws:iam::111122223333:role/payments-ci\n', undefined],
    ['a null', 'arn:aws:iam::111122223333:role/payments-ci\0', undefined],
    ['an escape', 'arn:aws:iam::111122223333:role%2Fpayments-ci', undefined],
    ['a second colon', 'arn:aws:iam::111122223333:role/payments-ci:x', undefined],
    ['a space before', ' arn:aws:iam::111122223333:role/payments-ci', undefined],
    ['another service', 'arn:aws:lambda::111122223333:role/payments-ci', undefined],
    ['a bare name', 'payments-ci', undefined],
    ['nothing', '', undefined],
  ] as const)('%s', (_name, arn, expected) => {
    expect(parsePrincipalArn(arn)).toEqual(expected);
  });

  test('any text at all is read or refused, never thrown at', () => {
    const pieces = fc.constantFrom(
      'arn',
      ':',
      '/',
      'aws',
      'iam',
      'sts',
      '111122223333',
      'role',
      'assumed-role',
      'a',
      '',
    );
    const arns = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 14 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(arns, (arn) => {
        const parsed = parsePrincipalArn(arn);
        return parsed === undefined || parsePrincipalArn(principalText(parsed)) !== undefined;
      }),
      { seed: 20261120, numRuns: 3000 },
    );
    expect(parsePrincipalArn('arn:aws:iam::111122223333:role/'.padEnd(1_000_000, 'a'))).toBeUndefined();
    expect(parsePrincipalArn(undefined as unknown as string)).toBeUndefined();
  });
});

describe('whom a principal names', () => {
  test.each([
    ['a role by its name', 'role/payments-ci', 'iam::111122223333:role/payments-ci', true],
    ['the sessions of a role', 'role/payments-*', 'sts::111122223333:assumed-role/payments-ci/s1', true],
    ['not the session’s name', 'role/payments-*', 'sts::111122223333:assumed-role/guest/payments-ci', false],
    ['not the role of another account', 'role/payments-*', 'iam::999922223333:role/payments-ci', false],
    ['not in other case', 'role/payments-*', 'iam::111122223333:role/Payments-ci', false],
    ['not a user of that name', 'role/payments-*', 'iam::111122223333:user/payments-ci', false],
    ['not a federated user of that name', 'role/payments-*', 'sts::111122223333:federated-user/payments-ci', false],
    ['not the root user', 'role/*', 'iam::111122223333:root', false],
    ['a user', 'user/alice', 'iam::111122223333:user/alice', true],
    ['not a user under a path', 'user/alice', 'iam::111122223333:user/contractors/alice', false],
    ['not across a path', 'user/*', 'iam::111122223333:user/contractors/alice', false],
    ['a user under its path', 'user/contractors/*', 'iam::111122223333:user/contractors/alice', true],
    ['everyone in an account', 'root', 'sts::111122223333:assumed-role/guest/s1', true],
    ['nobody of another account', 'root', 'iam::999922223333:root', false],
  ] as const)('%s', (_name, pattern, caller, named) => {
    const policy = policyWith({ teams: { payments: team({ principals: [`arn:aws:iam::111122223333:${pattern}`] }) } });
    const parsed = parsePrincipalArn(`arn:aws:${caller}`);
    expect(teamsOf(policy, parsed as NonNullable<typeof parsed>).length).toBe(named ? 1 : 0);
  });

  test('another partition is another world', () => {
    const caller = parsePrincipalArn('arn:aws-cn:iam::111122223333:role/payments-ci');
    expect(teamsOf(policyWith(), caller as NonNullable<typeof caller>)).toEqual([]);
  });

  test.each([
    ['the claim is equal', 'https://idp/', { group: 'payments' }, true],
    ['the claim’s list holds it', 'https://idp/', { group: ['other', 'payments'] }, true],
    ['the claim merely contains it', 'https://idp/', { group: 'payments,other' }, false],
    ['an element of the list merely contains it', 'https://idp/', { group: ['payments other'] }, false],
    ['the claim is in other case', 'https://idp/', { group: 'Payments' }, false],
    ['the claim is absent', 'https://idp/', {}, false],
    ['the issuer is another', 'https://idp.evil/', { group: 'payments' }, false],
    ['the issuer lacks its slash', 'https://idp', { group: 'payments' }, false],
  ] as const)('a token: %s', (_name, issuer, claims, named) => {
    const principals = [{ issuer: 'https://idp/', claim: 'group', equals: 'payments' }];
    const policy = policyWith({ teams: { payments: team({ principals }) } });
    expect(teamsOf(policy, { kind: 'jwt', issuer, claims }).length).toBe(named ? 1 : 0);
  });

  test('a claim that every object inherits is no claim', () => {
    const principals = [{ issuer: 'https://idp/', claim: 'constructor', equals: 'x' }];
    const policy = policyWith({ teams: { payments: team({ principals }) } });
    expect(teamsOf(policy, { kind: 'jwt', issuer: 'https://idp/', claims: {} })).toEqual([]);
  });
});
