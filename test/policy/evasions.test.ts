/** Ways round the policy that somebody will try. Each stands beside the honest request that it imitates, which passes. */
import { describe, expect, test } from 'vitest';
import { decide } from '../../src/policy/decide.ts';
import { parsePrincipalArn } from '../../src/policy/principal.ts';
import type { ActionGroup, PolicyRequest } from '../../src/policy/request.ts';
import { RULES } from '../../src/policy/rules/index.ts';
import { ACCOUNT, AGENT, exemption, PREFIX, policyWith, principal, request, role, team } from './policies.ts';

const NOON = Date.parse('2026-11-20T12:00:00Z');

const rules = {
  'action-group-name-matches': { pattern: '^payments-[a-z-]+$' },
  'client-token-is-given': {},
  'custom-action-group-is-allowed': { allow: true },
  'deletion-is-allowed': { allow: true },
  'description-is-given': { minLength: 10, functionMinLength: 10 },
  'enabling-is-allowed': { allow: false },
  'function-count-is-limited': { max: 2 },
  'function-requires-confirmation': { pattern: '^(delete|pay)' },
  'in-use-check-is-kept': {},
  'lambda-arn-has-required-prefix': { prefixes: [PREFIX, `arn:aws:lambda:us-east-1:${ACCOUNT}:function:book`] },
  'lambda-is-in-agent-account-and-region': {},
  'lambda-is-pinned': {},
  'new-group-starts-disabled': {},
  'parameter-count-is-limited': { max: 1 },
  'reserved-name-matches-signature': {},
  'return-control-is-allowed': { allow: false },
  's3-schema-is-in-allowed-bucket': { buckets: ['acme-agent-schemas'] },
  's3-schema-key-matches': { pattern: '^released/[a-z]+\\.yaml$' },
  'schema-source-is-allowed': { allow: ['s3', 'functions'] },
  'signature-is-allowed': { allow: ['AMAZON.UserInput', 'ANTHROPIC.Computer'] },
  'signature-params-are-allowed': { signatures: { 'ANTHROPIC.Computer': { type: ['computer_20241022'] } } },
};

const policy = policyWith({ rules });

const good = {
  actionGroupName: 'payments-book',
  description: 'Books tables for payments.',
  actionGroupState: 'DISABLED',
  actionGroupExecutor: { lambda: `${PREFIX}book:7` },
  functionSchema: {
    functions: [
      { name: 'pay_bill', description: 'Pays one bill.', requireConfirmation: 'ENABLED', parameters: { id: {} } },
    ],
  },
};
const fromS3 = {
  ...good,
  functionSchema: undefined,
  apiSchema: { s3: { s3BucketName: 'acme-agent-schemas', s3ObjectKey: 'released/book.yaml' } },
};
const builtIn = {
  actionGroupName: 'UserInputAction',
  actionGroupState: 'DISABLED',
  parentActionGroupSignature: 'AMAZON.UserInput',
};
const computer = {
  actionGroupName: 'payments-desktop',
  actionGroupState: 'DISABLED',
  parentActionGroupSignature: 'ANTHROPIC.Computer',
  parentActionGroupSignatureParams: { type: 'computer_20241022' },
};

const honest = { clientTokenGiven: true, agentAccount: ACCOUNT, agentRegion: 'us-east-1' };
const WRITES = ['CreateAgentActionGroup', 'UpdateAgentActionGroup'] as const;

/** The ids of the rules that refuse it, membership included. */
function refusals(changes: Partial<PolicyRequest>, nowEpochMs = NOON): string[] {
  const verdict = decide(policy, request({ ...honest, ...changes }), nowEpochMs);
  expect(verdict.broken).toBeUndefined();
  return [...new Set(verdict.violations.map(({ rule }) => rule))];
}

test('every rule there is takes part', () => {
  expect(Object.keys(rules)).toEqual([...RULES.keys()].sort());
});

describe.each(WRITES)('%s of an honest group passes:', (operation) => {
  test.each([
    ['functions', good],
    ['a schema in S3', fromS3],
    ['a built-in ability', builtIn],
    ['a built-in ability with parameters', computer],
  ] as const)('%s', (_name, actionGroup) => {
    expect(refusals({ operation, actionGroup })).toEqual([]);
  });
});

