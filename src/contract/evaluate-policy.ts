import * as v from 'valibot';
import { OPERATIONS } from '../policy/request.ts';
import { type Fault, Problem } from '../problem.ts';
import { parseGetAgent, parsePrepareAgent } from './agent.ts';
import { allOf, check } from './checked.ts';
import { closedObject } from './closed-object.ts';
import { parseCreateActionGroup } from './create-action-group.ts';
import { parseDeleteActionGroup } from './delete-action-group.ts';
import { readQuery } from './query.ts';
import { parseGetActionGroup, parseListActionGroups } from './read-action-groups.ts';
import { parseUpdateActionGroup } from './update-action-group.ts';

const Evaluation = closedObject({
  operation: v.picklist(OPERATIONS),
  agentId: v.string(),
  agentVersion: v.optional(v.string()),
  actionGroupId: v.optional(v.string()),
  actionGroup: v.optional(v.unknown()),
  skipResourceInUseCheck: v.optional(v.boolean()),
});

/** A question, and on record as one. */
const TRIED = { dryRun: ['true'] };

/**
 * The request that is asked about, read by the same code that reads the real one, so that what is invalid there is
 * invalid here. A creation may carry its token in the header here as there. Pointers into the body of the real request are
 * given as pointers into this one.
 *
 * @throws {Problem} `INVALID_REQUEST`.
 */
export function parseEvaluation(
  body: unknown,
  query: Readonly<Record<string, readonly string[]>>,
  idempotencyKeys: readonly string[],
) {
  const { evaluation } = allOf({ query: readQuery(query, {}), evaluation: check(Evaluation, body) });
  const { agentId, agentVersion, actionGroupId, actionGroup, operation } = evaluation;
  const labels = { agentId, agentVersion, actionGroupId };
  try {
    switch (operation) {
      case 'CreateAgentActionGroup':
        return parseCreateActionGroup({ labels, query: TRIED, idempotencyKeys, body: actionGroup });
      case 'UpdateAgentActionGroup':
        return parseUpdateActionGroup({ labels, query: TRIED, ifMatch: [], body: actionGroup });
      case 'DeleteAgentActionGroup': {
        const skipResourceInUseCheck = [String(evaluation.skipResourceInUseCheck ?? false)];
        return parseDeleteActionGroup({ labels, query: { ...TRIED, skipResourceInUseCheck }, ifMatch: [] });
      }
      case 'GetAgentActionGroup':
        return parseGetActionGroup({ labels, query: {} });
      case 'ListAgentActionGroups':
        return parseListActionGroups({ labels, query: {} });
      case 'PrepareAgent':
        return parsePrepareAgent({ labels, query: {} });
      case 'GetAgent':
        return parseGetAgent({ labels, query: {} });
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(error.code, { detail: error.detail, errors: error.errors.map(inEvaluation) });
  }
}

function inEvaluation(fault: Fault): Fault {
  const { pointer } = fault;
  if (pointer.startsWith('header:')) return fault;
  const place = pointer.replace(/^(?:path|query):/, '/');
  return { ...fault, pointer: place === pointer ? `/actionGroup${pointer}` : place };
}
