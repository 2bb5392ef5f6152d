import { EVERY_OPERATION } from '../applying/every-operation.ts';
import { EVERY_PART } from '../applying/parts.ts';
import { parseGetAgent, parsePrepareAgent } from '../contract/agent.ts';
import { allOf } from '../contract/checked.ts';
import { parseCreateActionGroup } from '../contract/create-action-group.ts';
import { parseDeleteActionGroup } from '../contract/delete-action-group.ts';
import { Flag, readQuery } from '../contract/query.ts';
import { parseGetActionGroup, parseListActionGroupsBody } from '../contract/read-action-groups.ts';
import { parseUpdateActionGroup } from '../contract/update-action-group.ts';
import { presentActionGroup } from '../http/action-group-json.ts';
import { type AwsAnswer, awsCallOf, serveAws } from '../http/aws-protocol.ts';
import type { Operation } from '../http/serve.ts';
import { inLambda } from '../lambda.ts';
import { carriedOut, type Decision, provision, type Request } from '../provisioning.ts';
import type { Services } from '../services.ts';

const DELETE_QUERY = { skipResourceInUseCheck: Flag };

/** `ANY /aws/{proxy+}`: every governed call, as unmodified AWS clients make it. */
export const awsProtocol: Operation<Services, AwsAnswer> = async (call, { stagesOf }) => {
  const { operation, labels } = awsCallOf(call.method, call.path);
  const { body, caller, query } = call;
  // What REST takes beside the service model, a dry run among it, no AWS client sends; and a success without its body
  // would break several.
  allOf({ query: readQuery(query, operation === 'DeleteAgentActionGroup' ? DELETE_QUERY : {}) });
  const run = <R extends Request>(request: R) => provision(request, stagesOf<R>(call, EVERY_OPERATION));

  switch (operation) {
    case 'CreateAgentActionGroup': {
      const request = parseCreateActionGroup({ labels, query, idempotencyKeys: [], body });
      const { decision, result } = carriedOut(await run({ ...request, caller }));
      return success(200, decision, { agentActionGroup: presentActionGroup(result, request.clientToken) });
    }
    case 'UpdateAgentActionGroup': {
      const request = parseUpdateActionGroup({ labels, query, ifMatch: [], body });
      const { decision, result } = carriedOut(await run({ ...request, caller }));
      return success(200, decision, { agentActionGroup: presentActionGroup(result) });
    }
    case 'GetAgentActionGroup': {
      const { decision, result } = carriedOut(await run({ ...parseGetActionGroup({ labels, query }), caller }));
      return success(200, decision, { agentActionGroup: presentActionGroup(result) });
    }
    case 'ListAgentActionGroups': {
      const { decision, result } = carriedOut(
        await run({ ...parseListActionGroupsBody({ labels, query }, body), caller }),
      );
      return success(200, decision, result);
    }
    case 'DeleteAgentActionGroup': {
      const { decision } = await run({ ...parseDeleteActionGroup({ labels, query, ifMatch: [] }), caller });
      return { status: 204, decision };
    }
    case 'PrepareAgent': {
      const request = parsePrepareAgent({ labels, query });
      const { decision, result } = carriedOut(await run({ ...request, caller }));
      const { status: agentStatus, agentVersion = 'DRAFT', preparedAt = new Date() } = result;
      return success(202, decision, { agentId: request.agentId, agentStatus, agentVersion, preparedAt });
    }
    case 'GetAgent': {
      const { decision, result: agent } = carriedOut(await run({ ...parseGetAgent({ labels, query }), caller }));
      return success(200, decision, { agent });
    }
  }
};

export const handler = inLambda((services) => serveAws(awsProtocol, services), EVERY_PART);

function success(status: 200 | 202, decision: Decision, body: object): AwsAnswer {
  return { status, decision, body };
}
