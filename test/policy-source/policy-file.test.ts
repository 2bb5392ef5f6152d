import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decide } from '../../src/policy/decide.ts';
import { compile } from '../../src/policy/policy.ts';
import type { PolicyRequest } from '../../src/policy/request.ts';
import { PolicyFileError, readPolicy } from '../../src/policy-source/policy-file.ts';
import { request, role } from '../policy/policies.ts';

function complaint(text: string | Uint8Array): string {
  try {
    readPolicy(text, 'p.yaml');
  } catch (error) {
    if (error instanceof PolicyFileError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('a mistake is shown where it stands', () => {
  test.each([
    ['an empty file', '', 'p.yaml:1:1 The file is empty. — Write a policy, beginning with `revision`.'],
    ['nothing but comments', '# soon\n', 'p.yaml:1:1 The file is empty.'],
    ['a list', '- a\n', 'p.yaml:1:1 Expected a block of `key: value` lines, found a list.'],
    ['plain text', 'hello\n', 'p.yaml:1:1 Expected a block of `key: value` lines, found the string "hello".'],
    [
      'a key that stands twice',
      'revision: a\nteams: {}\nteams: {}\n',
      'p.yaml:3:1 The key "teams" stands here a second time. — Keep one of them.',
    ],
    [
      'a key that stands twice, once in quotes',
      'revision: a\n"revision": b\n',
      'p.yaml:2:1 The key "revision" stands here a second time.',
    ],
    ['a second document', 'revision: a\n---\nrevision: b\n', 'p.yaml:2:1 A second document begins here.'],
    ['text after the end', 'revision: a\n...\nx: y\n', 'p.yaml:3:1 A second document begins here.'],
    [
      'a tab',
      'revision: a\nteams:\n\tx: {}\n',
      'p.yaml:3:1 Tabs are not allowed as indentation. — Indent with spaces.',
    ],
    [
      'two bare stars, each on its line',
      'revision: a\nteams:\n  t: { principals: [], agents: [*] }\n  u: { principals: [], agents: [*] }\n',
      'p.yaml:4:33 A bare * stands here.',
    ],
    ['an anchor', 'revision: &r a\n', 'p.yaml:1:14 &r is an anchor.'],
    ['an alias', 'revision: a\nteams: *t\n', 'p.yaml:2:8 *t is an alias.'],
    [
      'a bare star',
      'revision: a\nteams:\n  t: { principals: [], agents: [*] }\n',
      'p.yaml:3:33 A bare * stands here. — Put the value in quotes: "*".',
    ],
    ['a tag', 'revision: !!str 7\n', 'p.yaml:1:17 "tag:yaml.org,2002:str" is a tag.'],
    ['a tag of its own', 'revision: !env REVISION\n', '"!env" is a tag.'],
    ['a tag on a list', 'revision: a\nexemptions: !!set []\n', 'p.yaml:2:13 tag:yaml.org,2002:set'],
    ['a number as a key', 'revision: a\n1: x\n', 'p.yaml:2:1 A key that is not plain text.'],
    ['a date as a key is text', 'revision: a\n2026-01-01: x\n', 'p.yaml:2:1 Unknown key "2026-01-01".'],
    ['a list as a key', 'revision: a\n? [x]\n: y\n', 'p.yaml:2:3 A key that is not plain text.'],
    ['a merge key', 'revision: a\n<<: { teams: {} }\n', 'p.yaml:2:1 Unknown key "<<".'],
    ['another version of YAML', '%YAML 1.1\n---\nrevision: a\n', 'p.yaml:1:1 The file begins with a directive'],
    ['an unclosed list', 'revision: [a\n', 'p.yaml:2:1 Flow sequence in block collection must be'],
    ['an unclosed quote', 'revision: "a\n', 'Missing closing "quote'],
    [
      'a colon in a value',
      'revision: a: b\n',
      'p.yaml:1:11 Nested mappings are not allowed in compact mappings. — Put a value that holds a colon in quotes.',
    ],
    [
      'an unknown rule',
      'revision: a\nrules:\n  signature-is-alowed: { allow: [] }\n',
      'p.yaml:3:3 There is no rule "signature-is-alowed". — Did you mean `signature-is-allowed`?',
    ],
    [
      'a wrong value deep inside',
      'revision: a\nrules:\n  signature-is-allowed:\n    allow:\n      - AMAZON.UserInput\n      - AMAZON.CodeInterpeter\n',
      'p.yaml:6:9 "AMAZON.CodeInterpeter" is not possible here. — Did you mean `AMAZON.CodeInterpreter`?',
    ],
    [
      'a missing key, shown at what it is missing from',
      'revision: a\nteams:\n  payments:\n    principals: []\n',
      'p.yaml:3:3 `agents` is missing. — Add `agents` here.',
    ],
    ['an empty value', 'revision:\n', 'p.yaml:1:10 Nothing stands here; text is expected.'],
    [
      'a pattern’s backslash in double quotes',
      'revision: a\nrules:\n  action-group-name-matches: { pattern: "^\\d" }\n',
      'p.yaml:3:43 Invalid escape sequence \\d. — Put the value in single quotes',
    ],
    [
      'a pattern that could be made to hang, or reads otherwise elsewhere',
      "revision: a\nrules:\n  action-group-name-matches:\n    pattern: '^(?!a)'\n",
      'p.yaml:4:14 The pattern looks ahead or behind, names a group or sets a flag at character 2. — Use plain groups',
    ],
    [
      'a reference that leads nowhere',
      'revision: a\nexemptions:\n  - id: EX-1\n    rule: signature-is-allowed\n    team: nobody\n    settings: { allow: [] }\n    until: 2027-01-01\n    owner: a\n    reason: b\n    ticket: c\n    approvedBy: d\n',
      'p.yaml:5:11 There is no team "nobody".',
    ],
    ['a byte-order mark moves nothing', '\ufeffrevision: a\nx: y\n', 'p.yaml:2:1 Unknown key "x".'],
    ['Windows’ line ends move nothing', 'revision: a\r\nx: y\r\n', 'p.yaml:2:1 Unknown key "x".'],
    ['bytes that are no UTF-8', Uint8Array.of(0x72, 0xff, 0xfe), 'p.yaml:1:1 The file is not UTF-8 text.'],
    ['a file of more than a megabyte', `# ${'x'.repeat(1024 * 1024)}`, 'p.yaml:1:1 The file is larger than 1 MiB.'],
  ] as const)('%s', (_name, text, expected) => {
    expect(complaint(text)).toContain(expected);
  });

  test('all of them at once, in the order of the file', () => {
    const text = 'revision: 7\nrules:\n  x: {}\nteams:\n  t: { agents: &a [] }\nx: *a\nrevision: b\n';
    expect(
      complaint(text)
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(['p.yaml:1:11', 'p.yaml:3:3', 'p.yaml:5:3', 'p.yaml:5:19', 'p.yaml:6:1', 'p.yaml:6:4', 'p.yaml:7:1']);
  });
});

/** Each would keep a careless parser busy beyond the patience of the test runner. */
describe('a file meant to do harm is refused', () => {
  const bomb = [
    'a: &a [x]',
    ...[...'bcdefghijkl'].map((name, index) => `${name}: &${name} [${`*${'abcdefghijk'[index]},`.repeat(9)}]`),
  ].join('\n');
  test.each([
    ['aliases of aliases', bomb],
    ['brackets without end', '['.repeat(200_000)],
    ['lists of lists', `${'- '.repeat(100_000)}x`],
    ['lists of lists that close', `revision: ${'['.repeat(30)}${']'.repeat(30)}`],
    ['a great many keys', Array.from({ length: 20_000 }, (_, index) => `k${index}: x`).join('\n')],
  ])('%s', (_name, text) => {
    expect(complaint(text)).toMatch(/^p\.yaml:1:/);
  });
});

describe('YAML 1.2 is read as it looks', () => {
  test('dates, and words that are truth values elsewhere, are text', () => {
    expect(readPolicy('revision: 2026-12-31\n', 'p.yaml').document.revision).toBe('2026-12-31');
    expect(readPolicy('revision: no\n', 'p.yaml').document.revision).toBe('no');
    expect(
      readPolicy('revision: a\nrules: { signature-is-allowed: { enforcement: off } }', 'p.yaml').document.rules,
    ).toMatchObject({ 'signature-is-allowed': { enforcement: 'off' } });
  });

  test('JSON is YAML', () => {
    expect(readPolicy('{"revision": "a", "teams": {}}', 'p.json').document.revision).toBe('a');
  });
});

test('the digest is that of the file’s bytes, comments included', () => {
  const text = '# ü\nrevision: a\n';
  const digest = createHash('sha256').update(text, 'utf8').digest('hex');
  expect(readPolicy(text, 'p.yaml').digest).toBe(digest);
  expect(readPolicy(Buffer.from(text), 'p.yaml').digest).toBe(digest);
});

describe('the organisation that is shipped', () => {
  const file = readFileSync('policy/organisation.yaml');
  const { document, digest } = readPolicy(file, 'policy/organisation.yaml');
  const policy = compile(document, digest);
  const NOW = Date.parse('2026-11-20T12:00:00Z');
  const lambda = (name: string) => ({
    actionGroupExecutor: { lambda: `arn:aws:lambda:us-east-1:111122223333:function:${name}` },
  });
  const asking = { actionGroupName: 'UserInputAction', parentActionGroupSignature: 'AMAZON.UserInput' };
  const returning = { actionGroupExecutor: { customControl: 'RETURN_CONTROL' } };
  const schemaIn = (s3BucketName: string) => ({ apiSchema: { s3: { s3BucketName, s3ObjectKey: 'book.yaml' } } });

  test.each([
    ['demo', 'demo-ci', 'AGENT12345', { ...lambda('agents-book'), ...schemaIn('acme-agent-schemas') }, []],
    ['demo, at its own agent', 'demo-ci', 'DEMOAGENT1', asking, []],
    ['payments, at the shared agent', 'payments-ci', 'AGENT12345', lambda('agents-refund:live'), []],
    ['payments, at travel’s agent', 'payments-ci', 'TRAVEL2345', {}, ['caller-manages-agent']],
    ['a guest', 'guest', 'AGENT12345', {}, ['caller-is-in-one-team']],
    ['a shell', 'demo-ci', 'AGENT12345', { parentActionGroupSignature: 'ANTHROPIC.Bash' }, ['signature-is-allowed']],
    ['a function outside', 'demo-ci', 'AGENT12345', lambda('mine'), ['lambda-arn-has-required-prefix']],
    ['return of control', 'payments-ci', 'AGENT12345', returning, ['return-control-is-allowed']],
    ['a bucket outside', 'demo-ci', 'AGENT12345', schemaIn('mine'), ['s3-schema-is-in-allowed-bucket']],
    ['travel’s bucket', 'travel-ci', 'TRAVEL2345', schemaIn('acme-travel-schemas'), []],
    [
      'travel’s bucket, for payments',
      'payments-ci',
      'AGENT12345',
      schemaIn('acme-travel-schemas'),
      ['s3-schema-is-in-allowed-bucket'],
    ],
    ['travel’s exemption', 'travel-ci', 'TRAVEL2345', { actionGroupName: 'ask-traveller-seat', ...returning }, []],
    [
      'travel, outside its exemption',
      'travel-ci',
      'TRAVEL2345',
      { actionGroupName: 'pay', ...returning },
      ['return-control-is-allowed'],
    ],
  ] as const)('%s', (_name, caller, agentId, actionGroup, violations) => {
    const asked: PolicyRequest = request({ principal: role(caller), agentId, actionGroup });
    expect(decide(policy, asked, NOW).violations.map(({ rule }) => rule)).toEqual(violations);
  });

  test('has an exemption that still holds', () => {
    expect(document.exemptions.every(({ until }) => Date.parse(until) > NOW)).toBe(true);
    expect(document.exemptions).not.toEqual([]);
  });
});
