/**
 * The gateway beyond its routes: who reaches it, its stage with throttling, tracing and access log, and the role by which it
 * writes that log.
 *
 * The framework would set the stage's properties by calls after the deployment, where no change set shows them and no rollback
 * reaches them, and would bring a Lambda of its own for the log role. So the stage is a resource here, and the framework's
 * deployment is told to make none.
 */
import type { Deployment } from './deployment.ts';
import { gatewayResponseResources } from './gateway-responses.ts';
import { ACCESS_LOG_GROUP } from './logs.ts';
import { resourcePolicy } from './resource-policy.ts';
import { methodSettings } from './throttling.ts';

/**
 * One JSON line a request. API Gateway does not escape what it fills in, so nothing stands here in the caller's own words
 * (path, user agent), nor the gateway's error message, which can quote a signature. The service is a literal, by which a
 * metric filter tells the stages of an account apart.
 */
function accessLogFormat(service: string): string {
  return JSON.stringify({
    service,
    requestId: '$context.requestId',
    extendedRequestId: '$context.extendedRequestId',
    time: '$context.requestTimeEpoch',
    traceId: '$context.xrayTraceId',
    method: '$context.httpMethod',
    route: '$context.resourcePath',
    status: '$context.status',
    latencyMs: '$context.responseLatency',
    responseBytes: '$context.responseLength',
    ip: '$context.identity.sourceIp',
    vpcEndpoint: '$context.identity.vpceId',
    principal: '$context.identity.userArn',
    account: '$context.identity.accountId',
    organization: '$context.identity.principalOrgId',
    authorizer: {
      principal: '$context.authorizer.principalId',
      status: '$context.authorizer.status',
      latencyMs: '$context.authorizer.latency',
      error: '$context.authorizer.error',
    },
    integration: {
      status: '$context.integration.status',
      latencyMs: '$context.integration.latency',
      requestId: '$context.integration.requestId',
      error: '$context.integration.error',
    },
    refused: '$context.error.responseType',
  });
}

export function apiResources(deployment: Deployment) {
  const { api, stage, name, gatewayDeploymentId } = deployment;
  return {
    ApiGatewayStage: {
      Type: 'AWS::ApiGateway::Stage',
      ...(api.createsLogRole ? { DependsOn: ['ApiGatewayAccount'] } : {}),
      Properties: {
        RestApiId: { Ref: 'ApiGatewayRestApi' },
        DeploymentId: { Ref: gatewayDeploymentId },
        StageName: stage,
        TracingEnabled: true,
        MethodSettings: methodSettings(api.perSecond),
        AccessLogSetting: {
          // API Gateway refuses the colon and star with which CloudWatch ends the ARN.
          DestinationArn: {
            'Fn::Sub': `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:\${${ACCESS_LOG_GROUP}}`,
          },
          Format: accessLogFormat(name),
        },
      },
    },
    ...(api.createsLogRole ? logRole(deployment) : {}),
  };
}

/** Properties of what the framework makes of the routes. */
export function apiExtensions(deployment: Deployment) {
  const { api, gatewayDeploymentId } = deployment;
  return {
    ApiGatewayRestApi: {
      Properties: {
        EndpointConfiguration: api.isPrivate
          ? { Types: ['PRIVATE'], VpcEndpointIds: api.vpcEndpointIds }
          : { Types: ['REGIONAL'] },
        Policy: resourcePolicy(deployment),
      },
    },
    [gatewayDeploymentId]: {
      Properties: { StageName: { Ref: 'AWS::NoValue' } },
      // A deployment is a snapshot: what comes after it is not served until the next.
      DependsOn: Object.keys(gatewayResponseResources()),
    },
  };
}

/**
 * Of the account and region, not of the stack: it stays when the stack goes, since other APIs may write by it. It has not the
 * path of this service's roles, which may call Bedrock.
 */
const logRole = ({ permissionsBoundaryArn }: Deployment) => ({
  ApiGatewayLogRole: {
    Type: 'AWS::IAM::Role',
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      Description: 'By which API Gateway writes logs in this account and region.',
      ...(permissionsBoundaryArn === undefined ? {} : { PermissionsBoundary: permissionsBoundaryArn }),
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'apigateway.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      // API Gateway takes no role that may do less.
      ManagedPolicyArns: [
        {
          // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in
          'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs',
        },
      ],
    },
  },
  ApiGatewayAccount: {
    Type: 'AWS::ApiGateway::Account',
    Properties: { CloudWatchRoleArn: { 'Fn::GetAtt': ['ApiGatewayLogRole', 'Arn'] } },
  },
});
