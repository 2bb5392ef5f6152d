/** One audit record, read from its event; what the commands need of it, under the audit trail's own names. */
import { API_ACTIVITY, isBlock, type Json } from './events.ts';

export const DISPOSITIONS = ['done', 'replayed', 'unchanged', 'dry-run', 'denied', 'failed', 'unknown'] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

export interface Found {
  readonly rule: string;
  readonly pointer: string;
  readonly message: string;
  readonly fix: string | undefined;
  readonly allowed: unknown;
}

export interface AuditRecord {
  /** The event as it was written. */
  readonly event: Json;
  /** Of `unmapped`: what OCSF has no word for. */
  readonly facts: Json;
  readonly phase: 'attempt' | 'outcome' | 'preparation';
  readonly decisionId: string;
  readonly epochMs: number;
  readonly durationMs: number | undefined;
  readonly operation: string;
  readonly effect: 'allow' | 'deny';
  /** Undefined where the caller is in no one team. */
  readonly team: string | undefined;
  readonly principal: string;
  readonly session: string | undefined;
  readonly agentId: string;
  readonly actionGroupId: string | undefined;
  readonly actionGroupName: string | undefined;
  readonly tokenHash: string | undefined;
  readonly dryRun: boolean;
  /** Of outcomes only. */
  readonly disposition: Disposition | undefined;
  readonly code: string | undefined;
  readonly violations: readonly Found[];
  readonly warnings: readonly Found[];
  readonly exemptions: readonly string[];
}

/** Undefined if it is no audit record, or cannot be understood. */
export function recordOf(event: Json): AuditRecord | undefined {
  const { class_uid, unmapped: facts, time, duration } = event;
  if (class_uid !== API_ACTIVITY || !isBlock(facts)) return undefined;
  const { phase, decisionId, effect } = facts;
  if (phase !== 'attempt' && phase !== 'outcome' && phase !== 'preparation') return undefined;
  if (typeof decisionId !== 'string' || (effect !== 'allow' && effect !== 'deny')) return undefined;
  if (typeof time !== 'number' || Number.isNaN(new Date(time).getTime())) return undefined;
  const outcome = blockOf(facts.outcome);
  const disposition = DISPOSITIONS.find((known) => known === outcome.disposition);
  if (phase === 'outcome' && disposition === undefined) return undefined;
  const decision = blockOf(facts.decision);
  return {
    event,
    facts,
    phase,
    decisionId,
    epochMs: time,
    durationMs: typeof duration === 'number' && duration >= 0 ? duration : undefined,
    operation: textOf(blockOf(event.api).operation) ?? '',
    effect,
    team: textOf(facts.team),
    principal: textOf(facts.principal) ?? '',
    session: textOf(blockOf(blockOf(event.actor).session).uid),
    agentId: textOf(facts.agentId) ?? '',
    actionGroupId: textOf(facts.actionGroupId) ?? textOf(outcome.actionGroupId),
    actionGroupName: textOf(facts.actionGroupName) ?? textOf(blockOf(facts.actionGroup).actionGroupName),
    tokenHash: textOf(blockOf(facts.idempotency).tokenHash),
    dryRun: facts.dryRun === true || disposition === 'dry-run',
    disposition: phase === 'outcome' ? disposition : undefined,
    code: textOf(outcome.code) ?? textOf(event.status_code),
    violations: findingsOf(decision.violations, facts.deniedBy),
    warnings: findingsOf(decision.warnings, facts.warnedBy),
    exemptions: idsOf(decision.exemptions, facts.exemptedBy),
  };
}

/** Ids of rules, each once. */
export function rulesOf(findings: readonly Found[]): string[] {
  return [...new Set(findings.map(({ rule }) => rule))].sort();
}

/**
 * The exemption that a warning speaks of, and until when it holds. Warnings come in two kinds: what would deny under
 * `enforcement: deny`, and notices of an exemption that ends soon; only their words tell them apart.
 */
export function noticeIn({ pointer, message }: Found): { readonly id: string; readonly until: string } | undefined {
  const [, id, until] =
    /^(?:This passes only by exemption|Exemption) (.+?)(?:, which ends| would have let this pass, but it ended) at (\S+)\.$/.exec(
      message,
    ) ?? [];
  return pointer === '' && id !== undefined && until !== undefined ? { id, until } : undefined;
}

export function blockOf(value: unknown): Json {
  return isBlock(value) ? value : {};
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** @param ids joined by commas; what stands for the findings where a record has none. */
function findingsOf(findings: unknown, ids: unknown): Found[] {
  if (!Array.isArray(findings)) return listed(ids).map((rule) => found({ rule }));
  return findings.filter(isBlock).map(found);
}

function found({ rule, pointer, message, fix, allowed }: Json): Found {
  return {
    rule: textOf(rule) ?? '',
    pointer: textOf(pointer) ?? '',
    message: textOf(message) ?? '',
    fix: textOf(fix),
    allowed,
  };
}

function idsOf(exemptions: unknown, ids: unknown): string[] {
  if (!Array.isArray(exemptions)) return listed(ids);
  return exemptions.flatMap((entry) => textOf(isBlock(entry) ? entry.id : entry) ?? []);
}

function listed(ids: unknown): string[] {
  return textOf(ids)?.split(',') ?? [];
}
