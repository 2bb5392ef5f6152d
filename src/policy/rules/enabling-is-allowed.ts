import { flag } from '../document/schema.ts';
import { defineRule, violation } from '../rule.ts';

/** Who builds a group need not be who lets an agent use it: let one team allow this, and the others not. */
export default defineRule({
  id: 'enabling-is-allowed',
  summary: 'An action group is ENABLED after a creation or update only if the team may enable groups.',
  notes:
    'A creation or update without a state enables the group, and so counts. An update replaces the whole group: where this is ' +
    'not allowed, whoever changes an enabled group also disables it.',
  settings: { allow: flag() },
  check({ actionGroup }, { allow }) {
    if (allow || actionGroup.actionGroupState === 'DISABLED') return [];
    return [
      violation({
        pointer: '/actionGroupState',
        message:
          actionGroup.actionGroupState === undefined
            ? 'A group without a state is enabled, and enabling groups is not allowed.'
            : 'Enabling groups is not allowed.',
        allowed: ['DISABLED'],
        fix: 'Set actionGroupState to DISABLED, and have it enabled by a team that may.',
      }),
    ];
  },
  describe: ({ allow }) =>
    allow
      ? 'You may enable action groups.'
      : 'You may not enable action groups: send actionGroupState DISABLED, also with every update.',
  examples: [
    {
      name: 'a team that may enable',
      settings: { allow: true },
      actionGroup: { actionGroupState: 'ENABLED' },
      verdict: 'allowed',
    },
    {
      name: 'a group that stays disabled',
      settings: { allow: false },
      actionGroup: { actionGroupState: 'DISABLED' },
      verdict: 'allowed',
    },
    {
      name: 'an update that enables',
      settings: { allow: false },
      actionGroup: { actionGroupState: 'ENABLED' },
      request: { operation: 'UpdateAgentActionGroup' },
      verdict: 'denied',
    },
    {
      name: 'a creation without a state, which enables',
      settings: { allow: false },
      actionGroup: { actionGroupName: 'book' },
      verdict: 'denied',
    },
  ],
});
