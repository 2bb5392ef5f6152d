import { functionsOf, notFunctions } from '../functions.ts';
import { pattern } from '../pattern/pattern.ts';
import { names, patternFor } from '../pattern/setting.ts';
import { patternInWords } from '../pattern/words.ts';
import { quote } from '../quote.ts';
import { defineRule, violation } from '../rule.ts';

/** What cannot be undone is asked of a person first. */
export default defineRule({
  id: 'function-requires-confirmation',
  summary: 'Functions whose name matches a pattern ask the user before they run (requireConfirmation).',
  notes:
    'Names are compared without regard to case, so that `DeleteAll` does not slip past `^delete`. Only functions are seen: an ' +
    'OpenAPI document asks by `x-requireConfirmation`, which this rule does not read, neither in the payload nor in S3. ' +
    'Where that matters, let `schema-source-is-allowed` allow functions alone.',
  settings: { pattern: patternFor(names('names of functions')) },
  check({ actionGroup }, { pattern: source }) {
    const functions = functionsOf(actionGroup);
    if (functions === undefined) return [notFunctions()];
    return functions
      .filter(({ definition: { name, requireConfirmation } }) => {
        return requireConfirmation !== 'ENABLED' && isCovered(name, source);
      })
      .map(({ definition: { name }, pointer }) =>
        violation({
          pointer: `${pointer}/requireConfirmation`,
          message: `The function ${quote(name ?? '')} runs without asking, though its name ${patternInWords(source)}.`,
          allowed: ['ENABLED'],
          fix: 'Set requireConfirmation to ENABLED.',
        }),
      );
  },
  describe: ({ pattern: source }) =>
    `A function whose name ${patternInWords(source)} (in any case) has requireConfirmation ENABLED.`,
  examples: [
    {
      name: 'a function that asks',
      settings: { pattern: '^(delete|pay)' },
      actionGroup: { functionSchema: { functions: [{ name: 'deleteBooking', requireConfirmation: 'ENABLED' }] } },
      verdict: 'allowed',
    },
    {
      name: 'a function of another name',
      settings: { pattern: '^(delete|pay)' },
      actionGroup: { functionSchema: { functions: [{ name: 'listBookings' }] } },
      verdict: 'allowed',
    },
    {
      name: 'an OpenAPI document, whatever is in it',
      settings: { pattern: '^(delete|pay)' },
      actionGroup: { apiSchema: { payload: '{"openapi":"3.0.0"}' } },
      verdict: 'allowed',
    },
    {
      name: 'a function that does not say whether it asks',
      settings: { pattern: '^(delete|pay)' },
      actionGroup: { functionSchema: { functions: [{ name: 'deleteBooking' }] } },
      verdict: 'denied',
    },
    {
      name: 'the same in other case, and disabled',
      settings: { pattern: '^(delete|pay)' },
      actionGroup: { functionSchema: { functions: [{ name: 'DELETE_all', requireConfirmation: 'DISABLED' }] } },
      verdict: 'denied',
    },
  ],
});

/** A name that no function can have might be read as another one: it is taken for one that matches. */
function isCovered(name: unknown, source: string): boolean {
  if (typeof name !== 'string' || !/^[0-9a-zA-Z_-]+$/.test(name)) return true;
  return pattern(source, { ignoreCase: true }).matches(name);
}