const withLambda = (lambda: unknown) => ({ ...good, actionGroupExecutor: { lambda } });
const withFunction = (changes: object) => ({
  ...good,
  functionSchema: { functions: [{ ...good.functionSchema.functions[0], ...changes }] },
});
const withS3 = (changes: object) => ({ ...fromS3, apiSchema: { s3: { ...fromS3.apiSchema.s3, ...changes } } });

const functionArn = (name: string, { partition = 'aws', region = 'us-east-1', account = ACCOUNT } = {}) =>
  `arn:${partition}:lambda:${region}:${account}:function:${name}`;

describe('refused, at creation and by update alike, is', () => {
  const PREFIXED = 'lambda-arn-has-required-prefix';
  const BESIDE = 'lambda-is-in-agent-account-and-region';
  test.each([
    // Another function.
    ['another account', withLambda(functionArn('agents-book:7', { account: '999922223333' })), [PREFIXED, BESIDE]],
    [
      'an account with one digit more',
      withLambda(functionArn('agents-book:7', { account: `${ACCOUNT}3` })),
      [PREFIXED, BESIDE],
    ],
    ['another region', withLambda(functionArn('agents-book:7', { region: 'us-east-2' })), [PREFIXED, BESIDE]],
    [
      'a region that begins alike',
      withLambda(functionArn('agents-book:7', { region: 'us-east-11' })),
      [PREFIXED, BESIDE],
    ],
    ['another partition', withLambda(functionArn('agents-book:7', { partition: 'aws-cn' })), [PREFIXED, BESIDE]],
    ['no partition', withLambda(functionArn('agents-book:7', { partition: '' })), [PREFIXED, BESIDE]],
    ['a function whose name merely begins like the whole one', withLambda(functionArn('bookkeeper:7')), [PREFIXED]],
    ['a function that only shares the beginning without its dash', withLambda(functionArn('agents7:7')), [PREFIXED]],
    ['the beginning as an alias', withLambda(functionArn('evil:agents-book')), [PREFIXED, 'lambda-is-pinned']],
    [
      'a layer',
      withLambda(`arn:aws:lambda:us-east-1:${ACCOUNT}:layer:agents-book:7`),
      [PREFIXED, BESIDE, 'lambda-is-pinned'],
    ],
    ['a name alone', withLambda('agents-book:7'), [PREFIXED, BESIDE, 'lambda-is-pinned']],
    ['a path in the name', withLambda(functionArn('agents-book/../evil:7')), [PREFIXED]],
    // The same function, in another state.
    ['no qualifier', withLambda(`${PREFIX}book`), ['lambda-is-pinned']],
    ['an empty qualifier', withLambda(`${PREFIX}book:`), ['lambda-is-pinned']],
    ['$LATEST', withLambda(`${PREFIX}book:$LATEST`), ['lambda-is-pinned']],
    ['$LATEST in other case', withLambda(`${PREFIX}book:$latest`), ['lambda-is-pinned']],
    ['$LATEST, escaped', withLambda(`${PREFIX}book:%24LATEST`), ['lambda-is-pinned']],
    ['an alias', withLambda(`${PREFIX}book:live`), ['lambda-is-pinned']],
    ['an alias that looks like a version', withLambda(`${PREFIX}book:v7`), ['lambda-is-pinned']],
    ['an alias that begins like a version', withLambda(`${PREFIX}book:7-live`), ['lambda-is-pinned']],
    ['a version that there cannot be', withLambda(`${PREFIX}book:0`), ['lambda-is-pinned']],
    ['a version with a nought before it', withLambda(`${PREFIX}book:07`), ['lambda-is-pinned']],
    ['a version in another script’s digits', withLambda(`${PREFIX}book:٧`), ['lambda-is-pinned']],
    ['a version and an alias', withLambda(`${PREFIX}book:7:live`), ['lambda-is-pinned']],
    ['a version and a line break', withLambda(`${PREFIX}book:7\n`), ['lambda-is-pinned']],
    ['a version and $LATEST', withLambda(`${PREFIX}book:7$LATEST`), ['lambda-is-pinned']],
    // Other spelling.
    ['a function in other case', withLambda(functionArn('Agents-book:7')), [PREFIXED]],
    ['a look-alike letter (Cyrillic а)', withLambda(functionArn('аgents-book:7')), [PREFIXED]],
    ['a look-alike dash', withLambda(functionArn('agents‐book:7')), [PREFIXED]],
    ['letters of full width', withLambda(functionArn('ａｇｅｎｔｓ-book:7')), [PREFIXED]],
    ['an invisible letter', withLambda(functionArn('agents-\u200bbook:7')), [PREFIXED]],
    ['a letter that reverses the line', withLambda(`\u202e${PREFIX}book:7`), [PREFIXED]],
    ['an escape', withLambda(functionArn('agents%2Dbook:7')), [PREFIXED]],
    ['a name in other case', { ...good, actionGroupName: 'Payments-book' }, ['action-group-name-matches']],
    ['a name with a look-alike letter', { ...good, actionGroupName: 'pаyments-book' }, ['action-group-name-matches']],
    [
      'a name with a line break after it',
      { ...good, actionGroupName: 'payments-book\n' },
      ['action-group-name-matches'],
    ],
    ['a name after a line break', { ...good, actionGroupName: 'x\npayments-book' }, ['action-group-name-matches']],
    [
      'a name that ends in the one wanted',
      { ...good, actionGroupName: 'not-payments-book' },
      ['action-group-name-matches'],
    ],
    [
      'a signature in other case',
      { ...builtIn, parentActionGroupSignature: 'amazon.userinput' },
      ['signature-is-allowed'],
    ],
    [
      'a signature with a look-alike letter',
      { ...builtIn, parentActionGroupSignature: 'АMAZON.UserInput' },
      ['signature-is-allowed'],
    ],
    [
      'a signature with a blank',
      { ...builtIn, parentActionGroupSignature: 'AMAZON.UserInput ' },
      ['signature-is-allowed'],
    ],
    [
      'a signature’s escape',
      { ...builtIn, parentActionGroupSignature: '\\u0041MAZON.UserInput' },
      ['signature-is-allowed'],
    ],
    ['a state in other case', { ...good, actionGroupState: 'disabled' }, ['enabling-is-allowed']],
    [
      'a function’s name in other case',
      withFunction({ name: 'PAY_bill', requireConfirmation: 'DISABLED' }),
      ['function-requires-confirmation'],
    ],
    [
      'a function’s name with a look-alike letter',
      withFunction({ name: 'рay_bill', requireConfirmation: 'DISABLED' }),
      ['function-requires-confirmation'],
    ],
    [
      'a confirmation in other case',
      withFunction({ requireConfirmation: 'enabled' }),
      ['function-requires-confirmation'],
    ],
    [
      'a parameter in other case',
      { ...computer, parentActionGroupSignatureParams: { Type: 'computer_20241022' } },
      ['signature-params-are-allowed'],
    ],
    [
      'a parameter’s value in other case',
      { ...computer, parentActionGroupSignatureParams: { type: 'Computer_20241022' } },
      ['signature-params-are-allowed'],
    ],
    // Nothing in place of something.
    ['an empty function', withLambda(''), [PREFIXED, BESIDE, 'lambda-is-pinned']],
    ['a null function', withLambda(null), [PREFIXED, BESIDE, 'lambda-is-pinned']],
    ['a list of one good function', withLambda([`${PREFIX}book:7`]), [PREFIXED, BESIDE, 'lambda-is-pinned']],
    [
      'a null return of control',
      { ...good, actionGroupExecutor: { customControl: null } },
      ['return-control-is-allowed'],
    ],
    [
      'an empty return of control',
      { ...good, actionGroupExecutor: { customControl: '' } },
      ['return-control-is-allowed'],
    ],
    ['a null signature', { ...good, parentActionGroupSignature: null }, ['signature-is-allowed']],
    ['an empty signature', { ...good, parentActionGroupSignature: '' }, ['signature-is-allowed']],
    ['null parameters', { ...computer, parentActionGroupSignatureParams: null }, ['signature-params-are-allowed']],
    ['no bucket', withS3({ s3BucketName: undefined }), ['s3-schema-is-in-allowed-bucket']],
    ['a null bucket', withS3({ s3BucketName: null }), ['s3-schema-is-in-allowed-bucket']],
    ['a null key', withS3({ s3ObjectKey: null }), ['s3-schema-key-matches']],
    ['no key', withS3({ s3ObjectKey: undefined }), ['s3-schema-key-matches']],
    [
      'a null object in S3',
      { ...fromS3, apiSchema: { s3: null } },
      ['s3-schema-is-in-allowed-bucket', 's3-schema-key-matches'],
    ],
    ['a schema from nowhere', { ...good, functionSchema: undefined, apiSchema: {} }, ['schema-source-is-allowed']],
    ['a null schema', { ...good, functionSchema: undefined, apiSchema: null }, ['schema-source-is-allowed']],
    [
      'an empty payload',
      { ...good, functionSchema: undefined, apiSchema: { payload: '' } },
      ['schema-source-is-allowed'],
    ],
    [
      'a null list of functions',
      { ...good, functionSchema: { functions: null } },
      ['function-count-is-limited', 'function-requires-confirmation'],
    ],
    [
      'functions that are no list',
      { ...good, functionSchema: { functions: { 0: {}, length: 0 } } },
      ['function-requires-confirmation'],
    ],
    ['a null state', { ...good, actionGroupState: null }, ['enabling-is-allowed']],
    ['an empty name', { ...good, actionGroupName: '' }, ['action-group-name-matches']],
    ['a null description', { ...good, description: null }, ['description-is-given']],
    ['a description of blanks', { ...good, description: ' '.repeat(50) }, ['description-is-given']],
    [
      'a description that cannot be seen',
      { ...good, description: '\u200b\u3164\u2800\u00ad'.repeat(20) },
      ['description-is-given'],
    ],
    // From good to bad.
    ['the state ENABLED', { ...good, actionGroupState: 'ENABLED' }, ['enabling-is-allowed']],
    ['no state, which enables', { ...good, actionGroupState: undefined }, ['enabling-is-allowed']],
    ['another key in the good bucket', withS3({ s3ObjectKey: 'drafts/book.yaml' }), ['s3-schema-key-matches']],
    ['a key that climbs', withS3({ s3ObjectKey: 'released/../drafts/book.yaml' }), ['s3-schema-key-matches']],
    ['a key that goes on', withS3({ s3ObjectKey: 'released/book.yaml.bak' }), ['s3-schema-key-matches']],
    ['a key with any letter for its dot', withS3({ s3ObjectKey: 'released/bookxyaml' }), ['s3-schema-key-matches']],
    [
      'a bucket that begins alike',
      withS3({ s3BucketName: 'acme-agent-schemas-mine' }),
      ['s3-schema-is-in-allowed-bucket'],
    ],
    [
      'a bucket with a path',
      withS3({ s3BucketName: 'acme-agent-schemas/../mine' }),
      ['s3-schema-is-in-allowed-bucket'],
    ],
    ['a bucket’s ARN', withS3({ s3BucketName: 'arn:aws:s3:::acme-agent-schemas' }), ['s3-schema-is-in-allowed-bucket']],
    [
      'a confirmation that is taken back',
      withFunction({ requireConfirmation: 'DISABLED' }),
      ['function-requires-confirmation'],
    ],
    [
      'a confirmation that is left out',
      withFunction({ requireConfirmation: undefined }),
      ['function-requires-confirmation'],
    ],
    [
      'a function that is more than allowed',
      { ...good, functionSchema: { functions: Array(3).fill(good.functionSchema.functions[0]) } },
      ['function-count-is-limited'],
    ],
    ['a parameter more', withFunction({ parameters: { id: {}, account: {} } }), ['parameter-count-is-limited']],
    [
      'an own key that every object inherits, as a parameter',
      withFunction({ parameters: JSON.parse('{"__proto__": {}, "id": {}}') }),
      ['parameter-count-is-limited'],
    ],
    // One thing beside another.
    [
      'a signature beside an executor',
      { ...good, parentActionGroupSignature: 'ANTHROPIC.Bash' },
      ['signature-is-allowed'],
    ],
    [
      'an executor beside a signature',
      { ...builtIn, actionGroupExecutor: { lambda: functionArn('evil:7') } },
      [PREFIXED],
    ],
    [
      'a return of control beside a function',
      { ...good, actionGroupExecutor: { lambda: `${PREFIX}book:7`, customControl: 'RETURN_CONTROL' } },
      ['return-control-is-allowed'],
    ],
    [
      'a bucket beside a payload',
      { ...withS3({ s3BucketName: 'mine' }), apiSchema: { payload: '{}', s3: { s3BucketName: 'mine' } } },
      ['s3-schema-is-in-allowed-bucket', 'schema-source-is-allowed'],
    ],
    [
      'functions beside a schema in S3',
      { ...fromS3, ...withFunction({ requireConfirmation: 'DISABLED' }) },
      ['function-requires-confirmation'],
    ],
    [
      'a signature to do without a description',
      { ...good, description: undefined, parentActionGroupSignature: 'AMAZON.UserInput' },
      ['description-is-given', 'reserved-name-matches-signature'],
    ],
    [
      'a reserved name to be called as one likes',
      { ...good, actionGroupName: 'UserInputAction' },
      ['action-group-name-matches', 'reserved-name-matches-signature'],
    ],
    [
      'a reserved name in other case',
      { ...good, actionGroupName: 'userinputaction' },
      ['reserved-name-matches-signature'],
    ],
    [
      'a reserved name of another signature',
      { ...builtIn, actionGroupName: 'CodeInterpreterAction' },
      ['reserved-name-matches-signature'],
    ],
    [
      'a listed parameter for another signature',
      { ...builtIn, parentActionGroupSignatureParams: { type: 'computer_20241022' } },
      ['signature-params-are-allowed'],
    ],
    [
      'parameters without a signature',
      { ...good, parentActionGroupSignatureParams: { type: 'computer_20241022' } },
      ['signature-params-are-allowed'],
    ],
    [
      'a parameter that every object inherits',
      { ...computer, parentActionGroupSignatureParams: { constructor: 'computer_20241022' } },
      ['signature-params-are-allowed'],
    ],
  ] as const)('%s', (_name, actionGroup, by) => {
    for (const operation of WRITES) {
      expect(refusals({ operation, actionGroup: actionGroup as ActionGroup })).toEqual(expect.arrayContaining([...by]));
    }
  });
});

