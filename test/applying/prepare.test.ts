/** A prepare that is asked for, and cannot begin before the time runs out. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test, vi } from 'vitest';
import { assertBegun } from '../../src/applying/prepare.ts';
import { prepareAgent } from '../../src/bedrock/prepare-agent.ts';
import { agentId, bench } from '../local/bedrock/support.ts';
import { virtualTime } from '../support/virtual-time.ts';

const on = bench();
const place = { account: '111122223333', region: 'us-east-1', agentId };
/** The lease only saves prepares: without a store they go on. */
const table = {
  name: 'none',
  client: { send: () => Promise.reject(new Error('no store')) } as unknown as DynamoDBClient,
};
const CALL_MS = 28_000;

async function prepare(time = virtualTime()) {
  const request = { ...place, decisionId: 'decision', wait: false };
  const preparation = await prepareAgent(on.client, table, request, time.deadline(CALL_MS), time);
  assertBegun(preparation);
  return preparation;
}

test.each([
  ['others change the agent all the time', () => on.emulator.agents.setStatus(agentId, 'UPDATING'), 'AGENT_BUSY'],
  [
    'Bedrock throttles all the time',
    () => on.emulator.fault({ kind: 'throttle', operation: 'PrepareAgent', times: 1_000 }),
    'UPSTREAM_THROTTLED',
  ],
])('is a failure that says why: %s', async (_name, happens, code) => {
  happens();
  await expect(prepare()).rejects.toMatchObject({ code, retryable: true, retryAfterSeconds: expect.any(Number) });
  expect(on.emulator.ledger).toEqual([]);
});

test('is a success where it began', async () => {
  expect(await prepare()).toMatchObject({ status: 'PREPARING' });
});

test('is nobody knows what where the time ran out on a prepare that was sent', async () => {
  const time = virtualTime();
  on.emulator.fault({ kind: 'hang', operation: 'PrepareAgent', when: 'after-commit' });
  const preparing = prepare(time);
  const ended = expect(preparing).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN', mayHaveCommitted: true });
  await vi.waitFor(() => expect(on.emulator.ledger).toMatchObject([{ operation: 'PrepareAgent' }]));
  time.pass(CALL_MS);
  await ended;
});
