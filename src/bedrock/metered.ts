import type { BedrockAgentClient } from '@aws-sdk/client-bedrock-agent';

export interface Metered {
  readonly client: BedrockAgentClient;
  /** Milliseconds that its calls took which have ended, the SDK's own retries and the waits between them included. */
  readonly spentMs: () => number;
}

/** The same client, whose calls are timed apart from those of whoever else uses it. */
export function metered(client: BedrockAgentClient): Metered {
  let spent = 0;
  const send = async (...call: Parameters<typeof client.send>) => {
    const startedAtMs = performance.now();
    try {
      return await client.send(...call);
    } finally {
      spent += performance.now() - startedAtMs;
    }
  };
  return { client: Object.assign(Object.create(client), { send }), spentMs: () => spent };
}
