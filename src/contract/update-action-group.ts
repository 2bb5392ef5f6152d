import { type ActionGroup, UpdateActionGroupBody } from './action-group.ts';
import { allOf, check } from './checked.ts';
import { readLabels } from './labels.ts';
import { readQuery } from './query.ts';
import { DraftVersion, Id } from './strings.ts';
import { type RawWrite, readIfMatch, WRITE_QUERY, type WriteOptions, writeOptions } from './write-options.ts';

/** A full replacement: what the body leaves out is gone. */
export interface UpdateActionGroup extends WriteOptions {
  readonly operation: 'UpdateAgentActionGroup';
  readonly agentId: string;
  readonly agentVersion: 'DRAFT';
  readonly actionGroupId: string;
  readonly actionGroup: ActionGroup;
  readonly ifMatch: readonly string[] | undefined;
}

/** @throws {Problem} `INVALID_REQUEST` with the faults of path, query, header and body together. */
export function parseUpdateActionGroup(request: RawWrite): UpdateActionGroup {
  const { labels, query, ifMatch, actionGroup } = allOf({
    labels: readLabels(request.labels, { agentId: Id, agentVersion: DraftVersion, actionGroupId: Id }),
    query: readQuery(request.query, WRITE_QUERY),
    ifMatch: readIfMatch(request.ifMatch),
    actionGroup: check(UpdateActionGroupBody, request.body),
  });
  return { operation: 'UpdateAgentActionGroup', ...labels, actionGroup, ifMatch, ...writeOptions(query) };
}
