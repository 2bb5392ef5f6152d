import { randomBytes } from 'node:crypto';
import type { BedrockAgentClient } from '@aws-sdk/client-bedrock-agent';

/** W3C Trace Context: version, trace id, parent id, flags. All zeros name nothing. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;

type Command = Parameters<BedrockAgentClient['send']>[0];

/**
 * Has the call to Bedrock carry the caller's trace on, under a parent id of its own. What is no `traceparent` is not continued.
 *
 * @see https://www.w3.org/TR/trace-context/
 */
export function continueTrace(command: Command, traceparent: string | undefined): void {
  const [, traceId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined) return;
  const next = `00-${traceId}-${randomBytes(8).toString('hex')}-${flags}`;
  command.middlewareStack.add(
    (send) => (args) => {
      (args.request as { headers: Record<string, string> }).headers.traceparent = next;
      return send(args);
    },
    { step: 'build', name: 'traceparent', override: true },
  );
}
