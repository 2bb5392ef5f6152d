export const SEVERITIES = ['error', 'warning', 'note'] as const;

export type Severity = (typeof SEVERITIES)[number];

/**
 * Something about an acceptable document that its writers would want to know.
 *
 * error: it does what nobody can have meant; warning: somebody should look at it; note: it is as it is.
 */
export interface Finding {
  readonly severity: Severity;
  readonly path: readonly (string | number)[];
  /** Whether the key itself is meant, or what stands behind it. */
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly fix: string;
}
