import { updating } from '../applying/change.ts';
import { CHANGING } from '../applying/changing.ts';
import { parseUpdateActionGroup } from '../contract/update-action-group.ts';
import { presentWrite } from '../http/action-group-json.ts';
import { type RestOperation, serveRest } from '../http/rest.ts';
import { inLambda } from '../lambda.ts';
import { provision } from '../provisioning.ts';
import type { Services } from '../services.ts';

/** `PUT /v1/agents/{agentId}/versions/{agentVersion}/action-groups/{actionGroupId}` */
export const updateActionGroup: RestOperation<Services> = async (call, { stagesOf }) => {
  const { labels, query, body } = call;
  const request = parseUpdateActionGroup({ labels, query, ifMatch: call.header('if-match'), body });
  return presentWrite(
    await provision({ ...request, caller: call.caller }, stagesOf(call, { UpdateAgentActionGroup: updating })),
  );
};

export const handler = inLambda((services) => serveRest(updateActionGroup, services), CHANGING);
