import { type ActionGroup, UpdateActionGroupBody } from './action-group.ts';
import { allOf, type Checked, check } from './checked.ts';
import { readLabels } from './labels.ts';
import { readQuery } from './query.ts';
import { DraftVersion, Id, Name } from './strings.ts';
import { type RawWrite, WRITE_QUERY, type WriteOptions, writeOptions } from './write-options.ts';

/** The group of this name as it shall be, whether or not there is one. */
export interface PutActionGroup extends WriteOptions {
  readonly agentId: string;
  readonly agentVersion: 'DRAFT';
  readonly actionGroup: ActionGroup;
}

/** @throws {Problem} `INVALID_REQUEST` with the faults of path, query, header and body together. */
export function parsePutActionGroup(request: RawWrite): PutActionGroup {
  const name = request.labels.actionGroupName;
  const { labels, query, actionGroup } = allOf({
    labels: readLabels(request.labels, { agentId: Id, agentVersion: DraftVersion, actionGroupName: Name }),
    query: readQuery(request.query, WRITE_QUERY),
    ifMatch: withoutIfMatch(request.ifMatch),
    actionGroup: check(UpdateActionGroupBody, named(request.body, name)),
    sameName: sameName(request.body, name),
  });
  const { actionGroupName: _, ...place } = labels;
  return { ...place, actionGroup, ...writeOptions(query) };
}

/** A condition that is not looked at must not seem to be met. */
function withoutIfMatch(values: readonly string[]): Checked<undefined> {
  if (values.length === 0) return { value: undefined };
  return {
    faults: [
      {
        pointer: 'header:If-Match',
        message: '`If-Match` is not taken here: a group is declared whatever it was before.',
        fix: 'Leave the header out, or update the group by its id.',
      },
    ],
  };
}

/** The path names the group; the body need not repeat it. */
function named(body: unknown, actionGroupName: string | undefined): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.hasOwn(body, 'actionGroupName') ? body : { ...body, actionGroupName };
}

function sameName(body: unknown, name: string | undefined): Checked<undefined> {
  const given = (body as { actionGroupName?: unknown } | null | undefined)?.actionGroupName;
  if (given === undefined || given === name) return { value: undefined };
  return {
    faults: [
      {
        pointer: '/actionGroupName',
        message: '`actionGroupName` differs from the name in the path.',
        fix: 'Leave it out of the body. To rename a group, update it by its id.',
      },
    ],
  };
}
