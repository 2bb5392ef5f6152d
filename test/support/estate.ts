/** An account full of agents for a scan: in Bedrock's emulator, on a time that a test lets pass, with a policy in a file. */
import { type BedrockAgentClient, CreateAgentActionGroupCommand } from '@aws-sdk/client-bedrock-agent';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, vi } from 'vitest';
import { type BedrockEmulator, startBedrockEmulator } from '../../src/local/bedrock/server.ts';
import { ensureTable, PROVENANCE_KEY, startDynamoDb } from '../../src/local/dynamodb.ts';
import { addProvenance, type ProvenanceTable } from '../../src/provenance/store.ts';
import { clientOf } from '../local/bedrock/support.ts';
import { documentWith, PREFIX, team } from '../policy/policies.ts';
import { type VirtualTime, virtualTime } from './virtual-time.ts';

export interface Estate {
  readonly bedrock: BedrockEmulator;
  readonly table: ProvenanceTable;
  /** Of the emulator, and of whoever is given it. */
  readonly time: VirtualTime;
  /** The environment of a command that looks at it. */
  readonly env: Record<string, string>;
  /** Called with the number of requests that Bedrock has had, on each. */
  onRequest: (count: number) => void;
  /** Makes a group round the service. */
  make(agentId: string, members?: Record<string, unknown>): Promise<{ id: string; updatedAt: Date }>;
  /** What the service would have kept of a write. */
  remember(agentId: string, group: { id: string; updatedAt: Date }, team?: string): Promise<void>;
}

export const LAMBDA = `${PREFIX}book`;
export const FOREIGN_LAMBDA = 'arn:aws:lambda:us-east-1:999922223333:function:anything';

export function agentIdOf(number: number): string {
  return `AGENT${String(number).padStart(5, '0')}`;
}

/** The document of the tests: team payments manages AGENT00000 alone, team platform every agent. */
export function policyOf(changes: Record<string, unknown> = {}): unknown {
  return documentWith({
    rules: {
      'signature-is-allowed': { allow: ['AMAZON.UserInput'] },
      'lambda-arn-has-required-prefix': { prefixes: [PREFIX] },
    },
    teams: {
      payments: team({ agents: [agentIdOf(0)] }),
      platform: team({ principals: ['arn:aws:iam::111122223333:role/platform-*'], agents: ['*'] }),
    },
    ...changes,
  });
}

/** One for a file's tests; before each there is no agent. */
export function estate(): Estate {
  const made = { onRequest: () => {} } as unknown as { -readonly [K in keyof Estate]: Estate[K] };
  let client: BedrockAgentClient;
  const closing: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const dynamodb = await startDynamoDb();
    const endpoint = { endpoint: dynamodb.url, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
    const store = new DynamoDBClient({ region: 'us-east-1', ...endpoint });
    const now = () => {
      made.onRequest(made.bedrock?.requests.length ?? 0);
      return made.time.epochMs();
    };
    made.time = virtualTime();
    made.bedrock = await startBedrockEmulator({ agentIds: [], now });
    made.table = { client: store, name: 'portcullis-provenance' };
    await ensureTable(store, made.table.name, PROVENANCE_KEY);
    await ensureTable(store, 'portcullis-idempotency');
    made.env = {
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
      AWS_ENDPOINT_URL_BEDROCK_AGENT: made.bedrock.url,
      PROVENANCE_TABLE: made.table.name,
    };
    client = clientOf(made.bedrock.url);
    closing.push(made.bedrock.close, async () => store.destroy(), dynamodb.close);
  });
  beforeEach(() => {
    // The SDK looks for them in the process's own environment.
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
    made.bedrock.reset();
    made.onRequest = () => {};
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    client.destroy();
    for (const close of closing) await close();
  });

  made.make = async (agentId, members = {}) => {
    const input = { agentId, agentVersion: 'DRAFT', actionGroupName: 'bookings', ...members };
    const { agentActionGroup } = await client.send(new CreateAgentActionGroupCommand(input));
    return { id: agentActionGroup!.actionGroupId!, updatedAt: agentActionGroup!.updatedAt! };
  };
  made.remember = async (agentId, { id, updatedAt }, by = 'platform') => {
    const at = updatedAt.toISOString();
    const written = {
      operation: 'CreateAgentActionGroup',
      at,
      by: { principal: `arn:aws:sts::111122223333:assumed-role/${by}-ci/build-1`, session: 'build-1', team: by },
      decisionId: `decision of ${id}`,
      policy: { revision: '1', digest: 'd' },
      actionGroupName: 'bookings',
      updatedAt: at,
    };
    await addProvenance(made.table, { agentId, actionGroupId: id, written }, AbortSignal.timeout(5_000));
  };
  return made;
}
