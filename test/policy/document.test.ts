import { describe, expect, test } from 'vitest';
import { decide } from '../../src/policy/decide.ts';
import { checkDocument, deserialise } from '../../src/policy/document/grammar.ts';
import { compile, fromBuild, serialise } from '../../src/policy/policy.ts';
import { checked, DIGEST, documentWith, exemption, NOW, request, team, withSignature } from './policies.ts';

function faultsIn(document: unknown): string[] {
  const result = checkDocument(document);
  return 'ok' in result ? [] : result.faults.map(({ path, message, fix }) => `${path.join('.')}: ${message} ${fix}`);
}

const rule = (entry: unknown) => documentWith({ rules: { 'signature-is-allowed': entry } });
const ofTeam = (changes: Record<string, unknown>) => documentWith({ teams: { payments: team(changes) } });
const principalIs = (principal: unknown) => ofTeam({ principals: [principal] });
const exempting = (changes: Record<string, unknown>) => documentWith({ exemptions: [exemption(changes)] });

test('what is left out has the value that its absence means', () => {
  expect(checkDocument({ revision: '1' })).toEqual({ ok: { revision: '1', rules: {}, teams: {}, exemptions: [] } });
});

test('settings that a team may leave out are written out where it switches the rule on', () => {
  const team = (enforcement: string) => ({
    principals: [],
    agents: [],
    rules: { 'lambda-is-pinned': { enforcement }, 'client-token-is-given': { enforcement } },
  });
  const switched = { revision: '1', teams: { on: team('deny'), off: team('off') } };
  const pinned = (rules?: object) => {
    const checked = checkDocument(rules === undefined ? switched : { ...switched, rules });
    return 'ok' in checked ? Object.values(checked.ok.teams).map(({ rules }) => rules['lambda-is-pinned']) : checked;
  };
  const off = { enforcement: 'off' };
  expect(pinned()).toEqual([{ enforcement: 'deny', allowAliases: false }, off]);
  expect(pinned({ 'lambda-is-pinned': { enforcement: 'off' } })).toEqual([
    { enforcement: 'deny', allowAliases: false },
    off,
  ]);
  expect(pinned({ 'lambda-is-pinned': { allowAliases: true } })).toEqual([{ enforcement: 'deny' }, off]);
});

test('a checked document is plain JSON and stays as it is when checked again', () => {
  const document = checked(documentWith({ exemptions: [exemption({ until: '2027-06-30' })] }));
  expect(document.exemptions[0]?.until).toBe('2027-06-30T23:59:59.999Z');
  expect(checkDocument(JSON.parse(JSON.stringify(document)))).toEqual({ ok: document });
});

test.each([
  ['beside the code that it was built with', fromBuild],
  ['anywhere else', deserialise],
])('what the build stores, read %s, decides like what was written', (_where, read) => {
  const document = checked(documentWith({ exemptions: [exemption()] }));
  const stored = read(serialise({ document, digest: DIGEST }));
  for (const signature of ['AMAZON.UserInput', 'ANTHROPIC.Bash', 'ANTHROPIC.Computer']) {
    const asked = request(withSignature(signature));
    expect(decide(stored, asked, NOW)).toEqual(decide(compile(document, DIGEST), asked, NOW));
  }
});

test.each([
  ['another shape', '{}'],
  ['no JSON', 'revision: 1'],
  ['a document of another grammar', '{"digest":"d","document":{"revision":"1","rulez":{}}}'],
])('stored text that is %s is refused', (_name, text) => {
  expect(() => deserialise(text)).toThrow();
});

