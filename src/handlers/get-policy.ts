import { allOf } from '../contract/checked.ts';
import { readQuery } from '../contract/query.ts';
import { type RestOperation, serveRest } from '../http/rest.ts';
import { inLambdaWithoutBedrock } from '../lambda.ts';
import { explainTo } from '../policy/explain.ts';
import type { Services } from '../services.ts';

/** `GET /v1/policy`: what the caller may do, in words and as data. */
export const getPolicy: RestOperation<Services> = async (call, { policy }) => {
  allOf({ query: readQuery(call.query, {}) });
  return { status: 200, body: explainTo(await policy(), call.caller.principal, Date.now()) };
};

export const handler = inLambdaWithoutBedrock((services) => serveRest(getPolicy, services, { body: 'ignored' }));
