import { gettingGroup } from '../applying/read.ts';
import { entityTag } from '../bedrock/entity-tag.ts';
import { parseGetActionGroup } from '../contract/read-action-groups.ts';
import { presentActionGroup } from '../http/action-group-json.ts';
import { type RestOperation, serveRest } from '../http/rest.ts';
import { inLambda } from '../lambda.ts';
import { carriedOut, provision } from '../provisioning.ts';
import type { Services } from '../services.ts';

/** `GET /v1/agents/{agentId}/versions/{agentVersion}/action-groups/{actionGroupId}` */
export const getActionGroup: RestOperation<Services> = async (call, { stagesOf }) => {
  const request = parseGetActionGroup(call);
  const { decision, result: group } = carriedOut(
    await provision({ ...request, caller: call.caller }, stagesOf(call, { GetAgentActionGroup: gettingGroup })),
  );
  return {
    status: 200,
    decision,
    headers: { ETag: entityTag(group) },
    body: { agentActionGroup: presentActionGroup(group) },
  };
};

export const handler = inLambda((services) => serveRest(getActionGroup, services, { body: 'ignored' }), {});
