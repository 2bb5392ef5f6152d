/** The operations on agents, and what a test may do to one that no API can. */

import { requireIdle } from './action-groups.ts';
import { type Answer, agentAnswer, agentSummary, versionSummary } from './answer.ts';
import type { Input } from './input.ts';
import { page } from './pages.ts';
import {
  type Account,
  AGENT_STATUSES,
  type Agent,
  type AgentStatus,
  agentOf,
  commit,
  type Origin,
  settle,
  timestamp,
} from './state.ts';

/** PREPARING at once; how it ends is decided when its time has passed by the clock. */
export function prepareAgent(account: Account, input: Input, { requestId, userAgent }: Origin): Answer {
  const agent = agentOf(account, input.agentId as string);
  requireIdle(agent, 'Prepare');
  const now = account.now();
  const { prepareMs } = account.settings;
  agent.status = 'PREPARING';
  agent.preparingUntil = prepareMs === null ? undefined : now + prepareMs;
  agent.failureReasons = [];
  agent.updatedAt = now;
  commit(account, { operation: 'PrepareAgent', agentId: agent.agentId, userAgent, requestId });
  return { agentId: agent.agentId, agentStatus: agent.status, agentVersion: 'DRAFT', preparedAt: timestamp(now) };
}

export function getAgent(account: Account, input: Input): Answer {
  return agentAnswer(account, agentOf(account, input.agentId as string));
}

export function listAgents(account: Account, input: Input): Answer {
  const agents = [...account.agents.values()].map((agent, index) => ({ agent, position: index + 1 }));
  for (const { agent } of agents) settle(agent, account.now());
  const { items, nextToken } = page(input, 'agents', agents, ({ position }) => position);
  return { agentSummaries: items.map(({ agent }) => agentSummary(agent)), nextToken };
}

export function listAgentVersions(account: Account, input: Input): Answer {
  const agent = agentOf(account, input.agentId as string);
  const versions = ['DRAFT', ...agent.versions.keys()].map((name, index) => ({ name, position: index + 1 }));
  const { items, nextToken } = page(input, `${agent.agentId}/versions`, versions, ({ position }) => position);
  const summaries = items.map(({ name }) => versionSummary(agent, name, agent.versions.get(name)));
  return { agentVersionSummaries: summaries, nextToken };
}

export interface AgentPatch {
  readonly agentName?: string;
  /** PREPARING set here stays until another status is set. */
  readonly status?: AgentStatus;
  readonly failureReasons?: readonly string[];
  /** The next preparation, one under way included, ends in FAILED for these reasons. */
  readonly failNextPrepare?: readonly string[];
  /** The function that parses the model's answers: `promptOverrideConfiguration.overrideLambda`. */
  readonly overrideLambda?: string;
  /** The function that leads the agent: `customOrchestration.executor.lambda`. */
  readonly orchestrationLambda?: string;
  /** Keeps the groups of DRAFT as the next numeric version. */
  readonly publishVersion?: boolean;
}

const PATCHABLE = [
  'agentName',
  'status',
  'failureReasons',
  'failNextPrepare',
  'overrideLambda',
  'orchestrationLambda',
  'publishVersion',
];

/**
 * Adds an agent (NOT_PREPARED, without groups) or changes one.
 *
 * @throws {TypeError} for an id that is not 10 characters of 0-9, a-z, A-Z, or a member or status that does not exist.
 */
export function putAgent(account: Account, agentId: string, patch: AgentPatch = {}): Agent {
  if (!/^[0-9a-zA-Z]{10}$/.test(agentId)) throw new TypeError(`${agentId} is not an agent id: 10 letters or digits.`);
  for (const name of Object.keys(patch)) {
    if (!PATCHABLE.includes(name)) throw new TypeError(`An agent has no ${name}; it has ${PATCHABLE.join(', ')}.`);
  }
  if (patch.status !== undefined && !AGENT_STATUSES.includes(patch.status)) {
    throw new TypeError(`${patch.status} is not a status of an agent: ${AGENT_STATUSES.join(', ')}.`);
  }
  const now = account.now();
  const agent = account.agents.get(agentId) ?? newAgent(agentId, now);
  account.agents.set(agentId, agent);
  settle(agent, now);
  if (patch.agentName !== undefined) agent.agentName = patch.agentName;
  if (patch.failureReasons !== undefined) agent.failureReasons = patch.failureReasons;
  if (patch.failNextPrepare !== undefined) agent.nextFailure = patch.failNextPrepare;
  if (patch.overrideLambda !== undefined) agent.overrideLambda = patch.overrideLambda;
  if (patch.orchestrationLambda !== undefined) agent.orchestrationLambda = patch.orchestrationLambda;
  if (patch.publishVersion) {
    agent.versions.set(String(agent.versions.size + 1), { groups: new Map(agent.groups), createdAt: now });
  }
  if (patch.status !== undefined) {
    agent.status = patch.status;
    agent.preparingUntil = undefined;
    if (patch.status === 'PREPARED') agent.preparedAt = now;
  }
  return agent;
}

function newAgent(agentId: string, now: number): Agent {
  return {
    agentId,
    agentName: `agent-${agentId}`,
    status: 'NOT_PREPARED',
    failureReasons: [],
    createdAt: now,
    updatedAt: now,
    preparedAt: undefined,
    preparingUntil: undefined,
    nextFailure: undefined,
    overrideLambda: undefined,
    orchestrationLambda: undefined,
    groups: new Map(),
    versions: new Map(),
  };
}
