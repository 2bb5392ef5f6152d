import { listingGroups } from '../applying/read.ts';
import { parseListActionGroups } from '../contract/read-action-groups.ts';
import { type RestOperation, serveRest } from '../http/rest.ts';
import { inLambda } from '../lambda.ts';
import { carriedOut, provision } from '../provisioning.ts';
import type { Services } from '../services.ts';

/** `GET /v1/agents/{agentId}/versions/{agentVersion}/action-groups` */
export const listActionGroups: RestOperation<Services> = async (call, { stagesOf }) => {
  const request = parseListActionGroups(call);
  const { decision, result: page } = carriedOut(
    await provision({ ...request, caller: call.caller }, stagesOf(call, { ListAgentActionGroups: listingGroups })),
  );
  return { status: 200, decision, body: page };
};

export const handler = inLambda((services) => serveRest(listActionGroups, services, { body: 'ignored' }), {});
