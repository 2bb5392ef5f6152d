/** Exemptions that have ended, are about to, or do nothing. */
import type { Document, ExemptionEntry } from '../../policy/document/document.ts';
import { EXPIRES_SOON_MS, parseInstant } from '../../policy/expiry.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Finding } from './finding.ts';
import { sameSettings } from './same.ts';

export function* exemptionFindings(policy: Policy, nowEpochMs: number): Generator<Finding> {
  const { document } = policy;
  for (const [index, exemption] of document.exemptions.entries()) {
    const { id, until, owner } = exemption;
    const path = ['exemptions', index];
    const leftMs = (parseInstant(until) ?? 0) - nowEpochMs;
    if (leftMs < 0) {
      const message = `Exemption ${id} ended at ${until}.`;
      const fix = `Remove it, or have ${owner} ask for a new one.`;
      yield { severity: 'warning', path: [...path, 'until'], at: 'value', message, fix };
    } else if (leftMs <= EXPIRES_SOON_MS) {
      const message = `Exemption ${id} ends ${inDays(leftMs)}, at ${until}.`;
      const fix = `Make sure that ${owner} can do without it, or asks for a new one.`;
      yield { severity: 'warning', path: [...path, 'until'], at: 'value', message, fix };
    }
    const idle = whyIdle(exemption, document, policy);
    if (idle !== undefined) {
      const message = `Exemption ${id} changes nothing: ${idle}`;
      yield { severity: 'warning', path, at: 'value', message, fix: 'Correct it, or remove it.' };
    }
  }
}

function whyIdle({ agent, rule, settings, team }: ExemptionEntry, { teams }: Document, policy: Policy) {
  const agents = teams[team]?.agents ?? [];
  if (agent !== undefined && !agents.includes(agent) && !agents.includes('*')) {
    return `${agent} is not an agent of team ${team}.`;
  }
  const usual = [...(policy.teams.get(team)?.rules.values() ?? [])].flat().find((active) => active.rule.id === rule);
  if (usual !== undefined && sameSettings(settings, usual.settings)) {
    return `its settings are those that \`${rule}\` has for team ${team} anyway.`;
  }
  return undefined;
}

function inDays(ms: number): string {
  const days = Math.floor(ms / (24 * 60 * 60 * 1000));
  return days === 0 ? 'within a day' : `in ${days} ${days === 1 ? 'day' : 'days'}`;
}
