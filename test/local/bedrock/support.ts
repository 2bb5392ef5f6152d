/** What every test of the emulator starts from: an emulator on a clock that a test moves, and a real SDK client. */
import { BedrockAgentClient, type CreateAgentActionGroupCommandInput } from '@aws-sdk/client-bedrock-agent';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { BedrockClient } from '../../../src/bedrock/client.ts';
import {
  type BedrockEmulator,
  type BedrockEmulatorOptions,
  startBedrockEmulator,
} from '../../../src/local/bedrock/server.ts';
import { withMiddlewareOnce } from '../../../src/sdk/middleware-once.ts';

export const agentId = 'AGENT12345';
export const draft = { agentId, agentVersion: 'DRAFT' } as const;
export const token = 'a'.repeat(36);

/** 2026-01-01T00:00:00Z */
const START = Date.UTC(2026, 0, 1);

export interface Bench {
  readonly emulator: BedrockEmulator;
  readonly client: BedrockAgentClient & BedrockClient;
  readonly clock: { now: number };
}

/** One emulator for a file's tests, reset before each; fault delays pass at once, by moving the clock. */
export function bench(options: BedrockEmulatorOptions = {}): Bench {
  const clock = { now: START };
  const made = { clock } as {
    emulator: BedrockEmulator;
    client: BedrockAgentClient & BedrockClient;
    clock: { now: number };
  };
  beforeAll(async () => {
    const sleep = async (ms: number) => {
      clock.now += ms;
    };
    made.emulator = await startBedrockEmulator({ now: () => clock.now, sleep, ...options });
    made.client = clientOf(made.emulator.url);
  });
  beforeEach(() => {
    clock.now = START;
    made.emulator.reset();
  });
  afterAll(async () => {
    made.client.destroy();
    await made.emulator.close();
  });
  return made;
}

/** One attempt, so that a test counts requests and not the SDK's patience. */
export function clientOf(endpoint: string): BedrockAgentClient & BedrockClient {
  const client = new BedrockAgentClient({
    endpoint,
    region: 'us-east-1',
    maxAttempts: 1,
    requestHandler: { throwOnRequestTimeout: true },
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  });
  return withMiddlewareOnce(client);
}

/** A boring valid request; a row says only what matters to it. */
export function creation(
  overrides: Partial<CreateAgentActionGroupCommandInput> = {},
): CreateAgentActionGroupCommandInput {
  return { ...draft, actionGroupName: 'bookings', ...overrides };
}

/** What the client throws; a success is a failure of the test. */
export async function thrown(promise: Promise<unknown>): Promise<Error & { $metadata?: { httpStatusCode?: number } }> {
  return promise.then(
    () => {
      throw new Error('The call succeeded.');
    },
    (error) => error,
  );
}
