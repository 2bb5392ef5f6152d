import { gettingGroup } from '../applying/read.ts';
import { parseGetProvenance } from '../contract/get-provenance.ts';
import { type RestOperation, serveRest } from '../http/rest.ts';
import { createStoreClient } from '../idempotency/store-client.ts';
import { inLambda } from '../lambda.ts';
import { Problem } from '../problem.ts';
import { changedSince } from '../provenance/provenance.ts';
import * as provenanceStore from '../provenance/store.ts';
import { carriedOut, provision, type Request, type Stages } from '../provisioning.ts';
import type { Services } from '../services.ts';

/** `GET /v1/agents/{agentId}/versions/DRAFT/action-groups/{actionGroupId}/provenance` */
export const getProvenance: RestOperation<Services> = async (call, { stagesOf, provenance }) => {
  const request = { ...parseGetProvenance(call), caller: call.caller };
  const { decisionId, group, absence } = await look(request, stagesOf(call, { GetAgentActionGroup: gettingGroup }));
  const known = await provenance?.find(request, call.deadline).catch((error) => {
    throw decided(error, decisionId);
  });
  if (known === undefined) throw absence ?? decided(none(provenance !== undefined), decisionId);
  const { agentId, agentVersion, actionGroupId } = request;
  const { written, deleted } = known;
  const changed = changedSince(known, group);
  // Shown where it matters: the caller who reads "null" finds the decision whose outcome nobody knows.
  const pending = changed === null ? known.pending : undefined;
  const standing = { exists: group !== undefined, changedSince: changed, pending };
  return {
    status: 200,
    decision: { id: decisionId, warnings: [] },
    body: { provenance: { agentId, agentVersion, actionGroupId, ...standing, written, deleted } },
  };
};

export const handler = inLambda((services) => serveRest(getProvenance, services, { body: 'ignored' }), {
  createStoreClient,
  provenanceStore,
});

type Get = Request<'GetAgentActionGroup'>;

/** Governed as any read of the group; one that is not there may have a provenance all the same. */
async function look(request: Get, stages: Stages<Get>) {
  try {
    const { decision, result: group } = carriedOut(await provision(request, stages));
    return { decisionId: decision.id, group };
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'NOT_FOUND' || error.decisionId === undefined) throw error;
    return { decisionId: error.decisionId, absence: error };
  }
}

function none(isKept: boolean): Problem {
  return new Problem('NOT_FOUND', {
    detail: isKept
      ? 'The action group exists, but has no provenance: it was made round this service, or before it, or the record of its ' +
        'writing could not be kept; the audit trail tells.'
      : 'The action group exists, but this deployment keeps no provenance.',
  });
}

function decided(error: unknown, decisionId: string): unknown {
  if (error instanceof Problem) error.decisionId = decisionId;
  return error;
}
