import { describe, expect, test, vi } from 'vitest';
import { type Deadline, deadline } from '../../src/deadline.ts';
import { bench, token } from './bench.ts';

// A delay lasts until the test ends it.
const delayed = Promise.withResolvers<void>();
const bedrock = bench({ sleep: () => delayed.promise });

const operation = 'CreateAgentActionGroup';
const asked = () => bedrock.emulator.requests.map((request) => request.operation);

test('asks once, and answers what Bedrock has made', async () => {
  const { group, requestId, recovered } = await bedrock.create({ input: { description: 'Books a table.' } });
  expect(asked()).toEqual([operation]);
  expect(recovered).toBe(false);
  expect(requestId).toBe(bedrock.emulator.ledger[0]?.requestId);
  expect(group).toMatchObject({
    agentId: 'AGENT12345',
    agentVersion: 'DRAFT',
    actionGroupId: bedrock.emulator.ledger[0]?.actionGroupId,
    actionGroupName: 'bookings',
    actionGroupState: 'ENABLED',
    clientToken: token,
    description: 'Books a table.',
    createdAt: expect.any(Date),
    updatedAt: expect.any(Date),
  });
});

test('sends the derived token with every attempt: the SDK’s own retries cannot create twice', async () => {
  bedrock.emulator.fault({ kind: 'error', when: 'after-commit', operation, times: 2 });
  await bedrock.create();
  expect(asked()).toEqual([operation, operation, operation]);
  expect(bedrock.emulator.ledger.map(({ clientToken }) => clientToken)).toEqual([token]);
});

test('names the decision in the user agent of every call, once, so that CloudTrail’s rows name it', async () => {
  bedrock.emulator.fault({ kind: 'drop', when: 'after-commit', operation, times: 3 });
  await bedrock.create({ decisionId: 'decision-7' });
  expect(asked()).toEqual([operation, operation, operation, 'ListAgentActionGroups', 'GetAgentActionGroup']);
  for (const { userAgent } of bedrock.emulator.requests) {
    expect(userAgent).toMatch(/^aws-sdk-js\/.* portcullis-decision\/decision-7$/);
    expect(userAgent.match(/portcullis/g)).toHaveLength(1);
  }
});

test('finds its group on a later page of the list', async () => {
  bedrock.emulator.configure({ quotas: { actionGroupsPerAgent: 40, enabledActionGroupsPerAgent: 40 } });
  for (let index = 0; index < 25; index += 1) {
    const clientToken = `token-of-another-request-number-${index}`;
    await bedrock.create({ input: { actionGroupName: `other-${index}`, clientToken } });
  }
  bedrock.emulator.fault({ kind: 'drop', when: 'after-commit', operation, times: 3 });
  const { group } = await bedrock.create();
  expect(group.actionGroupId).toBe(bedrock.emulator.ledger.at(-1)?.actionGroupId);
  expect(asked().filter((name) => name === 'ListAgentActionGroups')).toHaveLength(3);
});

test.each([
  ['fails', { kind: 'error', times: 3 }],
  ['is refused', { kind: 'access-denied' }],
  ['says nothing', { kind: 'nonsense', answer: 'empty-object' }],
] as const)('where an answer was lost and the look %s, no later refusal is believed', async (_what, fault) => {
  bedrock.emulator.fault({ kind: 'drop', operation }, { kind: 'quota', operation });
  bedrock.emulator.fault({ ...fault, operation: 'ListAgentActionGroups' });
  expect(await bedrock.problem()).toMatchObject({ code: 'OUTCOME_UNKNOWN', mayHaveCommitted: true });
});

describe('time runs out', () => {
  /** A deadline whose share for the creation ends when the test says so; what comes after it has long enough. */
  function ending() {
    const creation = new AbortController();
    const share = (fraction: number) => (fraction < 0.8 ? creation.signal : AbortSignal.timeout(10_000));
    const until: Deadline = { ...deadline(() => 28_000), share };
    return { until, end: () => creation.abort() };
  }

  const reached = (condition: () => boolean) => vi.waitUntil(condition, { interval: 5, timeout: 10_000 });
  const received = () => bedrock.emulator.requests.length === 1;
  const committed = () => bedrock.emulator.ledger.length === 1;

  test('while Bedrock hangs before the commit: 504, and it may still be made', async () => {
    bedrock.emulator.fault({ kind: 'hang', operation });
    const { until, end } = ending();
    const problem = bedrock.problem({ deadline: until });
    await reached(received);
    end();
    expect(await problem).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true, mayHaveCommitted: true });
  });

  test('while Bedrock hangs after the commit: the group is found', async () => {
    bedrock.emulator.fault({ kind: 'hang', when: 'after-commit', operation });
    const { until, end } = ending();
    const created = bedrock.create({ deadline: until });
    await reached(committed);
    end();
    expect(await created).toMatchObject({
      recovered: true,
      group: { actionGroupId: bedrock.emulator.ledger[0]?.actionGroupId },
    });
  });

  test('while every call hangs: 504', async () => {
    bedrock.emulator.fault({ kind: 'hang', times: 9 });
    expect((await bedrock.problem({ deadline: deadline(() => 200) })).code).toBe('OUTCOME_UNKNOWN');
  });

  test('because the Lambda is cut off: 504 at once, however much there was', async () => {
    const cutOff = new AbortController();
    bedrock.emulator.fault({ kind: 'hang', times: 9 });
    const problem = bedrock.problem({ deadline: deadline(() => 28_000, cutOff.signal) });
    await reached(received);
    cutOff.abort();
    expect(await problem).toMatchObject({ code: 'OUTCOME_UNKNOWN', mayHaveCommitted: true });
    expect(asked()).toEqual([operation]);
  });

  test('while a commit is late: the repeat with the same token finds the group, and makes no other', async () => {
    bedrock.emulator.fault({ kind: 'delay', delayMs: 1, operation });
    const { until, end } = ending();
    const problem = bedrock.problem({ deadline: until });
    await reached(received);
    end();
    expect((await problem).code).toBe('OUTCOME_UNKNOWN');
    expect(bedrock.emulator.ledger).toEqual([]);
    delayed.resolve();
    await reached(committed);
    const { group } = await bedrock.create({ mayBeRepeat: true });
    expect(bedrock.emulator.ledger.map(({ actionGroupId }) => actionGroupId)).toEqual([group.actionGroupId]);
  });
});
