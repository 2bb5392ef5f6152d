import type { AgentActionGroup } from '@aws-sdk/client-bedrock-agent';
import type { ActionGroup } from '../contract/action-group.ts';

/** One member that differs. The values of a payload are left out: they are long, and the model calls them sensitive. */
export interface Difference {
  /** RFC 6901, into the group as it is asked for. */
  readonly pointer: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

const SCHEMA = '/apiSchema';
const PAYLOAD = '/apiSchema/payload';

/**
 * What distinguishes a group as Bedrock has it from a group as it shall be; what Bedrock fills in by itself does not.
 */
export function differences(existing: AgentActionGroup, wanted: ActionGroup): Difference[] {
  const before = {
    actionGroupName: existing.actionGroupName,
    description: existing.description,
    parentActionGroupSignature: existing.parentActionSignature,
    parentActionGroupSignatureParams: existing.parentActionGroupSignatureParams,
    actionGroupExecutor: existing.actionGroupExecutor,
    apiSchema: existing.apiSchema,
    actionGroupState: existing.actionGroupState,
    functionSchema: existing.functionSchema,
  };
  return compare('', withDefaults(before), withDefaults(wanted));
}

function compare(pointer: string, before: unknown, after: unknown): Difference[] {
  if (isContainer(before) && isContainer(after) && Array.isArray(before) === Array.isArray(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) =>
      compare(`${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, before[name], after[name]),
    );
  }
  if (before === after) return [];
  // A schema that comes or goes as a whole is told by its members, so that its payload is told by its name alone.
  if (pointer === SCHEMA) return compare(pointer, before ?? {}, after ?? {});
  return [pointer === PAYLOAD ? { pointer } : { pointer, before, after }];
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Functions and parameters with what the service model takes for granted written out. */
function withDefaults<
  T extends Pick<AgentActionGroup | ActionGroup, 'functionSchema' | 'parentActionGroupSignatureParams'>,
>(group: T): T {
  const functions = group.functionSchema?.functions?.map((each) => ({
    ...each,
    requireConfirmation: each.requireConfirmation ?? 'DISABLED',
    parameters: Object.fromEntries(
      Object.entries(each.parameters ?? {}).map(([name, parameter]) => [
        name,
        { ...parameter, required: parameter.required ?? false },
      ]),
    ),
  }));
  const params = group.parentActionGroupSignatureParams;
  return {
    ...group,
    functionSchema: functions && { functions },
    parentActionGroupSignatureParams: params && Object.keys(params).length > 0 ? params : undefined,
  };
}
