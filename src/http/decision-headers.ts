import type { Decision } from '../provisioning.ts';

/** What names the decision in any answer that follows one; warnings stand in the bodies that have room for them. */
export function decisionHeaders(decision: Pick<Decision, 'id' | 'warnings'> | undefined): Record<string, string> {
  if (decision === undefined) return {};
  const { id, warnings } = decision;
  return {
    'X-Decision-Id': id,
    ...(warnings.length > 0 ? { 'X-Policy-Warnings': String(warnings.length) } : {}),
  };
}
