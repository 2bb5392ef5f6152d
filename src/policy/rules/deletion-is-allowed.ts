import { flag } from '../document/schema.ts';
import { defineRule, violation } from '../rule.ts';

/** A deleted group is gone with its schema; a disabled one can be looked at, and enabled again. */
export default defineRule({
  id: 'deletion-is-allowed',
  summary: 'An action group is deleted only if the team may delete groups.',
  operations: ['DeleteAgentActionGroup'],
  settings: { allow: flag() },
  check(_request, { allow }) {
    if (allow) return [];
    return [
      violation({
        pointer: '',
        message: 'Deleting action groups is not allowed.',
        allowed: [],
        fix: 'Disable the group by an update (actionGroupState DISABLED), or have it deleted by a team that may.',
      }),
    ];
  },
  describe: ({ allow }) => `You may ${allow ? '' : 'not '}delete action groups.`,
  examples: [
    {
      name: 'a team that may delete',
      settings: { allow: true },
      request: { operation: 'DeleteAgentActionGroup' },
      verdict: 'allowed',
    },
    {
      name: 'an update, by a team that may not delete',
      settings: { allow: false },
      request: { operation: 'UpdateAgentActionGroup' },
      verdict: 'allowed',
    },
    {
      name: 'a team that may not',
      settings: { allow: false },
      request: { operation: 'DeleteAgentActionGroup' },
      verdict: 'denied',
    },
  ],
});
