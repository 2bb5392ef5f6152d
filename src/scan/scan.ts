import type { Policy } from '../policy/policy.ts';
import { Problem } from '../problem.ts';
import type { Inventory } from './inventory.ts';
import { judgeAgent } from './judge.ts';
import type { AgentReport } from './report.ts';

/**
 * Reads and judges agents one after another. One that fails is reported as such, and the next is looked at; one that is gone
 * is passed over.
 *
 * @param ended looked at before each agent; true ends the scan there
 */
export async function* scan(
  agentIds: readonly string[],
  inventory: Pick<Inventory, 'look'>,
  policy: Policy,
  now: () => number,
  ended: () => boolean = () => false,
): AsyncGenerator<AgentReport> {
  for (const agentId of agentIds) {
    if (ended()) return;
    const report = await reportOn(agentId, inventory, policy, now);
    if (report !== undefined) yield report;
  }
}

async function reportOn(
  agentId: string,
  inventory: Pick<Inventory, 'look'>,
  policy: Policy,
  now: () => number,
): Promise<AgentReport | undefined> {
  try {
    const found = await inventory.look(agentId);
    return found && judgeAgent(policy, found, now());
  } catch (error) {
    return { agentId, failed: reasonOf(error), teams: [], items: [] };
  }
}

/** What went wrong in one line, to whoever runs the scan: a problem's own words are for a caller of the service. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Problem ? (error.cause ?? error) : error;
  const { name, message } = cause as Partial<Error>;
  return `${name ?? 'Error'}: ${message ?? cause}`.replaceAll(/\s+/g, ' ');
}
