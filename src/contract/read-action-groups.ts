import * as v from 'valibot';
import { allOf, check } from './checked.ts';
import { closedObject } from './closed-object.ts';
import { readLabels } from './labels.ts';
import { readQuery } from './query.ts';
import { Id, Version } from './strings.ts';
import { must } from './worded.ts';

export interface GetActionGroup {
  readonly operation: 'GetAgentActionGroup';
  readonly agentId: string;
  readonly agentVersion: string;
  readonly actionGroupId: string;
}

export interface ListActionGroups {
  readonly operation: 'ListAgentActionGroups';
  readonly agentId: string;
  readonly agentVersion: string;
  /** 1 to 1000; Bedrock gives at most 10 a page whatever is asked. */
  readonly maxResults: number | undefined;
  readonly nextToken: string | undefined;
}

export interface RawRead {
  readonly labels: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, readonly string[]>>;
}

const PAGE_SIZE = { message: 'is not a whole number from 1 to 1000.', fix: 'Give a whole number from 1 to 1000.' };

const MaxResultsText = v.pipe(
  v.string(),
  must((text: string) => (/^(?:[1-9]\d{0,2}|1000)$/.test(text) ? undefined : PAGE_SIZE)),
  v.transform(Number),
);
const MaxResults = v.pipe(
  v.number(),
  must((value: number) => (Number.isInteger(value) && value >= 1 && value <= 1000 ? undefined : PAGE_SIZE)),
);
const NextToken = v.pipe(
  v.string(),
  must((text: string) =>
    /^\S{1,2048}$/.test(text)
      ? undefined
      : { message: 'is not a token of an earlier page.', fix: 'Send the `nextToken` of the page before, unchanged.' },
  ),
);

/** @throws {Problem} `INVALID_REQUEST` with the faults of path and query together. */
export function parseGetActionGroup({ labels, query }: RawRead): GetActionGroup {
  const parsed = allOf({
    labels: readLabels(labels, { agentId: Id, agentVersion: Version, actionGroupId: Id }),
    query: readQuery(query, {}),
  });
  return { operation: 'GetAgentActionGroup', ...parsed.labels };
}

/** REST: the page is asked for in the query. @throws {Problem} `INVALID_REQUEST`. */
export function parseListActionGroups({ labels, query }: RawRead): ListActionGroups {
  const parsed = allOf({
    labels: readLabels(labels, { agentId: Id, agentVersion: Version }),
    query: readQuery(query, { maxResults: MaxResultsText, nextToken: NextToken }),
  });
  const { maxResults, nextToken } = parsed.query;
  return { operation: 'ListAgentActionGroups', ...parsed.labels, maxResults, nextToken };
}

const ListBody = closedObject({ maxResults: v.optional(MaxResults), nextToken: v.optional(NextToken) });

/** The AWS protocol: the page is asked for in the body, which may be missing. @throws {Problem} `INVALID_REQUEST`. */
export function parseListActionGroupsBody({ labels, query }: RawRead, body: unknown): ListActionGroups {
  const parsed = allOf({
    labels: readLabels(labels, { agentId: Id, agentVersion: Version }),
    query: readQuery(query, {}),
    page: check(ListBody, body === undefined ? {} : body),
  });
  const { maxResults, nextToken } = parsed.page;
  return { operation: 'ListAgentActionGroups', ...parsed.labels, maxResults, nextToken };
}
