import { nearest } from '../nearest.ts';
import { defineRule, violation } from '../rule.ts';
import { list, oneOf } from '../schema.ts';

/** Those that Bedrock knows. A new one has to be let in by the request's contract as well. */
const SIGNATURES = [
  'AMAZON.UserInput',
  'AMAZON.CodeInterpreter',
  'ANTHROPIC.Computer',
  'ANTHROPIC.Bash',
  'ANTHROPIC.TextEditor',
] as const;

/** A signature gives the agent a built-in ability: to run code, a shell or a desktop. Only the listed ones may be given. */
export default defineRule({
  id: 'signature-is-allowed',
  summary: 'A built-in action group (parentActionGroupSignature) is one of those listed.',
  settings: { allow: list(oneOf(SIGNATURES)) },
  check({ actionGroup }, { allow }) {
    const signature = actionGroup.parentActionGroupSignature;
    if (signature === undefined || (allow as readonly string[]).includes(signature)) return [];
    const meant = nearest(signature, allow);
    return [
      violation({
        pointer: '/parentActionGroupSignature',
        message: `The signature ${signature} is not allowed.${meant === undefined ? '' : ` The nearest allowed one is ${meant}.`}`,
        allowed: allow,
        fix:
          allow.length === 0
            ? 'Build the ability as an action group of your own, or ask the policy owners for an exemption.'
            : 'Use an allowed signature, or ask the policy owners for an exemption.',
      }),
    ];
  },
  examples: [
    {
      name: 'a listed signature',
      settings: { allow: ['AMAZON.UserInput'] },
      actionGroup: { parentActionGroupSignature: 'AMAZON.UserInput' },
      verdict: 'allowed',
    },
    {
      name: 'a group of one’s own, which has no signature',
      settings: { allow: [] },
      actionGroup: { actionGroupName: 'book-flight' },
      verdict: 'allowed',
    },
    {
      name: 'a shell',
      settings: { allow: ['AMAZON.UserInput'] },
      actionGroup: { parentActionGroupSignature: 'ANTHROPIC.Bash' },
      verdict: 'denied',
    },
    {
      name: 'a listed signature in other case',
      settings: { allow: ['AMAZON.UserInput'] },
      actionGroup: { parentActionGroupSignature: 'amazon.userinput' },
      verdict: 'denied',
    },
  ],
});
