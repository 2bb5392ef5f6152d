import { flag } from '../document/schema.ts';
import { defineRule, violation } from '../rule.ts';

/** With RETURN_CONTROL the calling application carries out the action itself, outside of any function that can be governed. */
export default defineRule({
  id: 'return-control-is-allowed',
  summary: 'The executor hands control back to the calling application (RETURN_CONTROL) only if that is allowed.',
  settings: { allow: flag() },
  check({ actionGroup }, { allow }) {
    if (allow || actionGroup.actionGroupExecutor?.customControl === undefined) return [];
    return [
      violation({
        pointer: '/actionGroupExecutor/customControl',
        message: 'Returning control to the calling application is not allowed.',
        allowed: [],
        fix: 'Name a Lambda function in /actionGroupExecutor/lambda, or ask the policy owners for an exemption.',
      }),
    ];
  },
  describe: ({ allow }) =>
    `You may ${allow ? '' : 'not '}return control to the calling application (customControl: RETURN_CONTROL).`,
  examples: [
    {
      name: 'return of control where it is allowed',
      settings: { allow: true },
      actionGroup: { actionGroupExecutor: { customControl: 'RETURN_CONTROL' } },
      verdict: 'allowed',
    },
    {
      name: 'a Lambda function where return of control is not allowed',
      settings: { allow: false },
      actionGroup: {
        actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:111122223333:function:agents-book' },
      },
      verdict: 'allowed',
    },
    {
      name: 'return of control where it is not allowed',
      settings: { allow: false },
      actionGroup: { actionGroupExecutor: { customControl: 'RETURN_CONTROL' } },
      verdict: 'denied',
    },
  ],
});
