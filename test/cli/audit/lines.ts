/** Audit lines as the service writes them, boring unless a test says what matters to it. */

import type { Disposition } from '../../../src/cli/audit-log/record.ts';
import { asciiJson } from '../../../src/cli/printable.ts';

export const AT = Date.UTC(2026, 10, 20, 11, 30);
export const CI = 'arn:aws:sts::111122223333:assumed-role/payments-ci/build-7';

export interface Facts {
  readonly id?: string;
  readonly at?: number;
  readonly operation?: string;
  readonly team?: string | undefined;
  readonly principal?: string;
  readonly agentId?: string;
  readonly name?: string;
  readonly effect?: 'allow' | 'deny';
  readonly tokenHash?: string;
  readonly violations?: readonly object[];
  readonly warnings?: readonly object[];
  readonly exemptions?: readonly string[];
  /** Joins `unmapped`. */
  readonly more?: Readonly<Record<string, unknown>>;
}

export const DENIED = {
  effect: 'deny',
  violations: [
    {
      rule: 'signature-is-allowed',
      pointer: '/parentActionGroupSignature',
      message: 'ANTHROPIC.Bash is not allowed.',
      allowed: ['AMAZON.UserInput'],
      fix: 'Use one of those listed.',
    },
  ],
} as const satisfies Facts;

export const attempt = (facts: Facts = {}) => line(facts, 'attempt', {}, { severity_id: 1 });

export function outcome(disposition: Disposition, facts: Facts = {}, members: Record<string, unknown> = {}): string {
  return line(facts, 'outcome', { outcome: { disposition, ...members } }, { duration: 120 });
}

export const preparation = (status: string, facts: Facts = {}) =>
  line(facts, 'preparation', { preparation: { status, upstream: { requestId: 'p-1' } } }, { duration: 900 });

/** Attempt and outcome. */
export function decision(disposition: Disposition, facts: Facts = {}, members: Record<string, unknown> = {}): string[] {
  const { at = AT } = facts;
  return [attempt(facts), outcome(disposition, { ...facts, at: at + 120 }, members)];
}

function line(facts: Facts, phase: string, unmapped: object, members: object): string {
  const { id = 'd-1', at = AT, operation = 'CreateAgentActionGroup', principal = CI, agentId = 'AGENT12345' } = facts;
  const { name = 'bookings', effect = 'allow', violations = [], warnings = [], exemptions = [], tokenHash } = facts;
  const team = 'team' in facts ? facts.team : 'payments';
  const ids = (found: readonly object[]) =>
    [...new Set(found.map((one) => (one as { rule: string }).rule))].sort().join(',') || undefined;
  return asciiJson({
    class_uid: 6003,
    class_name: 'API Activity',
    category_uid: 6,
    time: at,
    ...members,
    metadata: { version: '1.5.0', uid: `${id}:${phase}`, correlation_uid: id, event_code: phase },
    actor: {
      user: { uid: 'AROAPAYMENTS', uid_alt: principal, account: { uid: '111122223333' } },
      session: { uid: 'build-7' },
    },
    src_endpoint: { ip: '203.0.113.9' },
    http_request: { user_agent: 'aws-cli/2.1' },
    api: {
      operation,
      service: { name: 'bedrock-agent' },
      request: { uid: 'r-1' },
      ...(phase === 'outcome' ? { response: { code: effect === 'deny' ? 403 : 201 } } : {}),
    },
    cloud: { provider: 'AWS', account: { uid: '111122223333' }, region: 'us-east-1' },
    policy: { name: 'organisation', version: '2026-11-20.1', uid: 'd'.repeat(64) },
    unmapped: {
      phase,
      decisionId: id,
      team,
      principal,
      agentId,
      agentVersion: 'DRAFT',
      actionGroupName: name,
      effect,
      deniedBy: ids(violations),
      warnedBy: ids(warnings),
      exemptedBy: exemptions.join(',') || undefined,
      idempotency: { tokenHash },
      actionGroup: { actionGroupName: name, apiSchema: { payload: { sha256: 'abc', bytes: 123 } } },
      decision: { rules: ['caller-is-in-one-team', 'signature-is-allowed'], violations, warnings, exemptions },
      ...unmapped,
      ...facts.more,
    },
  });
}
