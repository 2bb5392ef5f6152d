import { faultText, list, textThat } from '../document/schema.ts';
import { type LambdaArn, outsidePrefix, parseLambdaArn, parseLambdaPrefix } from '../lambda-arn.ts';
import { quote } from '../quote.ts';
import { anyOf, defineRule, violation } from '../rule.ts';

/** Only Lambda functions the organisation runs may act for an agent. */
export default defineRule({
  id: 'lambda-arn-has-required-prefix',
  summary: 'Where the executor is a Lambda function, its ARN starts with a required prefix.',
  settings: {
    prefixes: list(
      textThat((prefix) =>
        parseLambdaPrefix(prefix) === undefined
          ? faultText(
              `${quote(prefix)} is not the prefix of a Lambda function’s ARN.`,
              'Write arn:PARTITION:lambda:REGION:ACCOUNT:function: in full, with a 12-digit account, then nothing, the beginning of a name ending in - or _, or a whole name; no * and no version or alias.',
            )
          : undefined,
      ),
      { atLeast: 1 },
    ),
  },
  check({ actionGroup }, { prefixes }) {
    const given = actionGroup.actionGroupExecutor?.lambda;
    if (given === undefined) return [];
    const arn = parseLambdaArn(given);
    const tried =
      arn === undefined ? [] : prefixes.map((prefix) => ({ prefix, differs: outsidePrefix(arn, parsed(prefix)) }));
    if (tried.some(({ differs }) => differs.length === 0)) return [];
    return [
      violation({
        pointer: '/actionGroupExecutor/lambda',
        message:
          arn === undefined
            ? `${given} is not the ARN of a Lambda function.`
            : `${given} does not start with a required prefix.${nearMiss(arn, tried)}`,
        allowed: prefixes,
        fix: 'Deploy the function under a required prefix, or ask the policy owners for a new one.',
      }),
    ];
  },
  describe: ({ prefixes }) => `A Lambda function’s ARN begins with ${anyOf(prefixes)}.`,
  examples: [
    {
      name: 'a function under the prefix',
      settings: { prefixes: ['arn:aws:lambda:us-east-1:111122223333:function:agents-'] },
      actionGroup: { actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:111122223333:function:agents-book' } },
      verdict: 'allowed',
    },
    {
      name: 'a version of the one function that is named in full',
      settings: { prefixes: ['arn:aws:lambda:us-east-1:111122223333:function:book'] },
      actionGroup: { actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:111122223333:function:book:7' } },
      verdict: 'allowed',
    },
    {
      name: 'return of control, which has no Lambda function',
      settings: { prefixes: ['arn:aws:lambda:us-east-1:111122223333:function:agents-'] },
      actionGroup: { actionGroupExecutor: { customControl: 'RETURN_CONTROL' } },
      verdict: 'allowed',
    },
    {
      name: 'the same name in another account',
      settings: { prefixes: ['arn:aws:lambda:us-east-1:111122223333:function:agents-'] },
      actionGroup: { actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:999922223333:function:agents-book' } },
      verdict: 'denied',
    },
    {
      name: 'a name that merely starts like the one that is named in full',
      settings: { prefixes: ['arn:aws:lambda:us-east-1:111122223333:function:book'] },
      actionGroup: { actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:111122223333:function:bookkeeper' } },
      verdict: 'denied',
    },
  ],
});

/** @throws if the prefix is not one, which the settings' schema has excluded; a rule that throws denies. */
function parsed(prefix: string): LambdaArn {
  const known = PARSED.get(prefix);
  if (known !== undefined) return known;
  const fields = parseLambdaPrefix(prefix);
  if (fields === undefined) throw new TypeError(`not a prefix: ${prefix}`);
  if (PARSED.size >= MOST_REMEMBERED) PARSED.clear();
  PARSED.set(prefix, fields);
  return fields;
}

const PARSED = new Map<string, LambdaArn>();
const MOST_REMEMBERED = 2000;

/** Names the prefix that agrees in most fields, and those to change. */
function nearMiss(arn: LambdaArn, tried: readonly { prefix: string; differs: (keyof LambdaArn)[] }[]): string {
  const [best] = tried.toSorted((a, b) => a.differs.length - b.differs.length || (a.prefix < b.prefix ? -1 : 1));
  if (best === undefined) return '';
  const differing = best.differs.map((field) => `the ${field} ${arn[field]}`).join(' and ');
  return ` The nearest is ${best.prefix}, from which ${differing} differ${best.differs.length === 1 ? 's' : ''}.`;
}
