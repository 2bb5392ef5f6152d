import { randomBytes } from 'node:crypto';
import type { BedrockAgentClient } from '@aws-sdk/client-bedrock-agent';
import { traceIn } from '../traceparent.ts';

type Command = Parameters<BedrockAgentClient['send']>[0];

/**
 * Has the call to Bedrock carry the caller's trace on, under a parent id of its own. What is no `traceparent` is not continued.
 *
 * @see https://www.w3.org/TR/trace-context/
 */
export function continueTrace(command: Command, traceparent: string | undefined): void {
  const trace = traceIn(traceparent);
  if (trace === undefined) return;
  const next = `00-${trace.traceId}-${randomBytes(8).toString('hex')}-${trace.flags}`;
  command.middlewareStack.add(
    (send) => (args) => {
      (args.request as { headers: Record<string, string> }).headers.traceparent = next;
      return send(args);
    },
    { step: 'build', name: 'traceparent', override: true },
  );
}
