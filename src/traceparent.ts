/** W3C Trace Context: version, trace id, parent id, flags. All zeros, and the version `ff`, name nothing. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;

/**
 * The caller's trace; undefined where the header names none.
 *
 * @see https://www.w3.org/TR/trace-context/
 */
export function traceIn(
  traceparent: string | undefined,
): { readonly traceId: string; readonly flags: string } | undefined {
  const [, traceId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  return traceId === undefined || flags === undefined ? undefined : { traceId, flags };
}
