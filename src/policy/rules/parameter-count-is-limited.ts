import { wholeNumber } from '../document/schema.ts';
import { functionsOf, notFunctions } from '../functions.ts';
import { quote } from '../quote.ts';
import { defineRule, type Finding, violation } from '../rule.ts';

/** Bedrock refuses more than its quota (5 unless it was raised), after the request was made; this says so before. */
export default defineRule({
  id: 'parameter-count-is-limited',
  summary: 'Each function has at most so many parameters.',
  notes: 'The parameters of an OpenAPI document are not counted.',
  settings: { max: wholeNumber({ atLeast: 0 }) },
  check({ actionGroup }, { max }) {
    const functions = functionsOf(actionGroup);
    if (functions === undefined) return [notFunctions()];
    return functions.flatMap(({ definition, pointer }): Finding[] => {
      const parameters: unknown = definition.parameters;
      if (parameters === undefined) return [];
      const place = `${pointer}/parameters`;
      if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) {
        const message = 'The parameters are no names with descriptions.';
        return [violation({ pointer: place, message, fix: 'Give an object, or leave the parameters out.' })];
      }
      const count = Object.keys(parameters).length;
      if (count <= max) return [];
      return [
        violation({
          pointer: place,
          message: `The function ${quote(definition.name ?? '')} has ${count} parameters; at most ${max} are allowed.`,
          allowed: { atMost: max },
          fix: 'Leave parameters out, or make several functions of this one.',
        }),
      ];
    });
  },
  describe: ({ max }) => `A function has at most ${max} ${max === 1 ? 'parameter' : 'parameters'}.`,
  examples: [
    {
      name: 'as many parameters as are allowed',
      settings: { max: 2 },
      actionGroup: { functionSchema: { functions: [{ name: 'book', parameters: { date: {}, seats: {} } }] } },
      verdict: 'allowed',
    },
    {
      name: 'a function without parameters',
      settings: { max: 0 },
      actionGroup: { functionSchema: { functions: [{ name: 'list' }] } },
      verdict: 'allowed',
    },
    {
      name: 'one more, in the second function',
      settings: { max: 1 },
      actionGroup: {
        functionSchema: {
          functions: [
            { name: 'list', parameters: { date: {} } },
            { name: 'book', parameters: { date: {}, seats: {} } },
          ],
        },
      },
      verdict: 'denied',
    },
  ],
});
