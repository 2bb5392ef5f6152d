import { parseCreateActionGroup } from '../contract/create-action-group.ts';
import { presentActionGroup } from '../http/action-group-json.ts';
import type { Operation } from '../http/rest.ts';
import { inLambda } from '../lambda.ts';
import { provision } from '../provisioning.ts';
import type { Services } from '../services.ts';

/** `POST /v1/agents/{agentId}/versions/{agentVersion}/action-groups` */
export const createActionGroup: Operation<Services> = async (call, { stagesOf }) => {
  const request = parseCreateActionGroup({
    labels: call.labels,
    query: call.query,
    idempotencyKeys: call.header('idempotency-key'),
    body: call.body,
  });
  const { decision, group, replayed } = await provision({ ...request, caller: call.caller }, stagesOf(call));
  if (group === undefined) return { status: 200, decisionId: decision.id, body: { decision } };
  return {
    status: 201,
    decisionId: decision.id,
    headers: {
      Location: `${call.path.replace(/\/$/, '')}/${group.actionGroupId}`,
      ...(replayed ? { 'Idempotent-Replayed': 'true' } : {}),
    },
    body: { agentActionGroup: presentActionGroup(group, request.clientToken) },
  };
};

export const handler = inLambda(createActionGroup);
