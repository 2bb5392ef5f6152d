/** Every metric of the service, and its unit; `catalogue.ts` says what each tells. */

export const METRICS_NAMESPACE = 'Portcullis';

export type Unit = 'Count' | 'Milliseconds' | 'Seconds';

export const UNITS = {
  Allowed: 'Count',
  Denied: 'Count',
  Rehearsed: 'Count',
  RuleDecisions: 'Count',
  Exempted: 'Count',
  Replays: 'Count',
  PolicyLatency: 'Milliseconds',
  ApplyLatency: 'Milliseconds',
  UpstreamLatency: 'Milliseconds',
  PrepareLatency: 'Milliseconds',
  RequestLatency: 'Milliseconds',
  Failures: 'Count',
  ThrottledByGateway: 'Count',
  UnknownOutcomes: 'Count',
  PolicyAge: 'Seconds',
  PolicyRenewalFailed: 'Count',
  Findings: 'Count',
  Reconciled: 'Count',
  ScannedAgents: 'Count',
  ScannedActionGroups: 'Count',
  ScannedAgentSettings: 'Count',
  ScanDenied: 'Count',
  ScanWarned: 'Count',
  ScanUnmanaged: 'Count',
  ScanRoundTheService: 'Count',
  ScanChangedSince: 'Count',
  ScanFailedAgents: 'Count',
} as const satisfies Record<string, Unit>;

export type MetricName = keyof typeof UNITS;
