import * as v from 'valibot';
import { list, text } from '../document/schema.ts';
import { parseLambdaArn } from '../lambda-arn.ts';
import { anyOf, defineRule, violation } from '../rule.ts';

const POINTER = '/actionGroupExecutor/lambda';

/** An agent does not reach across the border that the organisation drew between its accounts. */
export default defineRule({
  id: 'lambda-is-in-agent-account-and-region',
  summary: 'Where the executor is a Lambda function, it is in the account and region of the agent.',
  notes:
    'Account and region are those that this service runs in. `alsoAccounts` and `alsoRegions`, which may be left out, add to ' +
    'them; the partition (aws, aws-cn, …) is always the agent’s.',
  settings: {
    alsoAccounts: v.optional(list(text('an account', /^\d{12}$/, 'Write its twelve digits, in quotes.')), []),
    alsoRegions: v.optional(
      list(text('a region', /^[a-z]{2}(-[a-z]+)+-\d$/, 'Write its name, such as us-east-1; there is no *.')),
      [],
    ),
  },
  check({ actionGroup, agentAccount, agentRegion }, { alsoAccounts, alsoRegions }) {
    const given = actionGroup.actionGroupExecutor?.lambda;
    if (given === undefined) return [];
    if (!agentAccount || !agentRegion) {
      return [
        violation({
          pointer: POINTER,
          message: 'The account and region of the agent are not known, so no function can be held against them.',
          fix: 'Tell the operators of this service; it is no fault of the request.',
        }),
      ];
    }
    const accounts = [agentAccount, ...alsoAccounts];
    const regions = [agentRegion, ...alsoRegions];
    const partition = partitionOf(agentRegion);
    const arn = parseLambdaArn(given);
    const differing =
      arn === undefined
        ? []
        : [
            ...(arn.partition === partition ? [] : [`the partition ${arn.partition}`]),
            ...(accounts.includes(arn.account) ? [] : [`the account ${arn.account}`]),
            ...(regions.includes(arn.region) ? [] : [`the region ${arn.region}`]),
          ];
    if (arn !== undefined && differing.length === 0) return [];
    return [
      violation({
        pointer: POINTER,
        message:
          arn === undefined
            ? `${given} is not the ARN of a Lambda function.`
            : `${given} is in ${differing.join(' and ')}, where the agent is not.`,
        allowed: regions.flatMap((region) =>
          accounts.map((account) => `arn:${partition}:lambda:${region}:${account}:function:NAME`),
        ),
        fix: 'Deploy the function in the account and region of the agent.',
      }),
    ];
  },
  describe: ({ alsoAccounts, alsoRegions }) => {
    const accounts = anyOf(['the agent’s account', ...alsoAccounts]);
    return `A Lambda function is in ${accounts}, and in ${anyOf(['the agent’s region', ...alsoRegions])}.`;
  },
  examples: [
    {
      name: 'a function beside the agent',
      settings: { alsoAccounts: [], alsoRegions: [] },
      actionGroup: { actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:111122223333:function:book' } },
      request: { agentAccount: '111122223333', agentRegion: 'us-east-1' },
      verdict: 'allowed',
    },
    {
      name: 'a function in an account that is added',
      settings: { alsoAccounts: ['444455556666'], alsoRegions: [] },
      actionGroup: { actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:444455556666:function:book' } },
      request: { agentAccount: '111122223333', agentRegion: 'us-east-1' },
      verdict: 'allowed',
    },
    {
      name: 'a function in another account',
      settings: { alsoAccounts: [], alsoRegions: [] },
      actionGroup: { actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:999922223333:function:book' } },
      request: { agentAccount: '111122223333', agentRegion: 'us-east-1' },
      verdict: 'denied',
    },
    {
      name: 'a function in another region',
      settings: { alsoAccounts: [], alsoRegions: [] },
      actionGroup: { actionGroupExecutor: { lambda: 'arn:aws:lambda:eu-west-1:111122223333:function:book' } },
      request: { agentAccount: '111122223333', agentRegion: 'us-east-1' },
      verdict: 'denied',
    },
    {
      name: 'an agent of which it is not known where it is',
      settings: { alsoAccounts: [], alsoRegions: [] },
      actionGroup: { actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:111122223333:function:book' } },
      verdict: 'denied',
    },
  ],
});

/** A region belongs to one partition, and its name says to which. */
function partitionOf(region: string): string {
  return PARTITIONS.find(([beginning]) => region.startsWith(beginning))?.[1] ?? 'aws';
}

const PARTITIONS = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['eu-isoe-', 'aws-iso-e'],
] as const;
