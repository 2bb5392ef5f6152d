import * as v from 'valibot';
import { type ActionGroup, CreateActionGroupBody } from './action-group.ts';
import { allOf, check } from './checked.ts';
import { readIdempotencyToken } from './idempotency-token.ts';
import { readLabels } from './labels.ts';
import { Flag, readQuery } from './query.ts';
import { DraftVersion, Id } from './strings.ts';

/** Whether the agent is prepared after the change, and whether the answer waits for that. */
export type PrepareMode = v.InferOutput<typeof PrepareMode>;
export const PrepareMode = v.picklist(['none', 'start', 'wait']);

export interface CreateActionGroup {
  readonly operation: 'CreateAgentActionGroup';
  readonly agentId: string;
  readonly agentVersion: 'DRAFT';
  readonly actionGroup: ActionGroup;
  /** From the body or the header; without one the call is not idempotent. */
  readonly clientToken?: string;
  /** Decide, but do not write. */
  readonly dryRun: boolean;
  readonly prepare: PrepareMode;
}

/** A request as the edge hands it over: decoded labels, all values of each query parameter and of the header, parsed JSON. */
export interface RawRequest {
  readonly labels: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly idempotencyKeys: readonly string[];
  readonly body: unknown;
}

/** @throws {Problem} `INVALID_REQUEST` with the faults of path, query, header and body together. */
export function parseCreateActionGroup(request: RawRequest): CreateActionGroup {
  const { labels, query, token, body } = allOf({
    labels: readLabels(request.labels, { agentId: Id, agentVersion: DraftVersion }),
    query: readQuery(request.query, { dryRun: Flag, prepare: PrepareMode }),
    token: readIdempotencyToken(request.idempotencyKeys, clientTokenOf(request.body)),
    body: check(CreateActionGroupBody, request.body),
  });
  const { clientToken: _, ...actionGroup } = body;
  return {
    operation: 'CreateAgentActionGroup',
    ...labels,
    actionGroup,
    ...(token === undefined ? {} : { clientToken: token }),
    dryRun: query.dryRun ?? false,
    prepare: query.prepare ?? 'none',
  };
}

/** Read from the body as it came: whether header and body agree does not wait until the rest of the body is right. */
function clientTokenOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, 'clientToken')
    ? (body as { clientToken: unknown }).clientToken
    : undefined;
}
