import { describe, expect, test } from 'vitest';
import { run } from './run.ts';

const DEPLOYER = 'arn:aws:iam::111122223333:role/ci/deployer';
const sidsOf = (out: string) => (JSON.parse(out).Statement as { Sid: string }[]).map(({ Sid }) => Sid);

describe('0: a document', () => {
  test.each<[string, string[], string[]]>([
    ['a service control policy', [], ['OnlyThroughPortcullis', 'RolesByDeployers', 'FunctionsByDeployers']],
    [
      'with agents',
      ['--agents'],
      ['OnlyThroughPortcullis', 'AgentsByDeployers', 'RolesByDeployers', 'FunctionsByDeployers'],
    ],
    [
      'a boundary',
      ['--format', 'boundary'],
      [
        'WhateverElse',
        'OnlyThroughPortcullis',
        'RolesByDeployers',
        'FunctionsByDeployers',
        'OthersAreBoundToo',
        'TheBoundaryStays',
        'TheBoundaryIsKept',
      ],
    ],
  ])('%s', async (_name, args, sids) => {
    const { code, out, err } = await run(['guard-rails', '--deployer', DEPLOYER, ...args]);
    expect([code, err, sidsOf(out)]).toEqual([0, '', sids]);
  });

  test('says what is named', async () => {
    const partition = ['--partition', 'aws-cn', '--account', '999922223333'];
    const names = [
      '--role-path',
      '/x/y/',
      '--function-prefix',
      'gate_',
      '--deployer',
      DEPLOYER.replace('aws', 'aws-cn'),
    ];
    const { out } = await run(['guard-rails', ...partition, ...names]);
    expect(out).toContain('"arn:aws-cn:iam::999922223333:role/x/y/*"');
    expect(out).toContain('"arn:aws-cn:lambda:*:999922223333:function:gate_*"');
    expect(out).toContain('"arn:aws-cn:iam::111122223333:role/ci/deployer"');
    expect(out).not.toContain('arn:aws:');
  });

  test('with a word of warning where nobody deploys', async () => {
    const { code, out, err } = await run(['guard-rails']);
    expect([code, err]).toEqual([0, 'Without --deployer nobody can deploy Portcullis while this is in force.\n']);
    expect(sidsOf(out)).toHaveLength(3);
  });

  test.each([1, 5, 15])('in at most 5,120 characters, with all options and %d accounts', async (count) => {
    const accounts = Array.from({ length: count }, (_, index) => ['--account', String(100000000000 + index)]).flat();
    const { code, out } = await run(['guard-rails', '--agents', '--deployer', DEPLOYER, ...accounts]);
    expect([code, out.trim().length <= 5120, sidsOf(out).length]).toEqual([0, true, 4]);
  });

  test('--help tells what is not covered', async () => {
    const { out } = await run(['guard-rails', '--help']);
    expect(out).toContain('What it does not cover:\n  - A service control policy binds neither the management account');
  });
});

test('1 where it would be too long', async () => {
  const accounts = Array.from({ length: 60 }, (_, index) => ['--account', String(100000000000 + index)]).flat();
  const { code, out, err } = await run(['guard-rails', ...accounts]);
  expect([code, out, err]).toEqual([1, '', expect.stringContaining('more than 5120 characters')]);
});

describe('2: the command line is not usable', () => {
  test.each<[string, string[], RegExp]>([
    ['an unknown format', ['--format', 'rcp'], /--format rcp is unknown/],
    ['no account', ['--account', '*'], /--account \* is not possible/],
    ['no path', ['--role-path', 'portcullis'], /--role-path portcullis is not possible/],
    ['the path of all roles', ['--role-path', '/'], /--role-path \/ is not possible/],
    ['an empty prefix', ['--function-prefix', ''], /--function-prefix {2}is not possible/],
    ['any deployer', ['--deployer', 'arn:aws:iam::111122223333:role/*'], /names no one role/],
    ['a deployer in any account', ['--deployer', 'arn:aws:iam::*:role/ci'], /names no one role/],
    ['a deployer in another partition', ['--deployer', DEPLOYER, '--partition', 'aws-cn'], /names no one role/],
    [
      'a deployer whom nobody can be',
      ['--deployer', 'arn:aws:iam::111122223333:role/portcullis/ci'],
      /is under \/portcullis\//,
    ],
    ['an argument', ['scp'], /"scp" is one argument too many/],
  ])('%s', async (_name, args, message) => {
    const { code, out, err } = await run(['guard-rails', ...args]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  });

  test('but a role of single sign-on, whose name ends in anything', async () => {
    const arn = 'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Deployer_*';
    expect(await run(['guard-rails', '--deployer', arn])).toMatchObject({ code: 0 });
  });
});
