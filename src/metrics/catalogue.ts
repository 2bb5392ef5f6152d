/** What each metric tells: the dashboard and the README take it from here, and no function carries it. */
import type { MetricName } from './units.ts';

export interface MetricKind {
  /** Told in all, and again for each value of these. CloudWatch charges for each, so they stay few. */
  readonly by: readonly Dimension[];
  readonly tells: string;
}

export type Dimension = 'Operation' | 'Rule' | 'Effect' | 'Code' | 'Kind';

export const METRICS = {
  Allowed: { by: ['Operation'], tells: 'Requests that the policy allowed.' },
  Denied: { by: ['Operation'], tells: 'Requests that the policy denied.' },
  Rehearsed: { by: ['Operation'], tells: 'Dry runs and evaluations that the policy would allow.' },
  RuleDecisions: {
    by: ['Rule', 'Effect'],
    tells: 'Requests that a rule denied (`deny`) or warned of (`warn`).',
  },
  Exempted: { by: ['Operation'], tells: 'Requests that an exemption let pass.' },
  Replays: { by: ['Operation'], tells: 'Requests that were answered with an earlier answer.' },
  PolicyLatency: { by: ['Operation'], tells: 'Having the policy and deciding by it.' },
  ApplyLatency: {
    by: ['Operation'],
    tells: 'Carrying the request out: Bedrock, the store, and waiting for either.',
  },
  UpstreamLatency: { by: ['Operation'], tells: 'Bedrock alone, with the retries of its client.' },
  PrepareLatency: { by: ['Operation'], tells: 'Making a change live, where it was asked for.' },
  RequestLatency: {
    by: ['Operation'],
    tells: 'From a valid request to its outcome, without making it live.',
  },
  Failures: {
    by: ['Code'],
    tells: 'Requests that failed through this service or in Bedrock, by the code of the answer.',
  },
  ThrottledByGateway: {
    by: [],
    tells: 'Requests that the gateway turned away (429) before any function ran; counted from its access log.',
  },
  UnknownOutcomes: { by: [], tells: 'Requests of which nobody knows whether they changed anything.' },
  PolicyAge: {
    by: [],
    tells: 'For how long the policy in use has not been known to be the latest; told whenever AppConfig is asked.',
  },
  PolicyRenewalFailed: { by: [], tells: 'Times that AppConfig could not be asked, or had no policy.' },
  Findings: { by: ['Kind'], tells: 'What the reconciliation found, by kind.' },
  Reconciled: { by: [], tells: 'Writes in CloudTrail that a run of the reconciliation looked at.' },
  ScannedAgents: { by: [], tells: 'Agents that a scan looked at.' },
  ScannedActionGroups: { by: [], tells: 'Their action groups.' },
  ScannedAgentSettings: { by: [], tells: 'Their own settings.' },
  ScanDenied: { by: [], tells: 'What exists and would be denied today.' },
  ScanWarned: { by: [], tells: 'What exists and would be warned of today.' },
  ScanUnmanaged: { by: [], tells: 'What exists in agents that no team has.' },
  ScanRoundTheService: { by: [], tells: 'Action groups that were not made through this service.' },
  ScanChangedSince: { by: [], tells: 'Action groups that were changed since, round this service.' },
  ScanFailedAgents: { by: [], tells: 'Agents that could not be read.' },
} as const satisfies Record<MetricName, MetricKind>;
