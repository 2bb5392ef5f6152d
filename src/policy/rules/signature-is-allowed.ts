import { list, oneOf } from '../document/schema.ts';
import { nearest } from '../nearest.ts';
import { anyOf, defineRule, violation } from '../rule.ts';
import { SIGNATURES } from '../signatures.ts';

/** A signature gives the agent a built-in ability: to run code, a shell or a desktop. Only the listed ones may be given. */
export default defineRule({
  id: 'signature-is-allowed',
  summary: 'A built-in action group (parentActionGroupSignature) is one of those listed.',
  settings: { allow: list(oneOf(SIGNATURES)) },
  check({ actionGroup }, { allow }) {
    const signature = actionGroup.parentActionGroupSignature;
    if (signature === undefined || (allow as readonly string[]).includes(signature)) return [];
    const meant = typeof signature === 'string' ? nearest(signature, allow) : undefined;
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
  describe: ({ allow }) =>
    allow.length === 0
      ? 'You may add no built-in action group.'
      : `A built-in action group (parentActionGroupSignature) is ${anyOf(allow)}.`,
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
