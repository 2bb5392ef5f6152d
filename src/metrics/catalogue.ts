/** Every metric of the service, in namespace `Portcullis`: alarms, the dashboard and the README take it from here. */

export const METRICS_NAMESPACE = 'Portcullis';

export interface MetricKind {
  readonly unit: 'Count' | 'Milliseconds' | 'Seconds';
  /** Told in all, and again for each value of these. CloudWatch charges for each, so they stay few. */
  readonly by: readonly Dimension[];
  readonly tells: string;
}

export type Dimension = 'Operation' | 'Rule' | 'Effect' | 'Code' | 'Kind';

export const METRICS = {
  Allowed: { unit: 'Count', by: ['Operation'], tells: 'Requests that the policy allowed.' },
  Denied: { unit: 'Count', by: ['Operation'], tells: 'Requests that the policy denied.' },
  Rehearsed: { unit: 'Count', by: ['Operation'], tells: 'Dry runs and evaluations that the policy would allow.' },
  RuleDecisions: {
    unit: 'Count',
    by: ['Rule', 'Effect'],
    tells: 'Requests that a rule denied (`deny`) or warned of (`warn`).',
  },
  Exempted: { unit: 'Count', by: ['Operation'], tells: 'Requests that an exemption let pass.' },
  Replays: { unit: 'Count', by: ['Operation'], tells: 'Requests that were answered with an earlier answer.' },
  PolicyLatency: { unit: 'Milliseconds', by: ['Operation'], tells: 'Having the policy and deciding by it.' },
  ApplyLatency: {
    unit: 'Milliseconds',
    by: ['Operation'],
    tells: 'Carrying the request out: Bedrock, the store, and waiting for either.',
  },
  UpstreamLatency: { unit: 'Milliseconds', by: ['Operation'], tells: 'Bedrock alone, with the retries of its client.' },
  PrepareLatency: { unit: 'Milliseconds', by: ['Operation'], tells: 'Making a change live, where it was asked for.' },
  RequestLatency: {
    unit: 'Milliseconds',
    by: ['Operation'],
    tells: 'From a valid request to its outcome, without making it live.',
  },
  Failures: {
    unit: 'Count',
    by: ['Code'],
    tells: 'Requests that failed through this service or in Bedrock, by the code of the answer.',
  },
  ThrottledByGateway: {
    unit: 'Count',
    by: [],
    tells: 'Requests that the gateway turned away (429) before any function ran; counted from its access log.',
  },
  UnknownOutcomes: { unit: 'Count', by: [], tells: 'Requests of which nobody knows whether they changed anything.' },
  PolicyAge: {
    unit: 'Seconds',
    by: [],
    tells: 'For how long the policy in use has not been known to be the latest; told whenever AppConfig is asked.',
  },
  PolicyRenewalFailed: { unit: 'Count', by: [], tells: 'Times that AppConfig could not be asked, or had no policy.' },
  Findings: { unit: 'Count', by: ['Kind'], tells: 'What the reconciliation found, by kind.' },
  Reconciled: { unit: 'Count', by: [], tells: 'Writes in CloudTrail that a run of the reconciliation looked at.' },
  ScannedAgents: { unit: 'Count', by: [], tells: 'Agents that a scan looked at.' },
  ScannedActionGroups: { unit: 'Count', by: [], tells: 'Their action groups.' },
  ScannedAgentSettings: { unit: 'Count', by: [], tells: 'Their own settings.' },
  ScanDenied: { unit: 'Count', by: [], tells: 'What exists and would be denied today.' },
  ScanWarned: { unit: 'Count', by: [], tells: 'What exists and would be warned of today.' },
  ScanUnmanaged: { unit: 'Count', by: [], tells: 'What exists in agents that no team has.' },
  ScanRoundTheService: { unit: 'Count', by: [], tells: 'Action groups that were not made through this service.' },
  ScanChangedSince: { unit: 'Count', by: [], tells: 'Action groups that were changed since, round this service.' },
  ScanFailedAgents: { unit: 'Count', by: [], tells: 'Agents that could not be read.' },
} as const satisfies Record<string, MetricKind>;

export type MetricName = keyof typeof METRICS;
