import { flag } from '../document/schema.ts';
import { defineRule, violation } from '../rule.ts';
import { isBuiltIn, SIGNATURES } from '../signatures.ts';

/** For agents that may be given what Bedrock brings, and nothing that a team wrote. */
export default defineRule({
  id: 'custom-action-group-is-allowed',
  summary:
    'An action group without parentActionGroupSignature, one of the team’s own, is there only if that is allowed.',
  notes: 'A signature beside an executor or a schema does not make a group a built-in one.',
  settings: { allow: flag() },
  check({ actionGroup }, { allow }) {
    if (allow || isBuiltIn(actionGroup)) return [];
    return [
      violation({
        pointer: '',
        message: 'Action groups of one’s own are not allowed.',
        allowed: [...SIGNATURES],
        fix: 'Name a built-in group in /parentActionGroupSignature and nothing beside it, or ask the policy owners for an exemption.',
      }),
    ];
  },
  describe: ({ allow }) =>
    allow ? 'You may add action groups of your own.' : 'You may add built-in action groups only, and none of your own.',
  examples: [
    {
      name: 'a built-in group where none of one’s own is allowed',
      settings: { allow: false },
      actionGroup: { actionGroupName: 'UserInputAction', parentActionGroupSignature: 'AMAZON.UserInput' },
      verdict: 'allowed',
    },
    {
      name: 'a group of one’s own where that is allowed',
      settings: { allow: true },
      actionGroup: { actionGroupExecutor: { customControl: 'RETURN_CONTROL' } },
      verdict: 'allowed',
    },
    {
      name: 'a group of one’s own where none is allowed',
      settings: { allow: false },
      actionGroup: { actionGroupExecutor: { customControl: 'RETURN_CONTROL' } },
      verdict: 'denied',
    },
    {
      name: 'a signature beside an executor',
      settings: { allow: false },
      actionGroup: {
        parentActionGroupSignature: 'AMAZON.UserInput',
        actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:111122223333:function:book' },
      },
      verdict: 'denied',
    },
  ],
});
