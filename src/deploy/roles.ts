/** A role for each function, made from the table of permissions. */
import type { AppConfigSettings } from '../config.ts';
import { ROLE_PATH } from '../reconciliation/role-path.ts';
import type { Deployment } from './deployment.ts';
import { LOG_GROUP } from './logs.ts';
import { ASYNCHRONOUS, PERMISSIONS, type Permissions } from './permissions.ts';
import { IDEMPOTENCY_TABLE, PROVENANCE_TABLE } from './tables.ts';
import { UNDELIVERED_QUEUE } from './undelivered.ts';

/** The logical id under which a function of `serverless.yml` names its role. */
export function roleId(functionName: string): string {
  const words = functionName.split('-').map((word) => word[0]?.toUpperCase() + word.slice(1));
  return `${words.join('')}Role`;
}

export function roleResources(deployment: Deployment, appConfig?: AppConfigSettings) {
  return Object.fromEntries(
    Object.entries(PERMISSIONS).map(([name, permissions]) => [
      roleId(name),
      role(name, statementsOf(name, permissions, deployment, appConfig), deployment.permissionsBoundaryArn),
    ]),
  );
}

interface Statement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

function statementsOf(
  name: string,
  { bedrock, bedrockAccount, table, provenance, policy, log, trail }: Permissions,
  { kmsKeyArn }: Deployment,
  appConfig?: AppConfigSettings,
): Statement[] {
  const queues = ASYNCHRONOUS.includes(name);
  const services = [...(table.length + provenance.length > 0 ? ['dynamodb'] : []), ...(queues ? ['sqs'] : [])];
  const statements = [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in
    allow(bedrock, { 'Fn::Sub': 'arn:${AWS::Partition}:bedrock:${AWS::Region}:${AWS::AccountId}:agent/*' }),
    allow([...bedrockAccount, ...trail], '*'),
    allow(log, { 'Fn::GetAtt': [LOG_GROUP, 'Arn'] }),
    allow(table, { 'Fn::GetAtt': [IDEMPOTENCY_TABLE, 'Arn'] }),
    allow(provenance, { 'Fn::GetAtt': [PROVENANCE_TABLE, 'Arn'] }),
    allow(appConfig ? policy : [], appConfig && { 'Fn::Sub': configurationArn(appConfig) }),
    allow(queues ? ['sqs:SendMessage'] : [], { 'Fn::GetAtt': [UNDELIVERED_QUEUE, 'Arn'] }),
    {
      ...allow(kmsKeyArn && services.length > 0 ? USING_A_KEY : [], kmsKeyArn),
      Condition: { StringEquals: { 'kms:ViaService': services.map((service) => viaService(service)) } },
    },
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], { 'Fn::GetAtt': [LOG_GROUP, 'Arn'] }),
    // X-Ray has no resources to name.
    allow(['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], '*'),
  ];
  return statements.filter(({ Action }) => Action.length > 0);
}

/** A table or queue under a customer managed key asks for them of whoever reads or writes it. */
const USING_A_KEY = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

function role(name: string, Statement: readonly Statement[], PermissionsBoundary: string | undefined) {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      Description: `What the function ${name} of Portcullis may do.`,
      // Reserved, so that these roles alone may call Bedrock.
      Path: ROLE_PATH,
      ...(PermissionsBoundary === undefined ? {} : { PermissionsBoundary }),
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      Policies: [{ PolicyName: name, PolicyDocument: { Version: '2012-10-17', Statement } }],
    },
  };
}

function viaService(service: string) {
  return { 'Fn::Sub': `${service}.\${AWS::Region}.amazonaws.com` };
}

function configurationArn({ application, environment, profile }: AppConfigSettings): string {
  const configuration = `application/${application}/environment/${environment}/configuration/${profile}`;
  return `arn:\${AWS::Partition}:appconfig:\${AWS::Region}:\${AWS::AccountId}:${configuration}`;
}

function allow(Action: readonly string[], Resource: unknown): Statement {
  return { Effect: 'Allow', Action, Resource };
}
