import * as v from 'valibot';
import { pattern } from '../pattern/pattern.ts';
import { names, patternFor } from '../pattern/setting.ts';
import { patternInWords } from '../pattern/words.ts';
import { defineRule, violation } from '../rule.ts';

/** Somebody looks at a new group before an agent can use it. */
export default defineRule({
  id: 'new-group-starts-disabled',
  summary: 'A new action group is created DISABLED.',
  notes:
    'Updates are not judged: see `enabling-is-allowed`. A group without a state is ENABLED. `except`, which may be left out, ' +
    'is a pattern of names for which the rule does not hold.',
  operations: ['CreateAgentActionGroup'],
  settings: { except: v.optional(patternFor(names('names of action groups'))) },
  check({ actionGroup }, { except }) {
    if (actionGroup.actionGroupState === 'DISABLED') return [];
    const name: unknown = actionGroup.actionGroupName;
    if (except !== undefined && typeof name === 'string' && pattern(except).matches(name)) return [];
    return [
      violation({
        pointer: '/actionGroupState',
        message:
          actionGroup.actionGroupState === undefined
            ? 'A new group without a state is enabled; it must start disabled.'
            : 'A new group must start disabled.',
        allowed: ['DISABLED'],
        fix: 'Create the group with actionGroupState DISABLED, and enable it by an update once it has been looked at.',
      }),
    ];
  },
  describe: ({ except }) =>
    `A new action group is created DISABLED${except === undefined ? '' : `, unless its name ${patternInWords(except)}`}.`,
  examples: [
    {
      name: 'a new group that is disabled',
      settings: {},
      actionGroup: { actionGroupState: 'DISABLED' },
      verdict: 'allowed',
    },
    {
      name: 'an update that enables it',
      settings: {},
      actionGroup: { actionGroupState: 'ENABLED' },
      request: { operation: 'UpdateAgentActionGroup' },
      verdict: 'allowed',
    },
    {
      name: 'a name for which the rule does not hold',
      settings: { except: '^trial-' },
      actionGroup: { actionGroupName: 'trial-book', actionGroupState: 'ENABLED' },
      verdict: 'allowed',
    },
    {
      name: 'a new group that is enabled',
      settings: {},
      actionGroup: { actionGroupState: 'ENABLED' },
      verdict: 'denied',
    },
    {
      name: 'a new group without a state, which is enabled',
      settings: {},
      actionGroup: { actionGroupName: 'book' },
      verdict: 'denied',
    },
  ],
});