test.each([
  ['no revision', { rules: {} }, 'revision: `revision` is missing. Add `revision` here.'],
  ['a revision that is a number', { revision: 7 }, 'revision: Expected text, found the number 7. Put it in quotes.'],
  ['an empty revision', { revision: '' }, 'revision: "" is not a revision. Write 1 to 64 plain letters'],
  ['a revision of two lines', { revision: 'a\nb' }, 'revision: "a\\nb" is not a revision.'],
  ['a revision of 65 letters', { revision: 'a'.repeat(65) }, 'is not a revision.'],
  ['a list', [], ': Expected a block of `key: value` lines, found a list.'],
  ['nothing', null, ': Nothing stands here'],
  ['an unknown key', documentWith({ rulse: {} }), 'rulse: Unknown key "rulse". Did you mean `rules`?'],
  ['a key that every object inherits', documentWith({ toString: {} }), 'toString: Unknown key "toString".'],
  ['`__proto__` as a key', JSON.parse('{"revision":"1","__proto__":{}}'), '__proto__: Unknown key "__proto__".'],
  ['empty teams', documentWith({ teams: null }), 'teams: Nothing stands here; a block of `name: …` lines is expected.'],
  [
    'an unknown rule',
    documentWith({ rules: { 'signatures-are-allowed': {} } }),
    'There is no rule "signatures-are-allowed". Did you mean `signature-is-allowed`?',
  ],
  [
    'a rule that every object inherits',
    documentWith({ rules: { constructor: {} } }),
    'There is no rule "constructor".',
  ],
  ['`__proto__` as a rule', JSON.parse('{"revision":"1","rules":{"__proto__":{}}}'), 'There is no rule "__proto__".'],
  [
    'membership as a rule',
    documentWith({ rules: { 'caller-manages-agent': { enforcement: 'off' } } }),
    'is not named under `rules`: it always runs. Remove it.',
  ],
  [
    'an unknown enforcement',
    rule({ enforcement: 'denny', allow: [] }),
    '"denny" is not possible here. Did you mean `deny`?',
  ],
  [
    '`off` as YAML 1.1 reads it',
    rule({ enforcement: false, allow: [] }),
    'Expected one of deny, warn, off, found the boolean false.',
  ],
  ['an unknown setting', rule({ alow: [] }), 'alow: Unknown key "alow". Did you mean `allow`?'],
  ['a missing setting', rule({ enforcement: 'warn' }), 'allow: `allow` is missing.'],
  [
    'a wrong setting of a rule that is off',
    rule({ enforcement: 'off', allow: 'x' }),
    'allow: Expected a list, found the string "x".',
  ],
  [
    'a signature that there is not',
    rule({ allow: ['AMAZON.UserInputs'] }),
    'allow.0: "AMAZON.UserInputs" is not possible here. Did you mean `AMAZON.UserInput`?',
  ],
  ['`final` as text', rule({ final: 'yes', allow: [] }), 'final: Expected true or false, found the string "yes".'],
  [
    'a bucket as an address',
    documentWith({ rules: { 's3-schema-is-in-allowed-bucket': { buckets: ['s3://acme'] } } }),
    'buckets.0: "s3://acme" is not the name of an S3 bucket.',
  ],
  ['a team’s name with a space', documentWith({ teams: { 'pay ments': team() } }), '"pay ments" is not a team’s name.'],
  [
    '`__proto__` as a team',
    JSON.parse('{"revision":"1","teams":{"__proto__":{}}}'),
    '"__proto__" is not a team’s name.',
  ],
  ['a team without agents', documentWith({ teams: { payments: { principals: [] } } }), 'agents: `agents` is missing.'],
  ['an agent’s id that is short', ofTeam({ agents: ['AGENT'] }), 'agents.0: "AGENT" is not an agent id.'],
  [
    'an agent’s id that was read as a number',
    ofTeam({ agents: [1234567890] }),
    'Expected text, found the number 1234567890. Put it in quotes.',
  ],
  ['a pattern of agents', ofTeam({ agents: ['AGENT*'] }), '"AGENT*" is not an agent id.'],
  [
    'a team that says `final`',
    ofTeam({ rules: { 'signature-is-allowed': { final: true, allow: [] } } }),
    'final: Unknown key "final".',
  ],
  [
    'a principal without an account',
    principalIs('arn:aws:iam::*:role/x'),
    'names no principals. Write arn:PARTITION:iam::ACCOUNT:role/NAME',
  ],
  ['a principal in any partition', principalIs('arn:*:iam::111122223333:role/x'), 'names no principals.'],
  ['a principal of any type', principalIs('arn:aws:iam::111122223333:*'), 'names no principals.'],
  ['everyone', principalIs('*'), 'names no principals.'],
  ['a question mark', principalIs('arn:aws:iam::111122223333:role/x?'), 'names no principals.'],
  [
    'a role with a path',
    principalIs('arn:aws:iam::111122223333:role/ci/payments'),
    'Leave the path out, because sessions do not carry it: arn:aws:iam::111122223333:role/payments.',
  ],
  [
    'a session',
    principalIs('arn:aws:sts::111122223333:assumed-role/payments/*'),
    'Name the role, which covers its sessions: arn:aws:iam::111122223333:role/payments.',
  ],
  [
    'a look-alike letter',
    principalIs('arn:aws:iam::111122223333:role/pаyments'),
    'role/p\\u0430yments" names no principals.',
  ],
  ['a token’s claim without its issuer', principalIs({ claim: 'a', equals: 'b' }), 'issuer: `issuer` is missing.'],
  [
    'a token’s claim with a pattern’s key',
    principalIs({ issuer: 'i', claim: 'a', like: 'b' }),
    'like: Unknown key "like".',
  ],
  ['an exemption without an end', exempting({ until: undefined }), 'until: Nothing stands here'],
  [
    'an exemption until a day that there is not',
    exempting({ until: '2027-02-30' }),
    '"2027-02-30" is not a point in time.',
  ],
  [
    'an exemption for ever',
    exempting({ until: 'never' }),
    '"never" is not a point in time. Write a date such as 2026-12-31',
  ],
  ['an exemption that nobody owns', exempting({ owner: '  ' }), 'owner: "  " is not a text of one line'],
  [
    'an exemption’s ticket that was read as a number',
    exempting({ ticket: 118 }),
    'ticket: Expected text, found the number 118. Put it in quotes.',
  ],
  [
    'an exemption from an unknown rule',
    exempting({ rule: 'signature-allowed' }),
    'There is no rule "signature-allowed". Did you mean `signature-is-allowed`?',
  ],
  ['an exemption from membership', exempting({ rule: 'caller-manages-agent' }), 'it always runs.'],
  ['an exemption that silences', exempting({ settings: {} }), 'settings.allow: `allow` is missing.'],
  [
    'an exemption that switches off',
    exempting({ settings: { allow: [], enforcement: 'off' } }),
    'enforcement: Unknown key "enforcement".',
  ],
  [
    'an exemption for an unknown team',
    exempting({ team: 'payment' }),
    'team: There is no team "payment". Did you mean `payments`?',
  ],
  [
    'an exemption for a team that every object inherits',
    exempting({ team: 'constructor' }),
    'There is no team "constructor".',
  ],
  [
    'two exemptions of one id',
    documentWith({ exemptions: [exemption(), exemption()] }),
    'exemptions.1.id: The id EX-1 is taken by another exemption.',
  ],
  [
    'an exemption from a rule that is not exemptible',
    documentWith({ rules: { 'signature-is-allowed': { exemptible: false, allow: [] } }, exemptions: [exemption()] }),
    'exemptions.0.rule: `signature-is-allowed` is not exemptible. Remove the exemption',
  ],
  [
    'an exemption from a rule without settings',
    documentWith({
      rules: { 'client-token-is-given': {} },
      exemptions: [exemption({ rule: 'client-token-is-given', settings: {} })],
    }),
    'exemptions.0.rule: `client-token-is-given` has no settings, so an exemption cannot give it others.',
  ],
  [
    'an exemption from a rule that is off',
    documentWith({ rules: { 'signature-is-allowed': { enforcement: 'off' } }, exemptions: [exemption()] }),
    '`signature-is-allowed` is off for team payments',
  ],
  [
    'an exemption from a rule that is not named',
    documentWith({ rules: {}, exemptions: [exemption()] }),
    '`signature-is-allowed` is off for team payments',
  ],
  [
    'an exemption from a rule that its team has off',
    documentWith({
      teams: { payments: team({ rules: { 'signature-is-allowed': { enforcement: 'off' } } }) },
      exemptions: [exemption()],
    }),
    '`signature-is-allowed` is off for team payments',
  ],
  [
    'a team that replaces a final rule',
    documentWith({
      rules: { 'signature-is-allowed': { final: true, allow: [] } },
      teams: { payments: team({ rules: { 'signature-is-allowed': { enforcement: 'warn' } } }) },
    }),
    'teams.payments.rules.signature-is-allowed: `signature-is-allowed` is final, so a team cannot replace it. Remove it here',
  ],
  [
    'a team’s rule that has settings nowhere',
    documentWith({
      rules: {},
      teams: { payments: team({ rules: { 'signature-is-allowed': { enforcement: 'warn' } } }) },
    }),
    '`signature-is-allowed` has no settings, here or for the organisation.',
  ],
])('%s is refused', (_name, document, fault) => {
  expect(faultsIn(document).join('\n')).toContain(fault);
});

