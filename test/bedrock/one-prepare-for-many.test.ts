/** Ten Lambdas, one agent: each a process of its own, with nothing in common but DynamoDB and Bedrock. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type BedrockEmulator, startBedrockEmulator } from '../../src/local/bedrock/server.ts';
import { PUBLISHED_RATE_LIMITS } from '../../src/local/bedrock/settings.ts';
import { startWorker, type Worked, type Worker } from '../support/create-and-prepare.ts';
import { onceTable } from '../support/once-table.ts';

const LAMBDAS = 10;
const agentId = 'AGENT12345';

const table = onceTable();
let bedrock: BedrockEmulator;
let workers: Worker[] = [];

beforeAll(async () => {
  bedrock = await startBedrockEmulator();
});
beforeEach(async () => {
  bedrock.reset();
  const endpoints = { dynamodb: table.proxy.url, bedrock: bedrock.url, table: table.name };
  workers = await Promise.all(Array.from({ length: LAMBDAS }, () => startWorker(endpoints)));
  return async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
  };
}, 60_000);
afterAll(() => bedrock.close());

/** Each of them makes a group of its own, at once. */
const workTogether = (some: Worker[], from = 0): Promise<Worked[]> =>
  Promise.all(some.map((worker, index) => worker.work({ agentId, name: `group-${from + index}`, callMs: 28_000 })));

const committed = (operation: string) => bedrock.ledger.filter((entry) => entry.operation === operation);

/** Every group was made and is live, and the prepares were shared. */
async function expectAllLive(worked: Worked[]): Promise<void> {
  const statuses = worked.map((one) => ('error' in one ? one.error : one.preparation.status));
  expect(statuses).toEqual(workers.map(() => 'PREPARED'));
  const names = committed('CreateAgentActionGroup').map(({ name }) => name);
  expect(names.toSorted()).toEqual(workers.map((_, index) => `group-${index}`));
  expect(committed('PrepareAgent').length).toBeLessThan(LAMBDAS);
  // The last prepare came after the last group.
  expect(bedrock.ledger.at(-1)?.operation).toBe('PrepareAgent');
  expect(await table.records()).toEqual([]);
}

test('ten groups made at once are all made and all live, with fewer prepares than groups', async () => {
  bedrock.configure({ prepareMs: 100, rateLimits: PUBLISHED_RATE_LIMITS });
  await expectAllLive(await workTogether(workers));
}, 60_000);

test('so are groups that come while the agent is being prepared for the others', async () => {
  bedrock.configure({ prepareMs: 1_000, rateLimits: PUBLISHED_RATE_LIMITS });
  const early = workTogether(workers.slice(0, 5));
  await vi.waitFor(() => expect(committed('PrepareAgent')).toHaveLength(1), { timeout: 30_000, interval: 10 });
  const late = await workTogether(workers.slice(5), 5);
  await expectAllLive([...(await early), ...late]);
}, 60_000);
