/** The audit lines of writes, read back: who asked for what, whether it was allowed, and what became of it. */

export interface AuditLine {
  readonly phase: 'attempt' | 'outcome' | 'preparation';
  readonly decisionId: string;
  readonly atEpochMs: number;
  readonly operation: string;
  /** Whether the decision allowed Bedrock to be asked for the write: not denied, and no dry run. */
  readonly allowed: boolean;
  readonly agentId: string;
  readonly actionGroupId?: string | undefined;
  readonly actionGroupName?: string | undefined;
  /** Whether the agent was to be prepared as well. */
  readonly prepares: boolean;
  /** Whether the group was to be disabled before its deletion. */
  readonly disablesFirst: boolean;
  readonly principal: string;
  readonly session?: string | undefined;
  readonly uniqueId?: string | undefined;
  readonly team?: string | undefined;
  readonly policy: { readonly revision: string; readonly digest: string };
  /** Of an outcome, such as `done` or `unknown`. */
  readonly disposition?: string | undefined;
  /** Bedrock's, of an outcome or preparation. */
  readonly upstreamRequestId?: string | undefined;
}

const API_ACTIVITY = 6003;

/** Selects the audit lines in a log group, those of reads (`activity_id` 2) left out. */
export const FILTER_PATTERN = `{ ($.class_uid = ${API_ACTIVITY}) && ($.activity_id != 2) }`;

/** Reads a line; undefined where it is none of the audit trail. @throws {TypeError} for one that is, but is damaged. */
export function auditLineOf(line: string): AuditLine | undefined {
  const record = parsed(line);
  if (record?.class_uid !== API_ACTIVITY) return undefined;
  const { unmapped, api, actor, policy, time } = record;
  const { phase, decisionId, agentId, effect, outcome, preparation } = unmapped ?? {};
  const operation = api?.operation;
  const isWhole = [decisionId, agentId, operation].every((member) => typeof member === 'string');
  if (!isWhole || typeof time !== 'number' || !['attempt', 'outcome', 'preparation'].includes(phase)) {
    throw new TypeError('An audit line has time, api.operation, and unmapped with phase, decisionId and agentId.');
  }
  return {
    phase,
    decisionId,
    atEpochMs: time,
    operation,
    allowed: effect === 'allow' && unmapped.dryRun !== true,
    agentId,
    actionGroupId: outcome?.actionGroupId ?? unmapped.actionGroupId,
    actionGroupName: unmapped.actionGroupName ?? unmapped.actionGroup?.actionGroupName,
    prepares: operation === 'PrepareAgent' || !['none', undefined].includes(unmapped.prepare),
    disablesFirst: unmapped.disableFirst === true,
    principal: unmapped.principal ?? '',
    session: actor?.session?.uid,
    uniqueId: actor?.user?.uid,
    team: unmapped.team,
    policy: { revision: policy?.version ?? '', digest: policy?.uid ?? '' },
    disposition: outcome?.disposition,
    upstreamRequestId: outcome?.upstream?.requestId ?? preparation?.upstream?.requestId,
  };
}

// biome-ignore lint/suspicious/noExplicitAny: each member is looked at before it is believed
function parsed(line: string): Record<string, any> | undefined {
  try {
    const value = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined; // Lambda's own lines
  }
}
