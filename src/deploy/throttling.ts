/**
 * How much of each route the gateway lets through, so that no route alone asks Bedrock for more than it takes of an account
 * (12 creations, 6 updates, 2 prepares a second). All routes together still can; Bedrock's own throttling is then answered
 * with 429 and `Retry-After`, as the gateway's is.
 *
 * API Gateway spreads a limit over many hosts, so it is a target and not a ceiling.
 */
import type { Rates } from './deployment.ts';

export interface Limit {
  readonly method: string;
  readonly path: string;
  readonly rate: keyof Rates;
}

const GROUPS = '/v1/agents/{agentId}/versions/{agentVersion}/action-groups';

/** Of every other route: `reads`. */
export const LIMITS: readonly Limit[] = [
  { method: 'POST', path: GROUPS, rate: 'creates' },
  { method: 'PUT', path: `${GROUPS}/{actionGroupId}`, rate: 'updates' },
  { method: 'PUT', path: `${GROUPS}/by-name/{actionGroupName}`, rate: 'updates' },
  { method: 'DELETE', path: `${GROUPS}/{actionGroupId}`, rate: 'updates' },
  { method: 'POST', path: '/v1/agents/{agentId}/prepare', rate: 'prepares' },
  { method: 'ANY', path: '/aws/{proxy+}', rate: 'awsCalls' },
];

export function methodSettings(perSecond: Rates) {
  return [
    setting('*', '/*', perSecond.reads),
    ...LIMITS.map(({ method, path, rate }) => setting(method, `/${path.replaceAll('/', '~1')}`, perSecond[rate])),
  ];
}

/** A pipeline may send what it has at once: the bucket holds two seconds of the rate. */
function setting(HttpMethod: string, ResourcePath: string, rate: number) {
  return {
    HttpMethod,
    ResourcePath,
    ThrottlingRateLimit: rate,
    ThrottlingBurstLimit: rate * 2,
    MetricsEnabled: false, // by route they would cost more than all else here; the access log has them
    LoggingLevel: 'OFF', // execution logs can hold bodies
    DataTraceEnabled: false,
  };
}
