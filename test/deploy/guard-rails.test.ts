import { describe, expect, test } from 'vitest';
import { type GuardRails, permissionsBoundary, serviceControlPolicy } from '../../src/deploy/guard-rails.ts';
import { roleResources } from '../../src/deploy/roles.ts';
import { ROLE_PATH } from '../../src/reconciliation/role-path.ts';
import { deployment } from './deployment.ts';
import { evaluate } from './iam.ts';

const iam = (rest: string, account = '111122223333') => `arn:aws:iam::${account}:${rest}`;
const OURS = iam('role/portcullis/prod-CreateActionGroupRole-1A2B');
const DEPLOYER = iam('role/ci/deployer');
const TEAM = iam('role/payments-ci');
const AGENT = 'arn:aws:bedrock:us-east-1:111122223333:agent/AGENT12345';
const OUR_FUNCTION = 'arn:aws:lambda:us-east-1:111122223333:function:portcullis-prod-create-action-group';
const BOUNDARY = iam('policy/portcullis/guard-rails');

const WANTED: GuardRails = {
  partition: 'aws',
  accounts: [],
  rolePath: ROLE_PATH,
  functionPrefix: 'portcullis-',
  deployers: [DEPLOYER],
  agents: false,
};

type Row = [name: string, who: string | undefined, action: string, resource: string, denied: boolean];

/** What both documents say, in sentences. */
const COMMON: Row[] = [
  ['the service creates an action group', OURS, 'bedrock:CreateAgentActionGroup', AGENT, false],
  ['the service prepares an agent', OURS, 'bedrock:PrepareAgent', AGENT, false],
  ['the service, in another account', OURS.replace('1111', '9999'), 'bedrock:UpdateAgentActionGroup', AGENT, false],
  ['a team creates an action group itself', TEAM, 'bedrock:CreateAgentActionGroup', AGENT, true],
  ['a team updates one', TEAM, 'bedrock:UpdateAgentActionGroup', AGENT, true],
  ['a team deletes one', TEAM, 'bedrock:DeleteAgentActionGroup', AGENT, true],
  ['a team prepares its agent', TEAM, 'bedrock:PrepareAgent', AGENT, true],
  ['a team brings action groups at run time', TEAM, 'bedrock:InvokeInlineAgent', AGENT, true],
  ['in whatever case it writes the action', TEAM, 'BEDROCK:createagentactiongroup', AGENT, true],
  ['the root user of an account', iam('root'), 'bedrock:CreateAgentActionGroup', AGENT, true],
  ['whoever has no ARN', undefined, 'bedrock:CreateAgentActionGroup', AGENT, true],
  ['even the deployer', DEPLOYER, 'bedrock:CreateAgentActionGroup', AGENT, true],
  ['a role whose name begins like the path', iam('role/portcullis-x'), 'bedrock:CreateAgentActionGroup', AGENT, true],
  ['a role with the path further in', iam('role/x/portcullis/y'), 'bedrock:CreateAgentActionGroup', AGENT, true],
  ['a role with the path in other case', iam('role/Portcullis/x'), 'bedrock:CreateAgentActionGroup', AGENT, true],
  ['a user with the path', iam('user/portcullis/x'), 'bedrock:CreateAgentActionGroup', AGENT, true],
  [
    'a session that imitates a role',
    'arn:aws:sts::111122223333:assumed-role/portcullis/x',
    'bedrock:PrepareAgent',
    AGENT,
    true,
  ],
  ['a team looks at its groups', TEAM, 'bedrock:ListAgentActionGroups', AGENT, false],
  ['a team talks to its agent', TEAM, 'bedrock:InvokeAgent', AGENT, false],
  ['a team makes an agent', TEAM, 'bedrock:CreateAgent', '*', false],

  ['a team makes a role of ours', TEAM, 'iam:CreateRole', iam('role/portcullis/mine'), true],
  [
    'in another account',
    iam('role/admin', '999922223333'),
    'iam:CreateRole',
    iam('role/portcullis/mine', '999922223333'),
    true,
  ],
  ['an administrator trusts itself', iam('role/admin'), 'iam:UpdateAssumeRolePolicy', OURS, true],
  ['gives a role of ours more rights', iam('role/admin'), 'iam:PutRolePolicy', OURS, true],
  ['or another way', iam('role/admin'), 'iam:AttachRolePolicy', OURS, true],
  ['passes one to a function of its own', iam('role/admin'), 'iam:PassRole', OURS, true],
  ['becomes one', iam('role/admin'), 'sts:AssumeRole', OURS, true],
  ['becomes one by a token', iam('role/admin'), 'sts:AssumeRoleWithWebIdentity', OURS, true],
  ['removes one', iam('role/admin'), 'iam:DeleteRole', OURS, true],
  ['the service changes itself', OURS, 'iam:PutRolePolicy', OURS, true],
  ['the deployer makes a role of ours', DEPLOYER, 'iam:CreateRole', OURS, false],
  ['the deployer passes it to our function', DEPLOYER, 'iam:PassRole', OURS, false],
  ['a role that is named like the deployer, elsewhere', DEPLOYER.replace('1111', '9999'), 'iam:CreateRole', OURS, true],
  ['an administrator looks at a role of ours', iam('role/admin'), 'iam:GetRole', OURS, false],
  ['an administrator becomes another role', iam('role/admin'), 'sts:AssumeRole', TEAM, false],

  ['a team hands our function an event of its own', TEAM, 'lambda:InvokeFunction', OUR_FUNCTION, true],
  ['by an alias', TEAM, 'lambda:InvokeFunction', `${OUR_FUNCTION}:live`, true],
  ['an administrator changes our code', iam('role/admin'), 'lambda:UpdateFunctionCode', OUR_FUNCTION, true],
  ['or who may call it', iam('role/admin'), 'lambda:AddPermission', OUR_FUNCTION, true],
  ['the deployer changes our code', DEPLOYER, 'lambda:UpdateFunctionCode', OUR_FUNCTION, false],
  ['an administrator looks at our function', iam('role/admin'), 'lambda:GetFunction', OUR_FUNCTION, false],
  [
    'a team changes its own function',
    TEAM,
    'lambda:UpdateFunctionCode',
    OUR_FUNCTION.replace('portcullis-prod', 'agents'),
    false,
  ],
];

