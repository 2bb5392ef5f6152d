/**
 * Every alarm: what it watches, what it means and what to do about it, in words for somebody who was asleep. The alarms'
 * descriptions and the README's table are made of this catalogue.
 */
import type { Deployment } from './deployment.ts';
import { type Source, type Statistic, THROTTLED_BY_GATEWAY } from './metrics.ts';
import { PERMISSIONS } from './permissions.ts';

export interface Alarm {
  readonly watches: Source;
  readonly statistic?: Statistic;
  /** It goes off above this; where silence is the fault, at or below it. */
  readonly above: number;
  readonly periodSeconds: number;
  /** How many periods must breach. */
  readonly periods?: number;
  /** Silence is the fault: it goes off where nothing was counted. */
  readonly silence?: true;
  readonly means: string;
  readonly remedy: string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

const CRASH =
  'Look for "Task timed out", "ConfigError" and "heap out of memory" in the log group; right after a deployment, roll back.';
const ROOM =
  'See ConcurrentExecutions of the account: who uses it? Ask AWS for more, or set or raise reservedConcurrency.';

export const ALARMS = {
  'unknown-outcome': {
    watches: { own: 'UnknownOutcomes' },
    above: 0,
    periodSeconds: 5 * MINUTE,
    means:
      'Bedrock did not answer a change, so nobody knows whether it was made; the caller was told to retry with the same token.',
    remedy:
      'Run the saved query "Unknown outcomes", and read each agent\'s groups; a retry or the next reconciliation settles it.',
  },
  'audit-unavailable': {
    watches: { own: 'Failures', of: { Code: 'AUDIT_UNAVAILABLE' } },
    above: 0,
    periodSeconds: 5 * MINUTE,
    means: 'Requests could not be put on record, so they are refused (503) and nothing is changed.',
    remedy:
      'See the function\'s log and the account\'s CloudWatch Logs health; then run the saved query "Attempts without outcome".',
  },
  'store-unavailable': {
    watches: { own: 'Failures', of: { Code: 'STORE_UNAVAILABLE' } },
    above: 2,
    periodSeconds: 5 * MINUTE,
    means: 'DynamoDB did not answer, so changes are refused (503); nothing is made twice or half.',
    remedy:
      'See the alarm table-throttled, the key of the tables (enabled? key policy?) and the AWS Health Dashboard; callers may retry.',
  },
  'policy-unavailable': {
    watches: { own: 'Failures', of: { Code: 'POLICY_UNAVAILABLE' } },
    above: 0,
    periodSeconds: 5 * MINUTE,
    means: 'There is no usable policy, so every decision is refused (503).',
    remedy:
      'Undo the last policy: roll back the AppConfig deployment, or deploy the previous release; the log line "policy renewal failed" has the cause.',
  },
  'policy-stale': {
    watches: { own: 'PolicyAge' },
    statistic: 'Maximum',
    above: 900,
    periodSeconds: 5 * MINUTE,
    means:
      'For 15 minutes the policy could not be renewed; the last good one decides until policyMaxStaleSeconds is over, then nothing does.',
    remedy: 'Read the log line "policy renewal failed"; mend the revision in AppConfig, or the access to it.',
  },
  bypass: {
    watches: { own: 'Findings', of: { Kind: 'write-not-ours' } },
    above: 0,
    periodSeconds: 5 * MINUTE,
    means: 'Somebody changed an action group straight in Bedrock, bypassing this service and its policy.',
    remedy:
      'The finding in the log names principal and agent: ask them, scan the agent with "portcullis scan", and close the way with "portcullis guard-rails".',
  },
  'write-without-attempt': {
    watches: { own: 'Findings', of: { Kind: 'write-without-attempt' } },
    above: 0,
    periodSeconds: 5 * MINUTE,
    means:
      'A role of this service made a change of which the audit trail knows nothing: records were lost, or somebody else used the role.',
    remedy:
      'Treat it as an incident: look in CloudTrail who assumed the role of the finding; if only this service did, look for lost log lines of that minute.',
  },
  'attempt-without-outcome': {
    watches: { own: 'Findings', of: { Kind: 'attempt-without-outcome' } },
    above: 0,
    periodSeconds: 5 * MINUTE,
    means: 'A change was begun and its end was never recorded: a function was cut off.',
    remedy:
      "The finding says whether CloudTrail has the change; see the function's log about that time for a timeout or lack of memory.",
  },
  'outcome-contradicted': {
    watches: { own: 'Findings', of: { Kind: 'outcome-contradicted' } },
    above: 0,
    periodSeconds: 5 * MINUTE,
    means: 'A caller was told that a change failed, but CloudTrail shows that it was made.',
    remedy: 'The finding names caller, agent and group: tell them, and read the group to see what is there.',
  },
  'write-without-provenance': {
    watches: { own: 'Findings', of: { Kind: 'write-without-provenance' } },
    above: 0,
    periodSeconds: 5 * MINUTE,
    means: 'A change of this service is not in the table of who wrote what, so the group may look foreign to a scan.',
    remedy:
      'No hurry: the audit trail has it, and the reconciliation repairs what it can. If it repeats, see store-unavailable.',
  },
  'denials-surge': {
    watches: { own: 'Denied' },
    above: 50,
    periodSeconds: 5 * MINUTE,
    periods: 2,
    means:
      'More than 50 requests were denied in each of two times five minutes: a new policy denies what worked, a pipeline loops, or somebody is probing.',
    remedy:
      'Run the saved query "Denials by rule and team": one rule, many teams: undo the policy; one team, many rules: ask that team.',
  },
  'api-5xx': {
    watches: { gateway: '5XXError' },
    above: 5,
    periodSeconds: 5 * MINUTE,
    periods: 2,
    means: 'Callers get errors that are not theirs.',
    remedy:
      'Find the code: saved query "Failures by code"; upstream codes are Bedrock\'s (AWS Health Dashboard), others have an alarm of their own; after a deployment, roll back.',
  },
  'api-slow': {
    watches: { gateway: 'Latency' },
    statistic: 'p95',
    above: 15_000,
    periodSeconds: 5 * MINUTE,
    periods: 3,
    means: 'One request in twenty takes over 15 s; answers end at 28 s. Waiting for busy agents counts.',
    remedy: 'See on the dashboard where the time goes: Bedrock, the store, or many prepares of one agent.',
  },
  'api-throttled': {
    watches: { own: THROTTLED_BY_GATEWAY },
    above: 20,
    periodSeconds: 5 * MINUTE,
    periods: 2,
    means: "The gateway turns requests away (429) to keep within Bedrock's quotas.",
    remedy:
      "The access log tells by account who sends so much; if it is wanted, raise Bedrock's quota first and then createsPerSecond and its like.",
  },
  'bedrock-throttled': {
    watches: { own: 'Failures', of: { Code: 'UPSTREAM_THROTTLED' } },
    above: 20,
    periodSeconds: 5 * MINUTE,
    periods: 2,
    means:
      'Bedrock turns our requests away: its quota is of the account, and everything that calls Bedrock Agents shares it.',
    remedy:
      'Callers are told to retry. Look in CloudTrail who else calls; ask for a higher quota, or lower the rates of this stack.',
  },
  'bedrock-refuses-us': {
    watches: { own: 'Failures', of: { Code: 'UPSTREAM_REFUSED_ROLE' } },
    above: 0,
    periodSeconds: 5 * MINUTE,
    means:
      'Bedrock denies access to a role of this service: a service control policy, a boundary or a changed role stands in the way.',
    remedy:
      "CloudTrail's AccessDenied event names the policy type; put the role back with a deployment, or have the organisation's policy mended.",
  },
  'writes-fail': {
    watches: { lambda: 'Errors', group: 'writing' },
    above: 0,
    periodSeconds: 5 * MINUTE,
    means:
      'A function that changes agents crashed, ran out of time or could not start; a change may have been cut off.',
    remedy: `${CRASH} Then run the saved query "Attempts without outcome".`,
  },
  'reads-fail': {
    watches: { lambda: 'Errors', group: 'asking' },
    above: 0,
    periodSeconds: 5 * MINUTE,
    means:
      'A function that reads, or an authorizer, crashed, ran out of time or could not start. Without an authorizer nobody gets in.',
    remedy: CRASH,
  },
  'background-fails': {
    watches: { lambda: 'Errors', group: 'background' },
    above: 0,
    periodSeconds: 5 * MINUTE,
    means: 'A scan, the reconciliation or the detection of bypasses failed; Lambda may try it again.',
    remedy: `${CRASH} What failed for good is told by the alarm undelivered.`,
  },
  'writes-throttled': {
    watches: { lambda: 'Throttles', group: 'writing' },
    above: 0,
    periodSeconds: 5 * MINUTE,
    periods: 2,
    means:
      "Lambda had no room for functions that change agents: the account's concurrency, or reservedConcurrency, is used up.",
    remedy: ROOM,
  },
  'reads-throttled': {
    watches: { lambda: 'Throttles', group: 'asking' },
    above: 0,
    periodSeconds: 5 * MINUTE,
    periods: 2,
    means: "Lambda had no room for functions that read, or for an authorizer: the account's concurrency is used up.",
    remedy: ROOM,
  },
  'table-throttled': {
    watches: { tables: ['ReadThrottleEvents', 'WriteThrottleEvents'] },
    above: 5,
    periodSeconds: 5 * MINUTE,
    periods: 2,
    means:
      "DynamoDB turned requests away; on demand that is a sudden doubling, or one agent's lease asked for by very many.",
    remedy:
      'It mends itself within minutes as the table scales; if not, look for a caller in a loop (dashboard, requests by operation).',
  },
  undelivered: {
    watches: { queue: 'ApproximateNumberOfMessagesVisible' },
    statistic: 'Maximum',
    above: 0,
    periodSeconds: 5 * MINUTE,
    means:
      'A scan, a reconciliation or an event for the detection of bypasses failed for good; its event lies in the queue.',
    remedy:
      "Read the message (it has request and error), mend the cause in the function's log, invoke the function with the payload again, delete the message.",
  },
  'reconcile-silent': {
    watches: { lambda: 'Invocations', one: 'reconcile' },
    above: 0,
    periodSeconds: HOUR,
    periods: 6,
    silence: true,
    means:
      'The reconciliation of audit trail and CloudTrail has not run for six hours, so nobody would notice a lost record or a bypass.',
    remedy:
      'See whether the EventBridge rule of the function reconcile is enabled, and its last errors in the log group; run it by hand: aws lambda invoke --function-name portcullis-STAGE-reconcile /dev/stdout. After a first deployment it settles with the first run.',
  },
} as const satisfies Readonly<Record<string, Alarm>>;

export type AlarmName = keyof typeof ALARMS;

export function alarmsOf(deployment: Pick<Deployment, 'name'>): [string, Alarm][] {
  const there = ({ watches }: Alarm) => !('one' in watches) || watches.one in PERMISSIONS;
  return Object.entries<Alarm>(ALARMS)
    .filter(([, alarm]) => there(alarm))
    .map(([name, alarm]) => [`${deployment.name}-${name}`, alarm]);
}
