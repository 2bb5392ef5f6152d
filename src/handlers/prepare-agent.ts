import { preparing } from '../applying/prepare.ts';
import { parsePrepareAgent } from '../contract/agent.ts';
import { presentPreparation } from '../http/preparation-json.ts';
import { type RestOperation, serveRest } from '../http/rest.ts';
import { createStoreClient } from '../idempotency/store-client.ts';
import { inLambda } from '../lambda.ts';
import { carriedOut, provision } from '../provisioning.ts';
import type { Services } from '../services.ts';

/** `POST /v1/agents/{agentId}/prepare` */
export const prepareAgent: RestOperation<Services> = async (call, { stagesOf }) => {
  const request = parsePrepareAgent(call);
  const done = carriedOut(
    await provision({ ...request, caller: call.caller }, stagesOf(call, { PrepareAgent: preparing })),
  );
  const { status, preparedAt, agentVersion } = done.result;
  return {
    // Accepted, and not over yet: as Bedrock answers it.
    status: status === 'PREPARED' || status === 'FAILED' ? 200 : 202,
    decision: done.decision,
    body: {
      agentId: request.agentId,
      agentStatus: status,
      agentVersion,
      preparedAt,
      preparation: presentPreparation(done.result),
    },
  };
};

export const handler = inLambda((services) => serveRest(prepareAgent, services, { body: 'ignored' }), {
  createStoreClient,
});
