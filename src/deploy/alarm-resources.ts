/** CloudFormation's resources of the alarms in the catalogue. */
import { METRICS_NAMESPACE } from '../metrics/units.ts';
import { type Alarm, alarmsOf } from './alarms.ts';
import type { Deployment } from './deployment.ts';
import { functionsOf } from './functions.ts';
import { TABLE_SUFFIX } from './tables.ts';

export function alarmResources(deployment: Deployment) {
  return Object.fromEntries(
    alarmsOf(deployment).map(([AlarmName, alarm]) => [
      logicalId(AlarmName.slice(deployment.name.length + 1)),
      { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName, ...propertiesOf(alarm, deployment) } },
    ]),
  );
}

function propertiesOf(alarm: Alarm, deployment: Deployment) {
  const { above, periods = 1, silence = false, means, remedy } = alarm;
  const actions = deployment.alarmTopicArn ? [deployment.alarmTopicArn] : [];
  const metric = measured(alarm, deployment);
  return {
    AlarmDescription: `${means} ${remedy}`,
    ...metric,
    ComparisonOperator: silence ? 'LessThanOrEqualToThreshold' : 'GreaterThanThreshold',
    Threshold: above,
    EvaluationPeriods: 'Metrics' in metric ? periods + 1 : periods,
    DatapointsToAlarm: periods,
    // Most of what is counted is counted only where it happens.
    TreatMissingData: silence ? 'breaching' : 'notBreaching',
    ...(actions.length > 0 ? { AlarmActions: actions, OKActions: actions } : {}),
  };
}

function measured({ watches, statistic = 'Sum', periodSeconds: Period }: Alarm, deployment: Deployment) {
  const { name, stage } = deployment;
  const one = (Namespace: string, MetricName: string, dimensions: Readonly<Record<string, string>>) => ({
    Namespace,
    MetricName,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  });
  const statisticOf = statistic.startsWith('p') ? { ExtendedStatistic: statistic } : { Statistic: statistic };
  const single = (metric: ReturnType<typeof one>) => ({ ...metric, ...statisticOf, Period });
  if ('own' in watches) return single(one(METRICS_NAMESPACE, watches.own, { service: name, ...watches.of }));
  if ('gateway' in watches)
    return single(one('AWS/ApiGateway', watches.gateway, { ApiName: `${stage}-portcullis`, Stage: stage }));
  if ('queue' in watches) return single(one('AWS/SQS', watches.queue, { QueueName: `${name}-undelivered` }));
  if ('one' in watches) return single(one('AWS/Lambda', watches.lambda, { FunctionName: `${name}-${watches.one}` }));
  const metrics =
    'lambda' in watches
      ? functionsOf(watches.group).map((each) => one('AWS/Lambda', watches.lambda, { FunctionName: `${name}-${each}` }))
      : watches.tables.flatMap((metric) =>
          Object.values(TABLE_SUFFIX).map((suffix) => one('AWS/DynamoDB', metric, { TableName: `${name}-${suffix}` })),
        );
  return { Metrics: added(metrics, Period) };
}

/**
 * DynamoDB's alarms take no notice of what is missing, and would stay as they are for ever, hence zeros in its place. Figures
 * come late, so the newest period may hold nothing else yet.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
function added(metrics: readonly object[], Period: number) {
  const parts = metrics.map((Metric, index) => ({
    Id: `m${index}`,
    MetricStat: { Metric, Period, Stat: 'Sum' },
    ReturnData: false,
  }));
  const filled = parts.map(({ Id }) => `FILL(${Id}, 0)`);
  return [...parts, { Id: 'sum', Label: 'sum', Expression: filled.join(' + '), ReturnData: true }];
}

function logicalId(name: string): string {
  return `Alarm${name
    .split('-')
    .map((word) => word[0]?.toUpperCase() + word.slice(1))
    .join('')}`;
}
