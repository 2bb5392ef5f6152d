import { creating } from '../applying/create.ts';
import { EVERY_PART } from '../applying/parts.ts';
import { parseCreateActionGroup } from '../contract/create-action-group.ts';
import { presentWrite } from '../http/action-group-json.ts';
import { type RestOperation, serveRest } from '../http/rest.ts';
import { inLambda } from '../lambda.ts';
import { provision } from '../provisioning.ts';
import type { Services } from '../services.ts';

/** `POST /v1/agents/{agentId}/versions/{agentVersion}/action-groups` */
export const createActionGroup: RestOperation<Services> = async (call, { stagesOf }) => {
  const request = parseCreateActionGroup({
    labels: call.labels,
    query: call.query,
    idempotencyKeys: call.header('idempotency-key'),
    body: call.body,
  });
  const done = await provision(
    { ...request, caller: call.caller },
    stagesOf(call, { CreateAgentActionGroup: creating }),
  );
  return presentWrite(done, { created: true, collection: call.path, clientToken: request.clientToken });
};

export const handler = inLambda((services) => serveRest(createActionGroup, services), EVERY_PART);
