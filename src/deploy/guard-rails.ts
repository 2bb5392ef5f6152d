/**
 * IAM documents that make this service the only way in. Its roles are told by the path that only they may have, so the same
 * documents keep everybody else from making, changing or becoming such a role.
 *
 * A negated condition holds where the key is absent: whoever has no ARN is denied as well.
 *
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
 */

/** The longest service control policy that AWS Organizations took for years; blanks count. */
export const SCP_MAX_CHARACTERS = 5120;

export interface GuardRails {
  readonly partition: string;
  /** Where the service may be; none: in any account of the organisation. */
  readonly accounts: readonly string[];
  /** Begins and ends with a slash. */
  readonly rolePath: string;
  /** The beginning of the names of the service's functions. */
  readonly functionPrefix: string;
  /** ARNs of those who deploy the service; none: nobody may touch its roles and functions. */
  readonly deployers: readonly string[];
  /** Whether agents are made and changed by the deployers alone. */
  readonly agents: boolean;
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** For the root, an organisational unit or an account; it denies alone, and so stands beside `FullAWSAccess`. */
export function serviceControlPolicy(wanted: GuardRails): PolicyDocument {
  return { Version: '2012-10-17', Statement: onlyWayIn(wanted) };
}

/** For the roles and users of an account without service control policies; their own policies still say what they may do. */
export function permissionsBoundary(wanted: GuardRails): PolicyDocument {
  const { partition, rolePath, deployers } = wanted;
  const boundary = `arn:${partition}:iam::*:policy${rolePath}guard-rails`;
  const unbounded = { StringNotLike: { 'iam:PermissionsBoundary': [boundary] } };
  return {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'WhateverElse', Effect: 'Allow', Action: ['*'], Resource: ['*'] },
      ...onlyWayIn(wanted),
      // Else one could make a role without the boundary, and work as that.
      deny('OthersAreBoundToo', GIVING_RIGHTS, ['*'], { ...unbounded, ...except(deployers) }),
      deny('TheBoundaryStays', LOSING_THE_BOUNDARY, ['*'], except(deployers)),
      deny('TheBoundaryIsKept', CHANGING_A_POLICY, [boundary], except(deployers)),
    ],
  };
}

function onlyWayIn({ partition, accounts, rolePath, functionPrefix, deployers, agents }: GuardRails): Statement[] {
  const inAccounts = accounts.length === 0 ? ['*'] : accounts;
  const roles = inAccounts.map((account) => `arn:${partition}:iam::${account}:role${rolePath}*`);
  const functions = inAccounts.map((account) => `arn:${partition}:lambda:*:${account}:function:${functionPrefix}*`);
  return [
    deny('OnlyThroughPortcullis', DIRECT_CALLS, ['*'], except(roles)),
    ...(agents ? [deny('AgentsByDeployers', AGENT_CALLS, ['*'], except([...roles, ...deployers]))] : []),
    deny('RolesByDeployers', CHANGING_OR_BEING_A_ROLE, roles, except(deployers)),
    // Who can change what runs as a role, or hand it an event of their own making, can do what the role can.
    deny('FunctionsByDeployers', CHANGING_OR_CALLING_A_FUNCTION, functions, except(deployers)),
  ];
}

type Condition = NonNullable<Statement['Condition']>;

function deny(Sid: string, Action: readonly string[], Resource: readonly string[], condition: Condition): Statement {
  const Condition = Object.keys(condition).length === 0 ? {} : { Condition: condition };
  return { Sid, Effect: 'Deny', Action, Resource, ...Condition };
}

function except(principals: readonly string[]): Condition {
  return principals.length === 0 ? {} : { ArnNotLike: { 'aws:PrincipalArn': principals } };
}

const DIRECT_CALLS = [
  'bedrock:CreateAgentActionGroup',
  'bedrock:DeleteAgentActionGroup',
  'bedrock:InvokeInlineAgent',
  'bedrock:PrepareAgent',
  'bedrock:UpdateAgentActionGroup',
];

const AGENT_CALLS = ['bedrock:CreateAgent', 'bedrock:UpdateAgent'];

const CHANGING_OR_BEING_A_ROLE = [
  'iam:AttachRolePolicy',
  'iam:CreateRole',
  'iam:DeleteRole',
  'iam:DeleteRolePermissionsBoundary',
  'iam:DeleteRolePolicy',
  'iam:DetachRolePolicy',
  'iam:PassRole',
  'iam:PutRolePermissionsBoundary',
  'iam:PutRolePolicy',
  'iam:TagRole',
  'iam:UntagRole',
  'iam:UpdateAssumeRolePolicy',
  'iam:UpdateRole',
  'iam:UpdateRoleDescription',
  'sts:AssumeRole*',
];

const CHANGING_OR_CALLING_A_FUNCTION = [
  'lambda:Add*',
  'lambda:Create*',
  'lambda:Delete*',
  'lambda:Invoke*',
  'lambda:Publish*',
  'lambda:Put*',
  'lambda:Remove*',
  'lambda:TagResource',
  'lambda:UntagResource',
  'lambda:Update*',
];

const GIVING_RIGHTS = [
  'iam:AttachRolePolicy',
  'iam:AttachUserPolicy',
  'iam:CreateRole',
  'iam:CreateUser',
  'iam:PutRolePermissionsBoundary',
  'iam:PutRolePolicy',
  'iam:PutUserPermissionsBoundary',
  'iam:PutUserPolicy',
];

const LOSING_THE_BOUNDARY = ['iam:DeleteRolePermissionsBoundary', 'iam:DeleteUserPermissionsBoundary'];

const CHANGING_A_POLICY = [
  'iam:CreatePolicy',
  'iam:CreatePolicyVersion',
  'iam:DeletePolicy',
  'iam:DeletePolicyVersion',
  'iam:SetDefaultPolicyVersion',
];
