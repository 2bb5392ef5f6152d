/**
 * Who may reach the API at all, before any route's own authorization.
 *
 * Where IAM authorizes a route, another account's caller needs this policy and its own; a caller of this account is let in by
 * either, so within an organisation that is admitted whole the policy of the organisation (teams) alone says who may do what.
 * A route without IAM authorization sees no principal: there every condition on one would shut everybody out.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
 */
import type { ApiSettings, Deployment } from './deployment.ts';

export function resourcePolicy({ api, stage }: Deployment) {
  const [unsigned, signed] = [surfacesOf(api, true), surfacesOf(api, false)];
  const resources = (paths: readonly string[]) => paths.map((path) => `execute-api:/${stage}/${path}`);
  return {
    Version: '2012-10-17',
    Statement: [
      ...(signed.length > 0
        ? [
            {
              Sid: 'Signed',
              Effect: 'Allow',
              ...callersOf(api),
              Action: 'execute-api:Invoke',
              Resource: resources(signed),
            },
          ]
        : []),
      {
        Sid: 'AuthorizedByTheApiOrHealth',
        Effect: 'Allow',
        Principal: '*',
        Action: 'execute-api:Invoke',
        Resource: resources(['GET/health', ...unsigned]),
      },
      ...(api.isPrivate
        ? [
            {
              Sid: 'ThroughOurEndpointsAlone',
              Effect: 'Deny',
              Principal: '*',
              Action: 'execute-api:Invoke',
              Resource: ['execute-api:/*'],
              Condition: { StringNotEquals: { 'aws:SourceVpce': api.vpcEndpointIds } },
            },
          ]
        : []),
    ],
  };
}

function surfacesOf({ authorizers }: ApiSettings, ofOurs: boolean): string[] {
  return [...(authorizers.v1 === ofOurs ? ['*/v1/*'] : []), ...(authorizers.aws === ofOurs ? ['*/aws/*'] : [])];
}

/** Accounts named beside an organisation are confined to it. */
function callersOf({ organizationId, callerAccounts }: ApiSettings) {
  const Condition = organizationId && { StringEquals: { 'aws:PrincipalOrgID': organizationId } };
  if (Condition && callerAccounts.length === 0) return { Principal: '*', Condition };
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in
  const ours = { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' };
  const others = callerAccounts.map((account) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:iam::${account}:root` }));
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in
  return { Principal: { AWS: [ours, ...others] }, ...(Condition ? { Condition } : {}) };
}
