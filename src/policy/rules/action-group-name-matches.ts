import { pattern } from '../pattern/pattern.ts';
import { names, patternFor } from '../pattern/setting.ts';
import { nearestMatch, patternInWords } from '../pattern/words.ts';
import { quote } from '../quote.ts';
import { defineRule, violation } from '../rule.ts';
import { isBuiltIn, RESERVED_NAMES } from '../signatures.ts';

/** A name that says whose the group is, or what it does, is what everyone else sees of it. */
export default defineRule({
  id: 'action-group-name-matches',
  summary: 'The name of an action group matches a pattern.',
  notes:
    'A pattern without `^` and `$` may match anywhere in the name. A built-in group may always bear the name that Bedrock ' +
    'reserves for it (`UserInputAction`, `CodeInterpreterAction`).',
  settings: { pattern: patternFor(names('names of action groups')) },
  check({ actionGroup }, { pattern: source }) {
    const name: unknown = actionGroup.actionGroupName;
    if (typeof name === 'string' && pattern(source).matches(name)) return [];
    const reserved = RESERVED_NAMES.get(actionGroup.parentActionGroupSignature ?? '');
    if (name !== undefined && name === reserved && isBuiltIn(actionGroup)) return [];
    const meant = typeof name === 'string' ? nearestMatch(source, name) : undefined;
    return [
      violation({
        pointer: '/actionGroupName',
        message:
          name === undefined
            ? 'The group has no name.'
            : `The name ${quote(name)} does not match the pattern ${source}.${meant === undefined ? '' : ` The nearest allowed one is ${meant}.`}`,
        allowed: [source],
        fix: `Choose a name that ${patternInWords(source)}.`,
      }),
    ];
  },
  describe: ({ pattern: source }) => `The name of an action group ${patternInWords(source)}.`,
  examples: [
    {
      name: 'a name that begins so',
      settings: { pattern: '^payments-' },
      actionGroup: { actionGroupName: 'payments-refund' },
      verdict: 'allowed',
    },
    {
      name: 'the name that Bedrock reserves for a built-in group',
      settings: { pattern: '^payments-' },
      actionGroup: { actionGroupName: 'UserInputAction', parentActionGroupSignature: 'AMAZON.UserInput' },
      verdict: 'allowed',
    },
    {
      name: 'another name',
      settings: { pattern: '^payments-' },
      actionGroup: { actionGroupName: 'refund' },
      verdict: 'denied',
    },
    {
      name: 'the name in other case',
      settings: { pattern: '^payments-' },
      actionGroup: { actionGroupName: 'Payments-refund' },
      verdict: 'denied',
    },
  ],
});