describe.each([
  ['the service control policy', serviceControlPolicy, 'nothing'],
  ['the boundary', permissionsBoundary, 'allow'],
] as const)('%s', (_name, documentOf, otherwise) => {
  // In the boundary a role is made with the boundary, which has sentences of its own below.
  test.each(COMMON)('%s', (_name, who, action, resource, denied) => {
    const context = { 'aws:PrincipalArn': who, 'iam:PermissionsBoundary': BOUNDARY };
    expect(evaluate(documentOf(WANTED), { action, resource, context })).toBe(denied ? 'deny' : otherwise);
  });

  test.each<Row>([
    ['a team makes an agent', TEAM, 'bedrock:CreateAgent', '*', true],
    ['a team changes its agent', TEAM, 'bedrock:UpdateAgent', AGENT, true],
    ['the deployer makes an agent', DEPLOYER, 'bedrock:CreateAgent', '*', false],
    ['a team removes its agent', TEAM, 'bedrock:DeleteAgent', AGENT, false],
  ])('with agents: %s', (_name, who, action, resource, denied) => {
    const document = documentOf({ ...WANTED, agents: true });
    expect(evaluate(document, { action, resource, context: { 'aws:PrincipalArn': who } })).toBe(
      denied ? 'deny' : otherwise,
    );
  });

  test.each<Row>([
    ['the service in its account', OURS, 'bedrock:PrepareAgent', AGENT, false],
    ['a role with its path in another', OURS.replace('1111', '9999'), 'bedrock:PrepareAgent', AGENT, true],
    ['nobody makes a role of ours', DEPLOYER, 'iam:CreateRole', OURS, true],
    ['nobody changes our functions', DEPLOYER, 'lambda:UpdateFunctionCode', OUR_FUNCTION, true],
  ])('in one account, without a deployer: %s', (_name, who, action, resource, denied) => {
    const document = documentOf({ ...WANTED, accounts: ['111122223333'], deployers: [] });
    const context = { 'aws:PrincipalArn': who, 'iam:PermissionsBoundary': BOUNDARY };
    expect(evaluate(document, { action, resource, context })).toBe(denied ? 'deny' : otherwise);
  });
});

describe('whoever is bound stays so', () => {
  const ROLE = iam('role/mine');

  test.each<[string, string, string, string, string | undefined, boolean]>([
    ['a role without a boundary', TEAM, 'iam:CreateRole', ROLE, undefined, true],
    ['a role with another boundary', TEAM, 'iam:CreateRole', ROLE, iam('policy/mine'), true],
    ['a role with a boundary of such a name', TEAM, 'iam:CreateRole', ROLE, iam('policy/x/guard-rails'), true],
    ['a role with the boundary', TEAM, 'iam:CreateRole', ROLE, BOUNDARY, false],
    ['a user without', TEAM, 'iam:CreateUser', iam('user/mine'), undefined, true],
    ['another boundary for a role', TEAM, 'iam:PutRolePermissionsBoundary', ROLE, iam('policy/mine'), true],
    ['rights for a role without', TEAM, 'iam:AttachRolePolicy', ROLE, undefined, true],
    ['rights for a bound role', TEAM, 'iam:PutRolePolicy', ROLE, BOUNDARY, false],
    ['the boundary off a role', TEAM, 'iam:DeleteRolePermissionsBoundary', ROLE, BOUNDARY, true],
    ['another version of the boundary', TEAM, 'iam:CreatePolicyVersion', BOUNDARY, undefined, true],
    ['another version of its own policy', TEAM, 'iam:CreatePolicyVersion', iam('policy/mine'), undefined, false],
    ['the deployer makes our roles, which have none', DEPLOYER, 'iam:CreateRole', OURS, undefined, false],
  ])('%s', (_name, who, action, resource, boundary, denied) => {
    const context = { 'aws:PrincipalArn': who, 'iam:PermissionsBoundary': boundary };
    expect(evaluate(permissionsBoundary(WANTED), { action, resource, context })).toBe(denied ? 'deny' : 'allow');
  });

  test('within what IAM takes for a managed policy, whose blanks it does not count', () => {
    const deployers = Array.from({ length: 5 }, (_, index) => `${DEPLOYER}-${index}`);
    const text = JSON.stringify(permissionsBoundary({ ...WANTED, deployers, agents: true }));
    expect(text.length).toBeLessThan(6144);
  });
});

test('the deployed roles have the path that is let through', () => {
  const roles = Object.values(roleResources(deployment()));
  expect(roles.length).toBeGreaterThan(5);
  expect(new Set(roles.map(({ Properties }) => Properties.Path))).toEqual(new Set([ROLE_PATH]));
});
