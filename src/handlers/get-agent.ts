import { gettingAgent } from '../applying/read.ts';
import { parseGetAgent } from '../contract/agent.ts';
import { type RestOperation, serveRest } from '../http/rest.ts';
import { inLambda } from '../lambda.ts';
import { carriedOut, provision } from '../provisioning.ts';
import type { Services } from '../services.ts';

/** `GET /v1/agents/{agentId}` */
export const getAgent: RestOperation<Services> = async (call, { stagesOf }) => {
  const request = parseGetAgent(call);
  const { decision, result: agent } = carriedOut(
    await provision({ ...request, caller: call.caller }, stagesOf(call, { GetAgent: gettingAgent })),
  );
  return { status: 200, decision, body: { agent } };
};

export const handler = inLambda((services) => serveRest(getAgent, services, { body: 'ignored' }), {});
