import type { BedrockClient } from './client.ts';
import { continueTrace } from './trace.ts';

export interface Metered {
  /** All that is asked of a client here: one that inherited the rest would be slow, and slow the other one down. */
  readonly client: BedrockClient;
  /** Milliseconds that its calls took which have ended, the SDK's own retries and the waits between them included. */
  readonly spentMs: () => number;
}

/**
 * The same client, for one request: its calls are timed apart from those of whoever else uses it, and continue its trace.
 *
 * @param traceparent as the caller sent it
 */
export function metered(client: BedrockClient, traceparent: string | undefined): Metered {
  let spent = 0;
  const send = async (...call: Parameters<typeof client.send>) => {
    continueTrace(call[0], traceparent);
    const startedAtMs = performance.now();
    try {
      return await client.send(...call);
    } finally {
      spent += performance.now() - startedAtMs;
    }
  };
  return { client: { send } as unknown as BedrockClient, spentMs: () => spent };
}
