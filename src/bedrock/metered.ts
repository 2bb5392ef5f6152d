import type { BedrockClient } from './client.ts';
import { continuing } from './trace.ts';

export interface Metered {
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
  const sendWatched: BedrockClient['sendWatched'] = async (command, watch, options) => {
    const startedAtMs = performance.now();
    try {
      return await client.sendWatched(command, continuing(traceparent, watch), options);
    } finally {
      spent += performance.now() - startedAtMs;
    }
  };
  return { client: { sendWatched }, spentMs: () => spent };
}
