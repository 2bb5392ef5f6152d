import * as v from 'valibot';
import { flag } from '../document/schema.ts';
import { parseLambdaArn } from '../lambda-arn.ts';
import { defineRule, violation } from '../rule.ts';

/** A published version never changes; what is behind `$LATEST`, or behind no qualifier at all, does with every deployment. */
export default defineRule({
  id: 'lambda-is-pinned',
  summary: 'Where the executor is a Lambda function, it is a published version, or an alias if that is allowed.',
  notes: '`allowAliases` may be left out, and is then false. Whoever may move an alias changes what the agent does.',
  settings: { allowAliases: v.optional(flag(), false) },
  check({ actionGroup }, { allowAliases }) {
    const given = actionGroup.actionGroupExecutor?.lambda;
    if (given === undefined) return [];
    const arn = parseLambdaArn(given);
    const qualifier = arn?.qualifier;
    if (qualifier !== undefined && (VERSION.test(qualifier) || (allowAliases && ALIAS.test(qualifier)))) return [];
    const bare = arn === undefined ? 'arn:aws:lambda:REGION:ACCOUNT:function:NAME' : unqualified(given);
    return [
      violation({
        pointer: '/actionGroupExecutor/lambda',
        message: arn === undefined ? `${given} is not the ARN of a Lambda function.` : `${given} ${whyNot(qualifier)}.`,
        allowed: [`${bare}:VERSION`, ...(allowAliases ? [`${bare}:ALIAS`] : [])],
        fix: `Publish a version of the function and name it, as in ${bare}:1${allowAliases ? ', or name an alias' : ''}.`,
      }),
    ];
  },
  describe: ({ allowAliases }) =>
    `A Lambda function is named with a published version${allowAliases ? ' or an alias' : ''}, as in …:function:NAME:7.`,
  examples: [
    {
      name: 'a published version',
      settings: { allowAliases: false },
      actionGroup: { actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:111122223333:function:book:7' } },
      verdict: 'allowed',
    },
    {
      name: 'an alias where aliases are allowed',
      settings: { allowAliases: true },
      actionGroup: { actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:111122223333:function:book:live' } },
      verdict: 'allowed',
    },
    {
      name: 'an alias where they are not',
      settings: { allowAliases: false },
      actionGroup: { actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:111122223333:function:book:live' } },
      verdict: 'denied',
    },
    {
      name: '$LATEST',
      settings: { allowAliases: true },
      actionGroup: { actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:111122223333:function:book:$LATEST' } },
      verdict: 'denied',
    },
    {
      name: 'no version, which means $LATEST',
      settings: { allowAliases: true },
      actionGroup: { actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:111122223333:function:book' } },
      verdict: 'denied',
    },
  ],
});

const VERSION = /^[1-9]\d*$/;

/** Lambda gives no alias a name of digits alone. */
const ALIAS = /^(?!\d+$)[a-zA-Z0-9_-]+$/;

function unqualified(arn: string): string {
  return arn.split(':').slice(0, 7).join(':');
}

function whyNot(qualifier: string | undefined): string {
  if (qualifier === undefined) return 'names no version, which means $LATEST';
  if (qualifier === '$LATEST') return 'changes with every deployment';
  return ALIAS.test(qualifier)
    ? `names the alias ${qualifier}, which can be moved`
    : 'names no version that there can be';
}
