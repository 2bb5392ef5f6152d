import * as v from 'valibot';
import { wholeNumber } from '../document/schema.ts';
import { functionsOf, notFunctions } from '../functions.ts';
import { quote } from '../quote.ts';
import { defineRule, type Finding, violation } from '../rule.ts';
import { isBuiltIn } from '../signatures.ts';
import { visibleLength } from '../visible-length.ts';

/** The model chooses an action by what is said of it, and so does whoever reviews the agent. */
export default defineRule({
  id: 'description-is-given',
  summary: 'An action group, and if so set each of its functions, is described in so many characters.',
  notes:
    'Blanks count once, and characters that cannot be seen not at all. `functionMinLength` may be left out: then functions ' +
    'need no description. Built-in groups take none. Bedrock takes at most 200 characters for a group and 1,200 for a function.',
  settings: {
    minLength: wholeNumber({ atLeast: 1, atMost: 200 }),
    functionMinLength: v.optional(wholeNumber({ atLeast: 1, atMost: 1200 })),
  },
  check({ actionGroup }, { minLength, functionMinLength }) {
    if (isBuiltIn(actionGroup)) return [];
    const findings = tooShort('/description', 'The group', actionGroup.description, minLength);
    if (functionMinLength === undefined) return findings;
    const functions = functionsOf(actionGroup);
    if (functions === undefined) return [...findings, notFunctions()];
    return [
      ...findings,
      ...functions.flatMap(({ definition: { name, description }, pointer }) =>
        tooShort(`${pointer}/description`, `The function ${quote(name ?? '')}`, description, functionMinLength),
      ),
    ];
  },
  describe: ({ minLength, functionMinLength }) => {
    const functions = functionMinLength === undefined ? '' : `, and each function in ${functionMinLength}`;
    return `An action group is described in at least ${minLength} characters${functions}.`;
  },
  examples: [
    {
      name: 'a description',
      settings: { minLength: 10 },
      actionGroup: { description: 'Books tables.' },
      verdict: 'allowed',
    },
    {
      name: 'a built-in group, which takes none',
      settings: { minLength: 10 },
      actionGroup: { parentActionGroupSignature: 'AMAZON.UserInput' },
      verdict: 'allowed',
    },
    {
      name: 'no description',
      settings: { minLength: 10 },
      actionGroup: { actionGroupName: 'book' },
      verdict: 'denied',
    },
    {
      name: 'blanks',
      settings: { minLength: 10 },
      actionGroup: { description: 'x                  x' },
      verdict: 'denied',
    },
    {
      name: 'a function without a description, where functions need one',
      settings: { minLength: 10, functionMinLength: 10 },
      actionGroup: { description: 'Books tables.', functionSchema: { functions: [{ name: 'book' }] } },
      verdict: 'denied',
    },
  ],
});

function tooShort(pointer: string, subject: string, description: unknown, minLength: number): Finding[] {
  const length = typeof description === 'string' ? visibleLength(description) : 0;
  if (length >= minLength) return [];
  const message =
    description === undefined
      ? `${subject} has no description.`
      : `${subject} is described in ${length} characters; at least ${minLength} are asked for.`;
  const fix = `Say in at least ${minLength} characters what it does, and when to use it.`;
  return [violation({ pointer, message, allowed: { atLeast: minLength }, fix })];
}