test('every fault is found at once', () => {
  const document = {
    revision: 7,
    a: 1,
    b: 2,
    rules: { x: {}, 'signature-is-allowed': { allow: ['x', 'y'], z: 1 } },
    teams: { t: { agents: [1, 2] } },
  };
  expect(faultsIn(document).map((fault) => fault.split(':')[0])).toEqual([
    'revision',
    'rules.x',
    'rules.signature-is-allowed.allow.0',
    'rules.signature-is-allowed.allow.1',
    'rules.signature-is-allowed.z',
    'teams.t.principals',
    'teams.t.agents.0',
    'teams.t.agents.1',
    'a',
    'b',
  ]);
});

describe('accepted are', () => {
  test.each([
    ['an exemption that ended long ago', exempting({ until: '2001-01-01' })],
    [
      'an exemption from a final rule that is exemptible',
      documentWith({ rules: { 'signature-is-allowed': { final: true, allow: [] } }, exemptions: [exemption()] }),
    ],
    ['a rule that is off and has no settings', rule({ enforcement: 'off' })],
    ['a rule that allows nothing', rule({ allow: [] })],
    ['two teams that share an agent', documentWith({ teams: { a: team(), b: team() } })],
    ['a reason in YAML’s folded form', exempting({ reason: 'A migration.\n' })],
    ['people’s names as they are written', exempting({ owner: 'Zoë Ångström' })],
  ])('%s', (_name, document) => {
    expect(faultsIn(document)).toEqual([]);
  });
});
