import { allOf } from './checked.ts';
import { readLabels } from './labels.ts';
import { Flag, readQuery } from './query.ts';
import { DraftVersion, Id } from './strings.ts';
import { type RawWrite, readIfMatch, WRITE_QUERY, type WriteOptions, writeOptions } from './write-options.ts';

export interface DeleteActionGroup extends WriteOptions {
  readonly operation: 'DeleteAgentActionGroup';
  readonly agentId: string;
  readonly agentVersion: 'DRAFT';
  readonly actionGroupId: string;
  /** Delete although the group is enabled. */
  readonly skipResourceInUseCheck: boolean;
  /** Disable an enabled group, then delete it, as one change. */
  readonly disableFirst: boolean;
  readonly ifMatch: readonly string[] | undefined;
}

/** @throws {Problem} `INVALID_REQUEST` with the faults of path, query and header together. */
export function parseDeleteActionGroup(request: Omit<RawWrite, 'body'>): DeleteActionGroup {
  const { labels, query, ifMatch } = allOf({
    labels: readLabels(request.labels, { agentId: Id, agentVersion: DraftVersion, actionGroupId: Id }),
    query: readQuery(request.query, { ...WRITE_QUERY, skipResourceInUseCheck: Flag, disableFirst: Flag }),
    ifMatch: readIfMatch(request.ifMatch),
  });
  return {
    operation: 'DeleteAgentActionGroup',
    ...labels,
    skipResourceInUseCheck: query.skipResourceInUseCheck ?? false,
    disableFirst: query.disableFirst ?? false,
    ifMatch,
    ...writeOptions(query),
  };
}
