/** What the emulated account holds: agents with their action groups, remembered client tokens, and the ledger of commits. */
import { randomBytes } from 'node:crypto';
import { notFound } from './failure.ts';
import type { OperationName } from './model.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';

export const AGENT_STATUSES = [
  'CREATING',
  'PREPARING',
  'PREPARED',
  'NOT_PREPARED',
  'DELETING',
  'FAILED',
  'VERSIONING',
  'UPDATING',
] as const;
export type AgentStatus = (typeof AGENT_STATUSES)[number];

export type FunctionDefinition = {
  readonly name: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
};

/** What a team writes: the input of Create or Update without its labels and its token. */
export interface ActionGroupContent {
  readonly actionGroupName: string;
  readonly actionGroupState: 'ENABLED' | 'DISABLED';
  readonly description?: string;
  readonly parentActionGroupSignature?: string;
  readonly parentActionGroupSignatureParams?: Readonly<Record<string, string>>;
  readonly actionGroupExecutor?: unknown;
  readonly apiSchema?: { readonly s3?: unknown; readonly payload?: string };
  readonly functionSchema?: { readonly functions: readonly FunctionDefinition[] };
}

/** Never changed in place: an update puts another one under the same id, so that a version can keep what it saw. */
export interface ActionGroup {
  readonly agentId: string;
  readonly actionGroupId: string;
  /** Rises with creation, over all agents; pages are cut by it. */
  readonly sequence: number;
  readonly clientToken: string | undefined;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly content: ActionGroupContent;
}

export type Groups = ReadonlyMap<string, ActionGroup>;

export interface AgentVersion {
  readonly groups: Groups;
  readonly createdAt: number;
}

export interface Agent {
  readonly agentId: string;
  agentName: string;
  status: AgentStatus;
  failureReasons: readonly string[];
  readonly createdAt: number;
  updatedAt: number;
  preparedAt: number | undefined;
  /** When PREPARING ends, by the clock; undefined: not by itself. */
  preparingUntil: number | undefined;
  /** Lambda functions that the agent's own settings name. */
  overrideLambda: string | undefined;
  orchestrationLambda: string | undefined;
  /** When set, the next preparation ends in FAILED for these reasons. */
  nextFailure: readonly string[] | undefined;
  /** Those of DRAFT. */
  groups: Map<string, ActionGroup>;
  /** By number: "1", "2", … */
  readonly versions: Map<string, AgentVersion>;
}

/** One committed change. The list of them is append-only: it is what a test believes, whatever the caller was told. */
export interface LedgerEntry {
  readonly operation: OperationName;
  readonly agentId: string;
  readonly actionGroupId?: string;
  readonly name?: string;
  readonly clientToken?: string;
  readonly userAgent: string;
  /** ISO 8601. */
  readonly at: string;
  readonly requestId: string;
}

/** Which request is being executed, for the ledger. */
export interface Origin {
  readonly requestId: string;
  readonly userAgent: string;
}

export interface Account {
  readonly accountId: string;
  readonly region: string;
  readonly now: () => number;
  readonly agents: Map<string, Agent>;
  /** Client token to the group of the Create that carried it, as it was then. Kept when the group is deleted. */
  readonly tokens: Map<string, ActionGroup>;
  readonly ledger: LedgerEntry[];
  settings: Settings;
  lastSequence: number;
}

export function createAccount(facts: Pick<Account, 'accountId' | 'region' | 'now'>): Account {
  return { ...facts, agents: new Map(), tokens: new Map(), ledger: [], settings: DEFAULT_SETTINGS, lastSequence: 0 };
}

/**
 * Finds an agent, its status brought up to the clock: there are no timers, a preparation ends when somebody looks.
 *
 * @throws {AwsFailure} ResourceNotFoundException
 */
export function agentOf(account: Account, agentId: string): Agent {
  const agent = account.agents.get(agentId);
  if (agent === undefined) throw notFound();
  settle(agent, account.now());
  return agent;
}

export function settle(agent: Agent, now: number): void {
  if (agent.status !== 'PREPARING' || agent.preparingUntil === undefined || now < agent.preparingUntil) return;
  agent.failureReasons = agent.nextFailure ?? [];
  agent.status = agent.nextFailure === undefined ? 'PREPARED' : 'FAILED';
  if (agent.status === 'PREPARED') agent.preparedAt = agent.preparingUntil;
  agent.updatedAt = agent.preparingUntil;
  agent.nextFailure = undefined;
  agent.preparingUntil = undefined;
}

export function commit(account: Account, entry: Omit<LedgerEntry, 'at'>): void {
  account.ledger.push(Object.freeze({ ...entry, at: timestamp(account.now()) }));
}

export function timestamp(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** 10 characters of 0-9 and A-Z, as the service makes them. */
export function newId(): string {
  return Array.from(randomBytes(10), (byte) => (byte % 36).toString(36).toUpperCase()).join('');
}