describe('refused is', () => {
  test.each([
    ['a creation without a token', { clientTokenGiven: false }, 'client-token-is-given'],
    [
      'a creation of which it is not known whether it has a token',
      { clientTokenGiven: undefined },
      'client-token-is-given',
    ],
    [
      'a new group without a state',
      { actionGroup: { ...good, actionGroupState: undefined } },
      'new-group-starts-disabled',
    ],
    [
      'a group of which it is not known where its agent is',
      { agentAccount: undefined },
      'lambda-is-in-agent-account-and-region',
    ],
    ['a group of an agent in an account without a name', { agentAccount: '' }, 'lambda-is-in-agent-account-and-region'],
    [
      'a deletion that skips the check',
      { operation: 'DeleteAgentActionGroup', actionGroup: undefined, skipResourceInUseCheck: true },
      'in-use-check-is-kept',
    ],
    [
      'a deletion that skips the check in words',
      {
        operation: 'DeleteAgentActionGroup',
        actionGroup: undefined,
        skipResourceInUseCheck: 'true' as unknown as boolean,
      },
      'in-use-check-is-kept',
    ],
    ['another team’s agent', { agentId: 'TRAVEL2345' }, 'caller-manages-agent'],
    ['the agent’s id in other case', { agentId: AGENT.toLowerCase() }, 'caller-manages-agent'],
    ['the agent’s id with a blank', { agentId: `${AGENT} ` }, 'caller-manages-agent'],
    ['a star for the agent', { agentId: '*' }, 'caller-manages-agent'],
  ] as const)('%s', (_name, changes, by) => {
    expect(refusals({ actionGroup: good, ...changes } as Partial<PolicyRequest>)).toContain(by);
  });
});

