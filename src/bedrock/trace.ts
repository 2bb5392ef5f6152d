import { randomBytes } from 'node:crypto';
import type { AttemptWatch } from '../sdk/middleware-once.ts';
import { traceIn } from '../traceparent.ts';

/**
 * Has a call to Bedrock carry the caller's trace on, under a parent id of its own. What is no `traceparent` is not continued.
 *
 * @param watch stands round the call's attempts besides
 * @see https://www.w3.org/TR/trace-context/
 */
export function continuing(traceparent: string | undefined, watch: AttemptWatch): AttemptWatch {
  const trace = traceIn(traceparent);
  if (trace === undefined) return watch;
  const next = `00-${trace.traceId}-${randomBytes(8).toString('hex')}-${trace.flags}`;
  return (headers, attempt) => {
    headers.traceparent = next;
    return watch(headers, attempt);
  };
}
