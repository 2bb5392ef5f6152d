import { allOf } from './checked.ts';
import { readLabels } from './labels.ts';
import { Flag, readQuery } from './query.ts';
import type { RawRead } from './read-action-groups.ts';
import { Id } from './strings.ts';

export interface GetAgent {
  readonly operation: 'GetAgent';
  readonly agentId: string;
}

export interface PrepareAgent {
  readonly operation: 'PrepareAgent';
  readonly agentId: string;
  /** Whether the answer waits until the agent is prepared. */
  readonly wait: boolean;
}

/** @throws {Problem} `INVALID_REQUEST` with the faults of path and query together. */
export function parseGetAgent({ labels, query }: RawRead): GetAgent {
  const parsed = allOf({ labels: readLabels(labels, { agentId: Id }), query: readQuery(query, {}) });
  return { operation: 'GetAgent', ...parsed.labels };
}

/** @throws {Problem} `INVALID_REQUEST` with the faults of path and query together. */
export function parsePrepareAgent({ labels, query }: RawRead): PrepareAgent {
  const parsed = allOf({ labels: readLabels(labels, { agentId: Id }), query: readQuery(query, { wait: Flag }) });
  return { operation: 'PrepareAgent', ...parsed.labels, wait: parsed.query.wait ?? false };
}
