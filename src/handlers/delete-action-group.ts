import { deleting } from '../applying/change.ts';
import { CHANGING } from '../applying/changing.ts';
import { parseDeleteActionGroup } from '../contract/delete-action-group.ts';
import { presentDecision } from '../http/decision-json.ts';
import { presentPreparation } from '../http/preparation-json.ts';
import { type RestOperation, serveRest } from '../http/rest.ts';
import { inLambda } from '../lambda.ts';
import { provision } from '../provisioning.ts';
import type { Services } from '../services.ts';

/** `DELETE /v1/agents/{agentId}/versions/{agentVersion}/action-groups/{actionGroupId}` */
export const deleteActionGroup: RestOperation<Services> = async (call, { stagesOf }) => {
  const { labels, query } = call;
  const request = parseDeleteActionGroup({ labels, query, ifMatch: call.header('if-match') });
  const { decision, applied, preparation } = await provision(
    { ...request, caller: call.caller },
    stagesOf(call, { DeleteAgentActionGroup: deleting }),
  );
  if (applied === undefined) return presentDecision(decision);
  // A 204 has no room for how far the deletion is live.
  if (preparation !== undefined) {
    return { status: 200, decision, body: { preparation: presentPreparation(preparation) } };
  }
  return { status: 204, decision };
};

export const handler = inLambda((services) => serveRest(deleteActionGroup, services, { body: 'ignored' }), CHANGING);
