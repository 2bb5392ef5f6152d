import { wholeNumber } from '../document/schema.ts';
import { functionsOf, notFunctions } from '../functions.ts';
import { defineRule, violation } from '../rule.ts';

/** A model that has to choose among many functions chooses worse, and nobody reviews them. */
export default defineRule({
  id: 'function-count-is-limited',
  summary: 'An action group has at most so many functions.',
  notes:
    'The operations of an OpenAPI document are not counted. To allow no functions at all, use `schema-source-is-allowed`. ' +
    'Bedrock has a quota of its own for each agent.',
  settings: { max: wholeNumber({ atLeast: 1 }) },
  check({ actionGroup }, { max }) {
    const functions = functionsOf(actionGroup);
    if (functions === undefined) return [notFunctions()];
    if (functions.length <= max) return [];
    return [
      violation({
        pointer: '/functionSchema/functions',
        message: `The group has ${functions.length} functions; at most ${max} are allowed.`,
        allowed: { atMost: max },
        fix: 'Leave functions out, or make several groups of them.',
      }),
    ];
  },
  describe: ({ max }) => `An action group has at most ${max} ${max === 1 ? 'function' : 'functions'}.`,
  examples: [
    {
      name: 'as many functions as are allowed',
      settings: { max: 2 },
      actionGroup: { functionSchema: { functions: [{ name: 'book' }, { name: 'cancel' }] } },
      verdict: 'allowed',
    },
    {
      name: 'a group without functions',
      settings: { max: 2 },
      actionGroup: { apiSchema: { payload: '{"openapi":"3.0.0"}' } },
      verdict: 'allowed',
    },
    {
      name: 'one more',
      settings: { max: 2 },
      actionGroup: { functionSchema: { functions: [{ name: 'book' }, { name: 'cancel' }, { name: 'list' }] } },
      verdict: 'denied',
    },
  ],
});