describe('nobody is let in', () => {
  const closed = policyWith({
    teams: {
      payments: team(),
      travel: team({ principals: [`arn:aws:iam::${ACCOUNT}:role/*-travel`], agents: [AGENT] }),
    },
  });
  const sts = (resource: string, account = ACCOUNT) => principal(`arn:aws:sts::${account}:${resource}`);

  test.each([
    ['by being in two teams', role('payments-travel')],
    ['by a session that is named like the role', sts('assumed-role/guest/payments-ci')],
    ['by a federated user that is named like the role', sts('federated-user/payments-ci')],
    ['by a user that is named like the role', principal(`arn:aws:iam::${ACCOUNT}:user/payments-ci`)],
    ['by a user whose path is the role’s', principal(`arn:aws:iam::${ACCOUNT}:user/role/payments-ci`)],
    ['by a role of that name in another account', principal('arn:aws:iam::999922223333:role/payments-ci')],
    ['by a role of that name in another partition', principal(`arn:aws-cn:iam::${ACCOUNT}:role/payments-ci`)],
    ['by a role in other case', role('Payments-ci')],
    ['by a role whose path is the team’s', principal(`arn:aws:iam::${ACCOUNT}:role/payments-ci/guest`)],
    ['by the account’s root', principal(`arn:aws:iam::${ACCOUNT}:root`)],
    [
      'by a token that claims the ARN',
      { kind: 'jwt', issuer: `arn:aws:iam::${ACCOUNT}:role/payments-ci`, claims: { sub: 'payments-ci' } },
    ],
  ] as const)('%s', (_name, caller) => {
    expect(decide(closed, request({ principal: caller }), NOON)).toMatchObject({
      effect: 'deny',
      violations: [{ rule: 'caller-is-in-one-team' }],
    });
  });

  test.each([
    ['a session name with a slash', `arn:aws:sts::${ACCOUNT}:assumed-role/guest/x/payments-ci`],
    ['a look-alike letter', `arn:aws:iam::${ACCOUNT}:role/pаyments-ci`],
    ['a line break', `arn:aws:iam::${ACCOUNT}:role/payments-ci\n`],
    ['an escape', `arn:aws:iam::${ACCOUNT}:role%2Fpayments-ci`],
    ['a star', `arn:aws:iam::${ACCOUNT}:role/*`],
  ])('nor named by an ARN with %s', (_name, arn) => {
    expect(parsePrincipalArn(arn)).toBeUndefined();
  });
});

