/**
 * Questions of the audit trail, saved in CloudWatch Logs Insights under `Portcullis <stage>/`. Audit records are OCSF events
 * of class 6003 and findings of class 2004; what OCSF has no word for stands under `unmapped`.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
import type { Deployment } from './deployment.ts';
import { LOG_GROUP } from './logs.ts';

export interface SavedQuery {
  readonly name: string;
  /** Ends the sentence "It tells …". */
  readonly tells: string;
  /** Commands, joined by pipes. */
  readonly commands: readonly string[];
  /** Asked for when it is run, as `{{name}}` in the commands. */
  readonly parameters?: Readonly<Record<string, { readonly about: string; readonly example: string }>>;
}

const RECORDS = 'class_uid = 6003';
const OUTCOMES = `${RECORDS} and unmapped.phase = "outcome"`;
const NEWEST_FIRST = ['sort time desc', 'limit 1000'];

export const QUERIES: readonly SavedQuery[] = [
  {
    name: 'Denials by rule and team',
    tells: 'which rules deny whom, and how often',
    commands: [
      `filter ${OUTCOMES} and unmapped.outcome.disposition = "denied"`,
      'stats count(*) as denials, count_distinct(unmapped.principal) as principals, latest(message) as example by unmapped.deniedBy, unmapped.team',
      'sort denials desc',
    ],
  },
  {
    name: 'Warnings that would deny',
    tells: 'what would be denied if the rules that warn denied',
    commands: [
      `filter ${OUTCOMES} and unmapped.effect = "allow" and ispresent(unmapped.warnedBy)`,
      'stats count(*) as requests, count_distinct(unmapped.agentId) as agents, latest(message) as example by unmapped.warnedBy, unmapped.team',
      'sort requests desc',
    ],
  },
  {
    name: 'Exemptions used',
    tells: 'which exemptions are used, by whom, and when last',
    commands: [
      `filter ${OUTCOMES} and ispresent(unmapped.exemptedBy)`,
      'stats count(*) as requests, latest(@timestamp) as last by unmapped.exemptedBy, unmapped.team, unmapped.agentId',
      'sort last desc',
    ],
  },
  {
    name: 'Replays',
    tells: 'which requests were answered again from the record of the first',
    commands: [
      `filter ${OUTCOMES} and unmapped.outcome.disposition = "replayed"`,
      'fields fromMillis(time) as at, unmapped.team, unmapped.principal, unmapped.agentId, unmapped.outcome.actionGroupId, unmapped.idempotency.tokenHash, unmapped.decisionId',
      ...NEWEST_FIRST,
    ],
  },
  {
    name: 'Unknown outcomes',
    tells: 'of which changes nobody knows whether they were made',
    commands: [
      `filter ${OUTCOMES} and unmapped.outcome.disposition = "unknown"`,
      'fields fromMillis(time) as at, api.operation, unmapped.team, unmapped.principal, unmapped.agentId, unmapped.actionGroupName, unmapped.outcome.code, unmapped.idempotency.tokenHash, unmapped.decisionId, unmapped.traceId',
      ...NEWEST_FIRST,
    ],
  },
  {
    name: 'Attempts without outcome',
    tells: "which requests were begun and never ended; the last minute's may still be running",
    commands: [
      `filter ${RECORDS} and unmapped.phase in ["attempt", "outcome"]`,
      'stats sum(strcontains(unmapped.phase, "outcome")) as outcomes, earliest(@timestamp) as begun, latest(message) as what, latest(unmapped.principal) as principal by unmapped.decisionId',
      'filter outcomes = 0',
      'sort begun desc',
    ],
  },
  {
    name: 'Failures by code',
    tells: 'what went wrong, and whether in Bedrock or here',
    commands: [
      `filter ${OUTCOMES} and unmapped.outcome.disposition in ["failed", "unknown"]`,
      'stats count(*) as requests, latest(unmapped.outcome.upstream.error) as upstream, latest(unmapped.outcome.upstream.requestId) as requestId by unmapped.outcome.code, api.operation',
      'sort requests desc',
    ],
  },
  {
    name: 'Changes of one person',
    tells: 'everything that somebody asked for, and what came of it',
    parameters: { principal: { about: "part of the principal's ARN", example: 'role/payments-ci' } },
    commands: [
      `filter ${OUTCOMES} and strcontains(unmapped.principal, "{{principal}}") = 1`,
      'fields fromMillis(time) as at, message, actor.session.uid, src_endpoint.ip, unmapped.outcome.disposition, unmapped.decisionId',
      ...NEWEST_FIRST,
    ],
  },
  {
    name: 'History of one agent',
    tells: 'who asked for what of an agent, and what came of it',
    parameters: { agentId: { about: "the agent's id", example: 'AGENT12345' } },
    commands: [
      `filter ${RECORDS} and unmapped.phase in ["outcome", "preparation"] and unmapped.agentId = "{{agentId}}"`,
      'fields fromMillis(time) as at, message, unmapped.principal, unmapped.phase, unmapped.outcome.disposition, unmapped.outcome.actionGroupId, policy.version, unmapped.decisionId',
      ...NEWEST_FIRST,
    ],
  },
  {
    name: 'One decision',
    tells: 'every record of a decision, with its rules',
    parameters: {
      decisionId: {
        about: 'as X-Decision-Id, the user agent in CloudTrail or a finding names it',
        example: '00000000-0000-0000-0000-000000000000',
      },
    },
    commands: [
      `filter unmapped.decisionId = "{{decisionId}}"`,
      'fields @timestamp, class_name, message, @message',
      'sort @timestamp asc',
    ],
  },
];

export function queryResources({ stage }: Deployment) {
  return Object.fromEntries(
    QUERIES.map(({ name, commands, parameters = {} }) => [
      `Query${name.replaceAll(/(?:^| )(\w)/g, (_, letter) => letter.toUpperCase())}`,
      {
        Type: 'AWS::Logs::QueryDefinition',
        Properties: {
          Name: `Portcullis ${stage}/${name}`,
          QueryString: queryString(commands),
          LogGroupNames: [{ Ref: LOG_GROUP }],
          ...(Object.keys(parameters).length > 0
            ? {
                Parameters: Object.entries(parameters).map(([Name, { about, example }]) => ({
                  Name,
                  Description: about,
                  DefaultValue: example,
                })),
              }
            : {}),
        },
      },
    ]),
  );
}

export function queryString(commands: readonly string[]): string {
  return commands.join('\n| ');
}
