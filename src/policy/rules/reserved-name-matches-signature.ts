import { quote } from '../quote.ts';
import { defineRule, violation } from '../rule.ts';
import { RESERVED_NAMES } from '../signatures.ts';

/** Under another name Bedrock's console shows the ability as switched off; and no other group may pass for it. */
export default defineRule({
  id: 'reserved-name-matches-signature',
  summary:
    'AMAZON.UserInput and AMAZON.CodeInterpreter are named UserInputAction and CodeInterpreterAction, and nothing else is.',
  notes: 'The reserved names are reserved in any case. The rule has no settings, so no exemption can change them.',
  settings: {},
  check({ actionGroup: { actionGroupName: name, parentActionGroupSignature: signature } }) {
    const expected = RESERVED_NAMES.get(signature ?? '');
    if (expected !== undefined) {
      if (name === expected) return [];
      return [
        violation({
          pointer: '/actionGroupName',
          message: `A group with the signature ${signature} is named ${expected}, not ${quote(name ?? '')}.`,
          allowed: [expected],
          fix: `Name the group ${expected}.`,
        }),
      ];
    }
    const lower = typeof name === 'string' ? name.toLowerCase() : undefined;
    const [owner] = [...RESERVED_NAMES].find(([, reserved]) => reserved.toLowerCase() === lower) ?? [];
    if (owner === undefined) return [];
    return [
      violation({
        pointer: '/actionGroupName',
        message: `The name ${name} is reserved for the signature ${owner}.`,
        fix: `Choose another name, or set /parentActionGroupSignature to ${owner}.`,
      }),
    ];
  },
  describe: () =>
    `${[...RESERVED_NAMES].map(([signature, name]) => `The name ${name} goes with the signature ${signature}`).join('; ')}; neither goes without the other.`,
  examples: [
    {
      name: 'the name that belongs to the signature',
      settings: {},
      actionGroup: { actionGroupName: 'UserInputAction', parentActionGroupSignature: 'AMAZON.UserInput' },
      verdict: 'allowed',
    },
    {
      name: 'a signature for which no name is reserved',
      settings: {},
      actionGroup: { actionGroupName: 'shell', parentActionGroupSignature: 'ANTHROPIC.Bash' },
      verdict: 'allowed',
    },
    {
      name: 'another name',
      settings: {},
      actionGroup: { actionGroupName: 'ask-the-user', parentActionGroupSignature: 'AMAZON.UserInput' },
      verdict: 'denied',
    },
    {
      name: 'a group of one’s own under the name',
      settings: {},
      actionGroup: { actionGroupName: 'UserInputAction' },
      verdict: 'denied',
    },
  ],
});