describe('an exemption', () => {
  const until = '2026-12-31T17:00:00Z';
  const exempt = policyWith({
    rules: { 'return-control-is-allowed': { allow: false } },
    exemptions: [
      exemption({
        rule: 'return-control-is-allowed',
        settings: { allow: true },
        groupName: 'ask-*',
        agent: AGENT,
        until,
      }),
    ],
  });
  const asked = (changes: Partial<PolicyRequest> = {}, actionGroupName: string | undefined = 'ask-user') =>
    request({ actionGroup: { actionGroupName, actionGroupExecutor: { customControl: 'RETURN_CONTROL' } }, ...changes });
  const end = Date.parse(until);

  test.each([
    ['holds to its last moment', asked(), end, 'allow'],
    ['does not hold a second later', asked(), end + 1000, 'deny'],
    ['does not hold a millisecond later', asked(), end + 1, 'deny'],
    ['does not hold for a name that contains its pattern', asked({}, 'task-user'), end, 'deny'],
    ['does not hold for its name in other case', asked({}, 'Ask-user'), end, 'deny'],
    ['does not hold for a name with a path', asked({}, 'ask-user/x'), end, 'deny'],
    ['does not hold for no name', asked({}, ''), end, 'deny'],
    ['does not hold for an update to another name', asked({ operation: 'UpdateAgentActionGroup' }, 'pay'), end, 'deny'],
  ] as const)('%s', (_name, one, now, effect) => {
    expect(decide(exempt, one, now).effect).toBe(effect);
  });
});
