/** What a dry run can know of Bedrock's answer without writing: it reads what the write would meet. */
import { Problem } from '../problem.ts';
import type { Request } from '../provisioning.ts';
import { assertMatches } from './change-action-group.ts';
import type { BedrockClient } from './client.ts';
import { type CallContext, findActionGroup, getActionGroup } from './read.ts';
import { nameTaken } from './upstream-problem.ts';

type Write = 'CreateAgentActionGroup' | 'UpdateAgentActionGroup' | 'DeleteAgentActionGroup';

/**
 * @param clientToken the one for Bedrock, of a creation that has one
 * @throws {Problem} what the real call would meet: `NOT_FOUND`, `NAME_TAKEN`, `CONFLICT`, `PRECONDITION_FAILED`, and every
 * problem of reading. What only the write itself can bring out (a quota, a schema that Bedrock refuses) stays unknown.
 */
export async function rehearse(
  client: BedrockClient,
  request: Request<Write>,
  clientToken: string | undefined,
  context: CallContext,
): Promise<void> {
  if (request.operation === 'CreateAgentActionGroup') {
    const existing = await findActionGroup(client, request, request.actionGroup.actionGroupName, context);
    // With this very token it is an earlier try's, whose answer was lost: the real call would find it and answer with it.
    const isOurs = clientToken !== undefined && existing?.clientToken === clientToken;
    if (existing !== undefined && !isOurs) throw nameTaken('a dry run');
    return;
  }
  const group = await getActionGroup(client, request, context);
  if (request.ifMatch !== undefined) assertMatches(group, request.ifMatch);
  const isDeletion = request.operation === 'DeleteAgentActionGroup';
  if (isDeletion && group.actionGroupState === 'ENABLED' && !request.disableFirst && !request.skipResourceInUseCheck) {
    throw new Problem('CONFLICT', {
      detail: 'Bedrock deletes no enabled action group: disable it, or send disableFirst=true.',
    });
  }
}
