import { randomBytes } from 'node:crypto';
import { doEachAttempt } from '../sdk/middleware-once.ts';
import { traceIn } from '../traceparent.ts';

/**
 * Has the call to Bedrock carry the caller's trace on, under a parent id of its own. What is no `traceparent` is not continued.
 *
 * @see https://www.w3.org/TR/trace-context/
 */
export function continueTrace(command: object, traceparent: string | undefined): void {
  const trace = traceIn(traceparent);
  if (trace === undefined) return;
  const next = `00-${trace.traceId}-${randomBytes(8).toString('hex')}-${trace.flags}`;
  doEachAttempt(command, (headers, attempt) => {
    headers.traceparent = next;
    return attempt();
  });
}
