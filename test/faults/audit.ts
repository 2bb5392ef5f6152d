/** What the audit trail says of a decision, read from log lines as an investigator would: by decision id and phase. */

export interface AuditFacts {
  readonly decisionId: string;
  readonly phase: 'attempt' | 'outcome' | 'preparation';
  readonly operation: string;
  readonly agentId: string;
  readonly team: string | undefined;
  /** Of the policy that was decided by. */
  readonly revision: string;
  /** Of an outcome: `done`, `denied`, `failed`, `unknown`, … */
  readonly disposition: string | undefined;
}

/** The audit records among log lines, oldest first. */
export function auditsOf(lines: readonly string[]): AuditFacts[] {
  return lines.flatMap((line) => {
    const { class_uid, unmapped, api, policy } = JSON.parse(line);
    if (class_uid !== 6003) return [];
    const { decisionId, phase, agentId, team, outcome } = unmapped;
    const { operation } = api;
    return [
      { decisionId, phase, operation, agentId, team, revision: policy.version, disposition: outcome?.disposition },
    ];
  });
}
