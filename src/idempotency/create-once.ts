import type { Context } from 'aws-lambda';
import { whileBusy } from '../bedrock/busy.ts';
import type { BedrockClient } from '../bedrock/client.ts';
import { type Created, createActionGroup } from '../bedrock/create-action-group.ts';
import type { Deadline } from '../deadline.ts';
import { Problem } from '../problem.ts';
import type { Applied, Decision, Request } from '../provisioning.ts';
import { fingerprint, sha256 } from './key.ts';
import { type OnceTable, once } from './once.ts';
import { recall, remember } from './replay.ts';

type Create = 'CreateAgentActionGroup';

export interface CreateContext {
  readonly client: BedrockClient;
  readonly records: OnceTable;
  readonly lambda: Pick<Context, 'getRemainingTimeInMillis'>;
  readonly deadline: Deadline;
  /** The token for Bedrock, derived from the caller's; undefined when the caller gave none. */
  readonly token: string | undefined;
}

/**
 * Creates a group in Bedrock: at most once for the caller's token, with the first answer again for every repeat.
 *
 * @throws {Problem} `REQUEST_IN_PROGRESS`, `IDEMPOTENCY_KEY_REUSED`, `STORE_UNAVAILABLE`, and every upstream problem.
 */
export async function createOnce(
  request: Request<Create>,
  decision: Decision,
  { client, records, lambda, deadline, token }: CreateContext,
): Promise<Applied<Create>> {
  const input = {
    ...request.actionGroup,
    agentId: request.agentId,
    agentVersion: request.agentVersion,
    // Without the caller's token the decision stands for the request, so that even the SDK's own retries cannot create
    // it twice.
    clientToken: token ?? sha256(decision.id),
  };
  const create = (mayBeRepeat: boolean) => {
    let mayBeMade = mayBeRepeat;
    return whileBusy(async () => {
      const facts = { decisionId: decision.id, repeatable: token !== undefined, mayBeRepeat: mayBeMade };
      try {
        return await createActionGroup(client, { input, ...facts }, deadline);
      } catch (error) {
        // The try that found the agent busy may have lost an answer before, which the next one must know.
        mayBeMade ||= error instanceof Problem && error.mayHaveCommitted;
        throw error;
      }
    }, deadline);
  };
  if (token === undefined) return applied(await create(false), true);

  const key = { key: token, fingerprint: fingerprint(request.actionGroup), owner: decision.id, lambda };
  const made: Created[] = [];
  const { result, replayed, stored } = await once(records, key, async ({ mayBeRepeat }) => {
    const created = await create(mayBeRepeat);
    made.push(created);
    return remember(created.group);
  });
  const created = made.at(-1);
  if (created !== undefined) return applied(created, stored);
  return { result: recall(request, result), actionGroupId: result.actionGroupId, replayed };
}

function applied({ group, requestId, recovered }: Created, stored: boolean): Applied<Create> {
  return { result: group, actionGroupId: group.actionGroupId, upstreamRequestId: requestId, recovered, stored };
}
