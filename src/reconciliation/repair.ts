import type { Authorship, Provenance } from '../provenance/provenance.ts';
import type { AuditLine } from './audit-line.ts';
import type { WriteEvent } from './write-event.ts';

/** What the attempt and CloudTrail's row together say of a write; undefined where the attempt names no team. */
export function repairOf(attempt: AuditLine, event: WriteEvent, actionGroupId: string): Provenance | undefined {
  const { decisionId, agentId, operation, principal, session, uniqueId, team, policy } = attempt;
  if (team === undefined) return undefined;
  const by = { principal, session, uniqueId, team };
  const authorship: Authorship = { operation, at: iso(event.atEpochMs), by, decisionId, policy };
  if (operation === 'DeleteAgentActionGroup') return { agentId, actionGroupId, deleted: authorship };
  const actionGroupName = attempt.actionGroupName ?? event.actionGroupName ?? '';
  // CloudTrail's seconds are cut off, so the change was made by the end of its second at the latest.
  const updatedAt = iso(event.updatedAtEpochMs ?? event.atEpochMs + 999);
  return { agentId, actionGroupId, written: { ...authorship, actionGroupName, updatedAt } };
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
