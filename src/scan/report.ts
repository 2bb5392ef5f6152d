/** What a scan says: of each agent, in plain JSON, and in counts. */
import type { Violation } from '../policy/rule.ts';

/** What the policy says of it today; `unmanaged`: no team of the policy manages the agent, so nobody may have it so. */
export type Standing = 'allowed' | 'warned' | 'denied' | 'unmanaged';

/**
 * Whose work it is: the service's; the service's, but changed since by somebody who went round it; made round the service
 * altogether (or before there was one); unknown where no provenance can be read, or the last change may be one through the
 * service of unknown outcome. A write whose record could not be kept looks like one round the service: the audit trail tells.
 */
export type Origin = 'service' | 'changed-since' | 'round-the-service' | 'unknown';

export interface TeamVerdict {
  readonly team: string;
  readonly effect: 'allow' | 'deny';
  readonly violations: readonly Violation[];
  readonly warnings: readonly Violation[];
  readonly exemptions: readonly string[];
}

/** One action group, or one of the agent's own settings that names a Lambda function. */
export interface Item {
  readonly kind: 'action-group' | 'agent-setting';
  /** Of the group; of a setting, the JSON Pointer into the agent. */
  readonly id: string;
  /** Of the group; of a setting, the function. */
  readonly name: string;
  readonly state?: string | undefined;
  /** ISO 8601. */
  readonly updatedAt?: string | undefined;
  readonly standing: Standing;
  readonly origin: Origin;
  /** As each team that manages the agent would be judged. */
  readonly verdicts: readonly TeamVerdict[];
  /** The latest write through the service. */
  readonly writtenBy?:
    | { readonly principal: string; readonly team: string; readonly at: string; readonly decisionId: string }
    | undefined;
  /** The decision through the service that may have made the latest change: its outcome is unknown. */
  readonly pending?: string | undefined;
}

export interface AgentReport {
  readonly agentId: string;
  readonly agentName?: string | undefined;
  /** Why the agent could not be read; nothing else is said of it then. */
  readonly failed?: string | undefined;
  readonly teams: readonly string[];
  readonly items: readonly Item[];
}

export interface Counts {
  readonly agents: number;
  readonly groups: number;
  /** Agents' own settings that name Lambda functions. */
  readonly settings: number;
  readonly denied: number;
  readonly warned: number;
  readonly unmanaged: number;
  readonly roundTheService: number;
  readonly changedSince: number;
  readonly failed: number;
}

export const NOTHING: Counts = {
  agents: 0,
  groups: 0,
  settings: 0,
  denied: 0,
  warned: 0,
  unmanaged: 0,
  roundTheService: 0,
  changedSince: 0,
  failed: 0,
};

export function counted(counts: Counts, { failed, items }: AgentReport): Counts {
  const how = (is: (item: Item) => boolean) => items.filter(is).length;
  return {
    agents: counts.agents + 1,
    groups: counts.groups + how(({ kind }) => kind === 'action-group'),
    settings: counts.settings + how(({ kind }) => kind === 'agent-setting'),
    denied: counts.denied + how(({ standing }) => standing === 'denied'),
    warned: counts.warned + how(({ standing }) => standing === 'warned'),
    unmanaged: counts.unmanaged + how(({ standing }) => standing === 'unmanaged'),
    roundTheService: counts.roundTheService + how(({ origin }) => origin === 'round-the-service'),
    changedSince: counts.changedSince + how(({ origin }) => origin === 'changed-since'),
    failed: counts.failed + (failed === undefined ? 0 : 1),
  };
}

/** Somebody has to do something about it. */
export function isFinding({ kind, standing, origin }: Item): boolean {
  if (standing === 'denied' || standing === 'unmanaged') return true;
  // An agent's own settings cannot be made through this service.
  return kind === 'action-group' && (origin === 'round-the-service' || origin === 'changed-since');
}

/** A finding, or what somebody should look at all the same. */
export function isNotable(item: Item): boolean {
  const { kind, standing, pending } = item;
  return isFinding(item) || standing === 'warned' || kind === 'agent-setting' || pending !== undefined;
}

/** One item in words of one line each, for a table, a spreadsheet or a log. */
export interface Row {
  readonly agentId: string;
  readonly agentName: string;
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly updatedAt: string;
  readonly standing: string;
  readonly origin: string;
  readonly teams: string;
  readonly rules: string;
  readonly messages: string;
  readonly writtenBy: string;
  readonly writtenAt: string;
  readonly decisionId: string;
}

/** A report's items as rows; an agent that failed has one of its own. */
export function rowsOf(report: AgentReport, isWanted: (item: Item) => boolean = () => true): Row[] {
  const { agentId, failed } = report;
  if (failed !== undefined) {
    return [{ ...EMPTY, agentId, kind: 'agent', id: agentId, standing: 'failed', messages: failed }];
  }
  return report.items.filter(isWanted).map((item) => rowOf(report, item));
}

const EMPTY: Row = {
  agentId: '',
  agentName: '',
  kind: '',
  id: '',
  name: '',
  state: '',
  updatedAt: '',
  standing: '',
  origin: '',
  teams: '',
  rules: '',
  messages: '',
  writtenBy: '',
  writtenAt: '',
  decisionId: '',
};

export const COLUMNS = Object.keys(EMPTY) as readonly (keyof Row)[];

function rowOf({ agentId, agentName = '', teams }: AgentReport, item: Item): Row {
  const { kind, id, name, state = '', updatedAt = '', standing, origin, verdicts, writtenBy } = item;
  const found = verdicts.flatMap(({ team, violations, warnings }) =>
    [...violations, ...warnings].map(({ rule, pointer, message }) => ({
      rule,
      text: `${verdicts.length > 1 ? `${team}: ` : ''}${pointer === '' ? '' : `${pointer}: `}${message}`,
    })),
  );
  return {
    agentId,
    agentName,
    kind,
    id,
    name,
    state,
    updatedAt,
    standing,
    origin,
    teams: teams.join(' '),
    rules: [...new Set(found.map(({ rule }) => rule))].sort().join(' '),
    messages: [...found.map(({ text }) => text), ...doubtOf(item)].join(' '),
    writtenBy: writtenBy?.principal ?? '',
    writtenAt: writtenBy?.at ?? '',
    decisionId: writtenBy?.decisionId ?? '',
  };
}

/** What the word for the origin leaves out. */
function doubtOf({ kind, origin, pending }: Item): string[] {
  if (kind !== 'action-group') return [];
  if (pending !== undefined) return [`Perhaps changed by decision ${pending}, whose outcome is unknown.`];
  if (origin === 'round-the-service') {
    return ['No provenance: made round the service, or its record could not be kept; the audit trail tells.'];
  }
  if (origin === 'changed-since') {
    return [
      'Changed since the write on record: round the service, or the record could not be kept; the audit trail tells.',
    ];
  }
  return [];
}
