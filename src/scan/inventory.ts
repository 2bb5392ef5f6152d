/** What there is in Bedrock, and what is known of who wrote it: read page by page, at a pace. */

import type { Agent } from '@aws-sdk/client-bedrock-agent';
import type { BedrockClient } from '../bedrock/client.ts';
import type { MadeGroup } from '../bedrock/create-action-group.ts';
import { getActionGroup, getAgent, listActionGroups, listAgents } from '../bedrock/read.ts';
import type { Clock } from '../deadline.ts';
import { patiently, tokenBucket } from '../pace.ts';
import { Problem } from '../problem.ts';
import type { Provenance } from '../provenance/provenance.ts';
import { type ProvenanceTable, readProvenanceOfAgent } from '../provenance/store.ts';

export interface FoundAgent {
  readonly agent: Agent;
  /** Those of its working draft. */
  readonly groups: readonly MadeGroup[];
  /** By the group's id; undefined where no provenance is kept, or none can be read. */
  readonly provenance: ReadonlyMap<string, Provenance> | undefined;
}

export interface Inventory {
  /** Ids of every agent, sorted. @throws {Problem} every upstream problem. */
  agents(): Promise<string[]>;
  /** Undefined when the agent is gone. @throws {Problem} every upstream problem; {Error} of DynamoDB. */
  look(agentId: string): Promise<FoundAgent | undefined>;
}

export interface InventoryOptions {
  /** One attempt a call: the pace is kept, and calls are repeated, here. */
  readonly bedrock: BedrockClient;
  readonly provenance: ProvenanceTable | undefined;
  readonly clock: Clock;
  /** Names the scan in Bedrock's records of calls. */
  readonly scanId: string;
  readonly signal: AbortSignal;
  /** Of each operation; half of what AWS allows an account by default unless told. */
  readonly callsPerSecond?: number | undefined;
}

/** Half of the default quotas: the other half is the teams'. */
const CALLS_PER_SECOND = { ListAgents: 5, GetAgent: 7, ListAgentActionGroups: 5, GetAgentActionGroup: 10 };
const PAGE_SIZE = 100;

type Operation = keyof typeof CALLS_PER_SECOND;

export function inventoryOf(options: InventoryOptions): Inventory {
  const { bedrock, provenance, clock, scanId, signal, callsPerSecond } = options;
  const context = { decisionId: `scan-${scanId}`, abortSignal: signal };
  const paces = Object.fromEntries(
    Object.entries(CALLS_PER_SECOND).map(([name, usual]) => [name, tokenBucket(clock, callsPerSecond ?? usual)]),
  ) as Record<Operation, ReturnType<typeof tokenBucket>>;
  const paced = <T>(operation: Operation, call: () => Promise<T>) => patiently(call, paces[operation], clock, signal);

  async function groupIds(agentId: string): Promise<string[]> {
    const place = { agentId, agentVersion: 'DRAFT' };
    const ids: string[] = [];
    let nextToken: string | undefined;
    do {
      const asked = { ...place, nextToken };
      const page = await paced('ListAgentActionGroups', () => listActionGroups(bedrock, asked, context));
      ids.push(...page.actionGroupSummaries.flatMap(({ actionGroupId }) => actionGroupId ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return [...new Set(ids)].sort();
  }

  const group = (agentId: string, actionGroupId: string) => {
    const place = { agentId, agentVersion: 'DRAFT', actionGroupId };
    return unlessGone(paced('GetAgentActionGroup', () => getActionGroup(bedrock, place, context)));
  };

  return {
    async agents() {
      const ids: string[] = [];
      let nextToken: string | undefined;
      do {
        const asked = { maxResults: PAGE_SIZE, nextToken };
        const page = await paced('ListAgents', () => listAgents(bedrock, asked, context));
        ids.push(...page.agentSummaries.flatMap(({ agentId }) => agentId ?? []));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return [...new Set(ids)].sort();
    },

    async look(agentId) {
      const agent = await unlessGone(paced('GetAgent', () => getAgent(bedrock, { agentId }, context)));
      const ids = agent && (await unlessGone(groupIds(agentId)));
      if (agent === undefined || ids === undefined) return undefined;
      const groups = await Promise.all(ids.map((id) => group(agentId, id)));
      // After the groups: a write that ends meanwhile is then known to be younger than what was read.
      const known = provenance && (await readProvenanceOfAgent(provenance, agentId, signal));
      return { agent, groups: groups.filter((one) => one !== undefined), provenance: known };
    },
  };
}

/** Deleted since it was listed. */
async function unlessGone<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Problem && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}
