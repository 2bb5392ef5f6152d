/** What the tests of calls to Bedrock start from: the emulator, the client as the service makes it, and one creation. */
import type { BedrockAgentClient, BedrockAgentClientConfig } from '@aws-sdk/client-bedrock-agent';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createBedrockClient } from '../../src/bedrock/client.ts';
import { type Created, type Creation, createActionGroup } from '../../src/bedrock/create-action-group.ts';
import type { Endpoint } from '../../src/config.ts';
import { type Deadline, deadline } from '../../src/deadline.ts';
import {
  type BedrockEmulator,
  type BedrockEmulatorOptions,
  startBedrockEmulator,
} from '../../src/local/bedrock/server.ts';
import { Problem } from '../../src/problem.ts';

export const token = 'd'.repeat(64);

export interface Bench {
  readonly emulator: BedrockEmulator;
  /** Creates the group `bookings`; a test names what matters to it. */
  create(wanted?: Wanted): Promise<Created>;
  /** The problem that the creation ends with; a success fails the test. */
  problem(wanted?: Wanted): Promise<Problem>;
}

export type Wanted = Partial<Omit<Creation, 'input'>> & {
  readonly input?: Partial<Creation['input']>;
  readonly deadline?: Deadline;
  /** Another Bedrock than the emulator. */
  readonly endpoint?: string;
  readonly credentials?: BedrockAgentClientConfig['credentials'];
};

/** One emulator for a file's tests, and before each test a client that has not used up its retries. */
export function bench(options: BedrockEmulatorOptions = {}): Bench {
  const made = {} as Bench & { emulator: BedrockEmulator };
  let clients: BedrockAgentClient[] = [];
  beforeAll(async () => {
    made.emulator = await startBedrockEmulator(options);
  });
  beforeEach(() => {
    made.emulator.reset();
    for (const client of clients.splice(0)) client.destroy();
  });
  afterAll(async () => {
    for (const client of clients) client.destroy();
    await made.emulator.close();
  });
  made.create = ({ input, deadline: until = deadline(() => 28_000), endpoint = made.emulator.url, ...given } = {}) => {
    const { credentials = { accessKeyId: 'local', secretAccessKey: 'local' }, ...facts } = given;
    const client = createBedrockClient({
      region: 'us-east-1',
      // A provider of credentials is more than a configuration may hold, but it is what the client takes.
      endpoints: { dynamodb: undefined, bedrockAgent: { endpoint, credentials } as Endpoint },
    });
    clients = [...clients, client];
    const group = { agentId: 'AGENT12345', agentVersion: 'DRAFT', actionGroupName: 'bookings', clientToken: token };
    const creation = { decisionId: 'decision-1', repeatable: true, mayBeRepeat: false, ...facts };
    return createActionGroup(client, { ...creation, input: { ...group, ...input } }, until);
  };
  made.problem = (wanted) =>
    made.create(wanted).then(
      ({ group }) => Promise.reject(new Error(`It was created: ${group.actionGroupId}`)),
      (error) => (error instanceof Problem ? error : Promise.reject(error)),
    );
  return made;
}
