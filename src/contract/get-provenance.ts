import { allOf } from './checked.ts';
import { readLabels } from './labels.ts';
import { readQuery } from './query.ts';
import type { GetActionGroup, RawRead } from './read-action-groups.ts';
import { DraftVersion, Id } from './strings.ts';

/**
 * Read as the group itself is; only the working draft has a provenance, since nothing else can be written.
 *
 * @throws {Problem} `INVALID_REQUEST` with the faults of path and query together.
 */
export function parseGetProvenance({ labels, query }: RawRead): GetActionGroup {
  const parsed = allOf({
    labels: readLabels(labels, { agentId: Id, agentVersion: DraftVersion, actionGroupId: Id }),
    query: readQuery(query, {}),
  });
  return { operation: 'GetAgentActionGroup', ...parsed.labels };
}
