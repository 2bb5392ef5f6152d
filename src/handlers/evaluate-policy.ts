import { parseEvaluation } from '../contract/evaluate-policy.ts';
import { presentDecision } from '../http/decision-json.ts';
import { type RestOperation, serveRest } from '../http/rest.ts';
import { inLambdaWithoutBedrock } from '../lambda.ts';
import { evaluate, type Request } from '../provisioning.ts';
import type { Services } from '../services.ts';

/** `POST /v1/policy/evaluations`: the decision that the real call would get, without the call. */
export const evaluatePolicy: RestOperation<Services> = async (call, { stagesOf }) => {
  const request = parseEvaluation(call.body, call.query, call.header('idempotency-key'));
  return presentDecision(await evaluate({ ...request, caller: call.caller } as Request, stagesOf(call, {})));
};

export const handler = inLambdaWithoutBedrock((services) => serveRest(evaluatePolicy, services));
