/** A prepare that is asked for, and cannot begin before the time runs out. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { prepareAgent } from '../src/bedrock/prepare-agent.ts';
import { begun } from '../src/preparing.ts';
import { Problem } from '../src/problem.ts';
import type { Decision, Request, Stages } from '../src/provisioning.ts';
import { agentId, bench } from './local/bedrock/support.ts';
import { virtualTime } from './support/virtual-time.ts';

const on = bench();
const place = { account: '111122223333', region: 'us-east-1', agentId };
/** The lease only saves prepares: without a store they go on. */
const table = {
  name: 'none',
  client: { send: () => Promise.reject(new Error('no store')) } as unknown as DynamoDBClient,
};

const prepare = () => {
  const time = virtualTime();
  const apply = async () => ({
    result: await prepareAgent(
      on.client,
      table,
      { ...place, decisionId: 'decision', wait: false },
      time.deadline(28_000),
      time,
    ),
  });
  const stages = begun({ apply } as unknown as Stages<Request<'PrepareAgent'>>);
  return stages.apply({} as Request<'PrepareAgent'>, {} as Decision);
};

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
  expect(await prepare()).toMatchObject({ result: { status: 'PREPARING' } });
});

test('is nobody knows what where the time ran out on a prepare that was sent', async () => {
  const lost = new Problem('OUTCOME_UNKNOWN', { mayHaveCommitted: true });
  const apply = async () => ({ result: { status: 'NOT_PREPARED', problem: lost } });
  const stages = begun({ apply } as unknown as Stages<Request<'PrepareAgent'>>);
  await expect(stages.apply({} as Request<'PrepareAgent'>, {} as Decision)).rejects.toBe(lost);
});
