/** Service quotas: how much an agent may hold, and how often an operation may be called. */
import { overQuota, throttled } from './failure.ts';
import type { OperationName } from './model.ts';
import { countApis } from './openapi.ts';
import type { Account, ActionGroupContent, Agent } from './state.ts';

/**
 * Judges what an agent would hold after a change.
 *
 * @param replacedId the group that an update replaces.
 * @throws {AwsFailure} ServiceQuotaExceededException (402), or ValidationException for a payload that is no OpenAPI document.
 */
export function requireWithinQuotas(
  account: Account,
  agent: Agent,
  content: ActionGroupContent,
  replacedId?: string,
): void {
  const { accountId } = account;
  const { quotas } = account.settings;
  const others = [...agent.groups.values()].filter((group) => group.actionGroupId !== replacedId);
  const after = [...others.map((group) => group.content), content];
  const limit = (quota: string, maximum: number, requested: number) => {
    if (requested > maximum) throw overQuota(quota, maximum, accountId, requested);
  };
  for (const { parameters } of content.functionSchema?.functions ?? []) {
    limit('parameters-per-function', quotas.parametersPerFunction, Object.keys(parameters ?? {}).length);
  }
  limit(
    'apis-per-agent',
    quotas.apisPerAgent,
    after.map(apisOf).reduce((sum, apis) => sum + apis, 0),
  );
  if (replacedId === undefined) limit('action-groups-per-agent', quotas.actionGroupsPerAgent, after.length);
  if (content.actionGroupState === 'ENABLED') {
    const enabled = after.filter(({ actionGroupState }) => actionGroupState === 'ENABLED').length;
    limit('enabled-action-groups-per-agent', quotas.enabledActionGroupsPerAgent, enabled);
  }
}

function apisOf({ apiSchema, actionGroupName }: ActionGroupContent): number {
  return apiSchema?.payload === undefined ? 0 : countApis(apiSchema.payload, actionGroupName);
}

export interface RateLimiter {
  /** @throws {AwsFailure} ThrottlingException */
  pass(operation: OperationName): void;
  forget(): void;
}

/** Counts an operation's calls in the last second by the clock; only calls that were let through count. */
export function createRateLimiter(account: Account): RateLimiter {
  const passed = new Map<OperationName, number[]>();
  return {
    pass(operation) {
      const limit = account.settings.rateLimits[operation];
      if (limit === undefined) return;
      const now = account.now();
      const recent = (passed.get(operation) ?? []).filter((at) => at > now - 1000);
      if (recent.length >= limit) throw throttled();
      passed.set(operation, [...recent, now]);
    },
    forget: () => passed.clear(),
  };
}
