import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { awsProtocol } from '../handlers/aws-protocol.ts';
import { createActionGroup } from '../handlers/create-action-group.ts';
import { deleteActionGroup } from '../handlers/delete-action-group.ts';
import { evaluatePolicy } from '../handlers/evaluate-policy.ts';
import { getActionGroup } from '../handlers/get-action-group.ts';
import { getAgent } from '../handlers/get-agent.ts';
import { getPolicy } from '../handlers/get-policy.ts';
import { getProvenance } from '../handlers/get-provenance.ts';
import { handler as health } from '../handlers/health.ts';
import { listActionGroups } from '../handlers/list-action-groups.ts';
import { prepareAgent } from '../handlers/prepare-agent.ts';
import { putActionGroup } from '../handlers/put-action-group.ts';
import { updateActionGroup } from '../handlers/update-action-group.ts';
import { serveAws } from '../http/aws-protocol.ts';
import { type RestOperation, serveRest } from '../http/rest.ts';
import { type AuthorizerHandler, IDENTITY_HEADER } from '../identity/authorizer.ts';
import { TOKEN_HEADER } from '../identity/jwt-authorizer.ts';
import type { Services } from '../services.ts';
import type { Route } from './gateway/route.ts';

const AGENT = '/v1/agents/{agentId}';
const GROUPS = `${AGENT}/versions/{agentVersion}/action-groups`;
const GROUP = `${GROUPS}/{actionGroupId}`;

/** The authorizer of a stage whose callers of `/aws` prove who they are instead of signing for this API. */
export function proofOfIdentity(authorizer: AuthorizerHandler): Route['authorization'] {
  return { authorizer, identityHeader: IDENTITY_HEADER, functionName: 'identity-authorizer', resultTtlSeconds: 60 };
}

/** The authorizer of a stage whose callers of `/v1` show a token of the organisation's identity provider. */
export function tokens(authorizer: AuthorizerHandler): Route['authorization'] {
  return { authorizer, identityHeader: TOKEN_HEADER, functionName: 'jwt-authorizer', resultTtlSeconds: 60 };
}

/**
 * The routes of `serverless.yml`; a test holds the two against each other.
 *
 * @param aws how callers of `/aws` say who they are
 * @param v1 and those of `/v1`
 */
export function routesOf(
  services: Services,
  aws: Route['authorization'] = 'iam',
  v1: Route['authorization'] = 'iam',
): Route[] {
  const rest = (
    functionName: string,
    method: string,
    path: string,
    operation: RestOperation<Services>,
    body: 'required' | 'ignored',
  ): Route => {
    const handler = serveRest(operation, services, { body });
    return { functionName, method, path, authorization: v1, handler };
  };
  return [
    rest('create-action-group', 'POST', GROUPS, createActionGroup, 'required'),
    rest('list-action-groups', 'GET', GROUPS, listActionGroups, 'ignored'),
    rest('get-action-group', 'GET', GROUP, getActionGroup, 'ignored'),
    rest('get-provenance', 'GET', `${GROUP}/provenance`, getProvenance, 'ignored'),
    rest('update-action-group', 'PUT', GROUP, updateActionGroup, 'required'),
    rest('put-action-group', 'PUT', `${GROUPS}/by-name/{actionGroupName}`, putActionGroup, 'required'),
    rest('delete-action-group', 'DELETE', GROUP, deleteActionGroup, 'ignored'),
    rest('prepare-agent', 'POST', `${AGENT}/prepare`, prepareAgent, 'ignored'),
    rest('get-agent', 'GET', AGENT, getAgent, 'ignored'),
    rest('evaluate-policy', 'POST', '/v1/policy/evaluations', evaluatePolicy, 'required'),
    rest('get-policy', 'GET', '/v1/policy', getPolicy, 'ignored'),
    {
      functionName: 'aws-protocol',
      method: 'ANY',
      path: '/aws/{proxy+}',
      authorization: aws,
      handler: serveAws(awsProtocol, services),
    },
    {
      functionName: 'health',
      method: 'GET',
      path: '/health',
      authorization: 'none',
      handler: health as unknown as (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>,
    },
  ];
}
