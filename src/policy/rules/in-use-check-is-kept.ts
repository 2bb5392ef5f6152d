import * as v from 'valibot';
import { flag } from '../document/schema.ts';
import { defineRule, violation } from '../rule.ts';

/** Bedrock refuses to delete a group that is enabled, unless it is told not to look. */
export default defineRule({
  id: 'in-use-check-is-kept',
  summary: 'A deletion does not skip the check whether the group is in use (skipResourceInUseCheck).',
  notes:
    '`allowSkipping` may be left out, and is then false. `disableFirst` keeps the check: it disables the group, then deletes it.',
  operations: ['DeleteAgentActionGroup'],
  settings: { allowSkipping: v.optional(flag(), false) },
  check({ skipResourceInUseCheck }, { allowSkipping }) {
    if (allowSkipping || skipResourceInUseCheck === undefined || skipResourceInUseCheck === false) return [];
    return [
      violation({
        pointer: '',
        message: 'Skipping the check whether the group is in use (skipResourceInUseCheck) is not allowed.',
        allowed: [false],
        fix: 'Leave skipResourceInUseCheck out, and disable the group before it is deleted.',
      }),
    ];
  },
  describe: ({ allowSkipping }) =>
    `A deletion may ${allowSkipping ? '' : 'not '}skip the check whether the group is in use (skipResourceInUseCheck).`,
  examples: [
    {
      name: 'a deletion that keeps the check',
      settings: { allowSkipping: false },
      request: { operation: 'DeleteAgentActionGroup', skipResourceInUseCheck: false },
      verdict: 'allowed',
    },
    {
      name: 'a deletion that skips it, where that is allowed',
      settings: { allowSkipping: true },
      request: { operation: 'DeleteAgentActionGroup', skipResourceInUseCheck: true },
      verdict: 'allowed',
    },
    {
      name: 'a deletion that skips it',
      settings: { allowSkipping: false },
      request: { operation: 'DeleteAgentActionGroup', skipResourceInUseCheck: true },
      verdict: 'denied',
    },
  ],
});
