import { updating } from '../applying/change.ts';
import { creating } from '../applying/create.ts';
import { EVERY_PART } from '../applying/parts.ts';
import { gettingGroup, listingGroups } from '../applying/read.ts';
import { parsePutActionGroup } from '../contract/put-action-group.ts';
import { declare } from '../declaring/declare.ts';
import { presentWrite } from '../http/action-group-json.ts';
import { type RestOperation, serveRest } from '../http/rest.ts';
import { inLambda } from '../lambda.ts';
import type { Services } from '../services.ts';

const APPLIES = {
  CreateAgentActionGroup: creating,
  UpdateAgentActionGroup: updating,
  ListAgentActionGroups: listingGroups,
  GetAgentActionGroup: gettingGroup,
};

/** `PUT /v1/agents/{agentId}/versions/{agentVersion}/action-groups/by-name/{actionGroupName}` */
export const putActionGroup: RestOperation<Services> = async (call, { stagesOf }) => {
  const { labels, query, body, caller } = call;
  const put = parsePutActionGroup({ labels, query, ifMatch: call.header('if-match'), body });
  const { done, change, differences } = await declare({ ...put, caller }, () => stagesOf(call, APPLIES));
  const collection = call.path.replace(/\/by-name\/[^/]*\/?$/, '');
  return presentWrite(done, { created: change === 'created', collection, also: { change, differences } });
};

export const handler = inLambda((services) => serveRest(putActionGroup, services), EVERY_PART);
