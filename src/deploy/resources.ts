/** The resources that `serverless.yml` computes instead of listing: a role for each function, and the gateway's own answers. */
import { type AppConfigSettings, type Environment, parseConfig } from '../config.ts';
import { GATEWAY_RESPONSES, type GatewayResponseCode, gatewayResponseTemplate } from '../http/gateway-response.ts';
import { ROLE_PATH } from './guard-rails.ts';
import { PERMISSIONS, type Permissions } from './permissions.ts';

/** The logical id under which a function of `serverless.yml` names its role. */
export function roleId(functionName: string): string {
  const words = functionName.split('-').map((word) => word[0]?.toUpperCase() + word.slice(1));
  return `${words.join('')}Role`;
}

/**
 * @param environment that the functions will have.
 * @throws {ConfigError} where that is not usable, before a deployment finds it out.
 */
export function resourcesFor(environment: Environment) {
  const { appConfig } = parseConfig(environment);
  const roles = Object.entries(PERMISSIONS).map(([name, permissions]) => [
    roleId(name),
    role(name, permissions, appConfig),
  ]);
  const gatewayResponses = (Object.keys(GATEWAY_RESPONSES) as GatewayResponseCode[]).flatMap((code) =>
    GATEWAY_RESPONSES[code].responseTypes.map((type) => [logicalId(type), gatewayResponseOf(code, type)]),
  );
  return Object.fromEntries([...roles, ...gatewayResponses]);
}

function role(name: string, permissions: Permissions, appConfig?: AppConfigSettings) {
  const { bedrock, bedrockAccount, table, provenance, policy } = permissions;
  const statements = [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in
    allow(bedrock, { 'Fn::Sub': 'arn:${AWS::Partition}:bedrock:${AWS::Region}:${AWS::AccountId}:agent/*' }),
    allow(bedrockAccount, '*'),
    allow(table, { 'Fn::GetAtt': ['IdempotencyTable', 'Arn'] }),
    allow(provenance, { 'Fn::GetAtt': ['ProvenanceTable', 'Arn'] }),
    appConfig && allow(policy, { 'Fn::Sub': configurationArn(appConfig) }),
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], { 'Fn::GetAtt': ['LogGroup', 'Arn'] }),
    // X-Ray has no resources to name.
    allow(['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], '*'),
  ];
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      Description: `What the function ${name} of Portcullis may do.`,
      // Reserved, so that these roles alone may call Bedrock.
      Path: ROLE_PATH,
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      Policies: [
        {
          PolicyName: name,
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: statements.filter((statement) => statement?.Action.length),
          },
        },
      ],
    },
  };
}

function configurationArn({ application, environment, profile }: AppConfigSettings): string {
  const configuration = `application/${application}/environment/${environment}/configuration/${profile}`;
  return `arn:\${AWS::Partition}:appconfig:\${AWS::Region}:\${AWS::AccountId}:${configuration}`;
}

function allow(actions: readonly string[], resource: unknown) {
  return { Effect: 'Allow', Action: actions, Resource: resource };
}

/** A default response also answers where API Gateway has no type of its own for what went wrong. */
function gatewayResponseOf(code: GatewayResponseCode, type: string) {
  const { status, aws } = GATEWAY_RESPONSES[code];
  return {
    Type: 'AWS::ApiGateway::GatewayResponse',
    Properties: {
      RestApiId: { Ref: 'ApiGatewayRestApi' },
      ResponseType: type,
      StatusCode: String(status),
      ResponseParameters: {
        'gatewayresponse.header.Content-Type': "'application/problem+json'",
        'gatewayresponse.header.x-amzn-ErrorType': `'${aws}'`,
        'gatewayresponse.header.X-Request-Id': 'context.requestId',
      },
      ResponseTemplates: { 'application/json': gatewayResponseTemplate(code) },
    },
  };
}

function logicalId(responseType: string): string {
  const words = responseType.split('_').map((word) => word[0] + word.slice(1).toLowerCase());
  return `GatewayResponse${words.join('')}`;
}
