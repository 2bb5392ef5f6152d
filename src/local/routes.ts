import { createActionGroup } from '../handlers/create-action-group.ts';
import { serveRest } from '../http/rest.ts';
import type { Services } from '../services.ts';
import type { Route } from './gateway/route.ts';

/** The routes of `serverless.yml`; a test holds the two against each other. */
export function routesOf(services: Services): Route[] {
  const actionGroups = '/v1/agents/{agentId}/versions/{agentVersion}/action-groups';
  return [
    {
      method: 'POST',
      path: actionGroups,
      authorization: 'iam',
      functionName: 'create-action-group',
      handler: serveRest(createActionGroup, services),
    },
  ];
}
