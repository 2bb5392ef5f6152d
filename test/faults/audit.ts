/** What the audit trail says of a decision, read from log lines as an investigator would: by decision id and phase. */

export interface AuditFacts {
  readonly decisionId: string;
  readonly phase: 'attempt' | 'outcome' | 'preparation';
  readonly operation: string;
  readonly agentId: string;
  readonly team: string | undefined;
  /** Of an outcome: `done`, `denied`, `failed`, `unknown`, … */
  readonly disposition: string | undefined;
}

/** The audit records among log lines, oldest first. */
export function auditsOf(lines: readonly string[]): AuditFacts[] {
  return lines.flatMap((line) => {
    const { class_uid, unmapped, api } = JSON.parse(line);
    if (class_uid !== 6003) return [];
    const { decisionId, phase, agentId, team, outcome } = unmapped;
    return [{ decisionId, phase, operation: api.operation, agentId, team, disposition: outcome?.disposition }];
  });
}
