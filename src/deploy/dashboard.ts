/** One page that answers: does it work, for whom does it not, and is it us, DynamoDB or Bedrock? */
import { METRICS } from '../metrics/catalogue.ts';
import { METRICS_NAMESPACE, type MetricName } from '../metrics/units.ts';
import { alarmsOf } from './alarms.ts';
import type { Deployment } from './deployment.ts';
import { functionsOf } from './functions.ts';
import { logGroupName } from './logs.ts';
import { THROTTLED_BY_GATEWAY } from './metrics.ts';
import { QUERIES, queryString } from './queries.ts';
import { TABLE_SUFFIX } from './tables.ts';

type Line = readonly unknown[];

interface Chart {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly stat?: string;
  readonly stacked?: boolean;
}

export function dashboardResources(deployment: Deployment) {
  return {
    Dashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        DashboardName: `${deployment.name}-${deployment.region}`,
        // The ARNs of the alarms need the account.
        DashboardBody: { 'Fn::Sub': JSON.stringify(dashboardBody(deployment)) },
      },
    },
  };
}

function dashboardBody(deployment: Deployment) {
  const { region } = deployment;
  const alarms = alarmsOf(deployment).map(
    ([name]) => `arn:\${AWS::Partition}:cloudwatch:\${AWS::Region}:\${AWS::AccountId}:alarm:${name}`,
  );
  const status = { type: 'alarm', width: 24, height: 6, properties: { title: 'Alarms', alarms } };
  const charts = chartsOf(deployment).map((chart) => chartWidget(chart, region));
  const tables = ['Denials by rule and team', 'Failures by code'].map((name) => logWidget(name, deployment));
  return { start: '-PT12H', widgets: [status, ...charts, ...tables] };
}

/** In the order in which one looks. */
function chartsOf({ name, stage }: Deployment): Chart[] {
  const own = (metric: MetricName): Line => [METRICS_NAMESPACE, metric, 'service', name];
  const gateway = (metric: string, more = {}): Line => [
    'AWS/ApiGateway',
    metric,
    'ApiName',
    `${stage}-portcullis`,
    'Stage',
    stage,
    more,
  ];
  /** A line for each value that there has been. */
  const by = (metric: MetricName, stat = 'Sum'): Line => {
    const dimensions = METRICS[metric].by.join(',');
    return [
      {
        expression: `SEARCH('{${METRICS_NAMESPACE},service,${dimensions}} service="${name}" MetricName="${metric}"', '${stat}')`,
      },
    ];
  };
  const functions = (['writing', 'asking', 'background'] as const).flatMap((group) => functionsOf(group));
  const lambda = (metric: string) =>
    functions.map((one): Line => ['AWS/Lambda', metric, 'FunctionName', `${name}-${one}`]);
  const tables = (metric: string) =>
    Object.values(TABLE_SUFFIX).map((suffix): Line => ['AWS/DynamoDB', metric, 'TableName', `${name}-${suffix}`]);
  return [
    { title: 'Requests and errors', lines: [gateway('Count'), gateway('4XXError'), gateway('5XXError')] },
    {
      title: 'Latency at the gateway, ms',
      lines: ['p50', 'p95', 'p99'].map((stat) => gateway('Latency', { stat, label: stat })),
    },
    { title: 'Decisions', lines: [own('Allowed'), own('Denied'), own('Rehearsed'), own('Exempted'), own('Replays')] },
    { title: 'Allowed by operation', lines: [by('Allowed')], stacked: true },
    { title: 'Denied by operation', lines: [by('Denied')], stacked: true },
    { title: 'Rules that denied or warned', lines: [by('RuleDecisions')], stacked: true },
    { title: 'Failures by code', lines: [by('Failures')], stacked: true },
    {
      title: 'Not as it should be',
      lines: [own('UnknownOutcomes'), own('PolicyRenewalFailed'), own(THROTTLED_BY_GATEWAY), own('ScanFailedAgents')],
    },
    { title: 'Findings of the reconciliation', lines: [by('Findings')], stacked: true },
    {
      title: 'What a scan found',
      lines: [
        own('ScanDenied'),
        own('ScanWarned'),
        own('ScanUnmanaged'),
        own('ScanRoundTheService'),
        own('ScanChangedSince'),
      ],
      stat: 'Maximum',
    },
    { title: 'Whole request by operation, ms, p95', lines: [by('RequestLatency', 'p95')] },
    { title: 'Of it the policy, ms, p95', lines: [by('PolicyLatency', 'p95')] },
    { title: 'Of it Bedrock, ms, p95', lines: [by('UpstreamLatency', 'p95')] },
    { title: 'Of it Bedrock, store and waiting, ms, p95', lines: [by('ApplyLatency', 'p95')] },
    { title: 'Making changes live, ms, p95', lines: [by('PrepareLatency', 'p95')] },
    { title: 'Age of the policy in use, s', lines: [own('PolicyAge')], stat: 'Maximum' },
    { title: 'Functions: errors', lines: lambda('Errors') },
    { title: 'Functions: throttles', lines: lambda('Throttles') },
    { title: 'Functions: running at once', lines: lambda('ConcurrentExecutions'), stat: 'Maximum' },
    {
      title: 'Tables: capacity used and throttles',
      lines: [
        'ConsumedReadCapacityUnits',
        'ConsumedWriteCapacityUnits',
        'ReadThrottleEvents',
        'WriteThrottleEvents',
      ].flatMap((metric) => tables(metric)),
    },
  ];
}

function chartWidget({ title, lines, stat = 'Sum', stacked = false }: Chart, region: string) {
  const properties = { title, metrics: lines, stat, stacked, period: 300, region, view: 'timeSeries' };
  return { type: 'metric', width: 12, height: 6, properties };
}

function logWidget(name: string, { stage, region }: Deployment) {
  const { commands } = QUERIES.find((query) => query.name === name)!;
  const query = `SOURCE '${logGroupName(stage)}' | ${queryString(commands)}`;
  return { type: 'log', width: 12, height: 6, properties: { title: name, query, region, view: 'table' } };
}
