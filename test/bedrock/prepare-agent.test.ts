import { type Agent, CreateAgentActionGroupCommand, type GetAgentCommandOutput } from '@aws-sdk/client-bedrock-agent';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { contendForLease } from '../../src/bedrock/agent-lease.ts';
import { type PrepareRequest, preparationAfterChange, prepareAgent } from '../../src/bedrock/prepare-agent.ts';
import type { Clock } from '../../src/deadline.ts';
import type { Fault } from '../../src/local/bedrock/faults.ts';
import type { BedrockEmulator } from '../../src/local/bedrock/server.ts';
import { agentId, bench, clientOf, creation } from '../local/bedrock/support.ts';
import { onceTable } from '../support/once-table.ts';
import { meanwhile, type VirtualTime, virtualTime } from '../support/virtual-time.ts';

const CALL_MS = 28_000;
const agent = { account: '111122223333', region: 'us-east-1', agentId };

let time: VirtualTime = virtualTime();
beforeEach(() => {
  time = virtualTime();
});
// Bedrock's clock and ours pass together.
const on = bench({ now: () => time.epochMs(), settings: { prepareMs: 2_000 } });
const table = onceTable();

const request = (overrides: Partial<PrepareRequest> = {}): PrepareRequest => {
  return { ...agent, decisionId: 'decision-1', wait: true, ...overrides };
};
const prepare = (overrides?: Partial<PrepareRequest>, clock: Clock = time) =>
  prepareAgent(on.client, table, request(overrides), time.deadline(CALL_MS), clock);
const afterChange = (overrides?: Partial<PrepareRequest>, clock: Clock = time) =>
  preparationAfterChange(on.client, table, request(overrides), time.deadline(CALL_MS), clock);

/** Adds a group, and tells when Bedrock made it. A millisecond passes, so that nothing else has the same time. */
async function change(actionGroupName = 'bookings'): Promise<Date> {
  const command = new CreateAgentActionGroupCommand(creation({ actionGroupName }));
  const { agentActionGroup } = await on.client.send(command);
  time.pass(1);
  return agentActionGroup!.updatedAt!;
}
/** A client whose looks at the agent are altered on the way, by how many there were before: Bedrock read too early. */
function looking(alter: (agent: Agent, index: number) => Agent) {
  const client = clientOf(on.emulator.url);
  let looks = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args);
        if (commandName !== 'GetAgentCommand') return answer;
        const output = answer.output as GetAgentCommandOutput;
        looks += 1;
        return { ...answer, output: { ...output, agent: alter(output.agent!, looks - 1) } };
      },
    { step: 'initialize' },
  );
  return client;
}

const preparesOf = ({ ledger }: BedrockEmulator) => ledger.filter(({ operation }) => operation === 'PrepareAgent');
const prepares = () => preparesOf(on.emulator).length;
const busyElsewhere = () => contendForLease(table, agent, 'prepare', 'another', time.deadline(CALL_MS), time)();

describe('prepares', () => {
  test('and waits for the end, after a moment for the changes of others', async () => {
    const changedAt = await change();
    const landing = meanwhile(time, (count) => (count === 0 ? change('travel') : undefined));
    expect(await prepare({ changedAt }, landing)).toMatchObject({
      status: 'PREPARED',
      agentVersion: 'DRAFT',
      preparedAt: expect.any(Date),
      requestId: preparesOf(on.emulator)[0]?.requestId,
    });
    expect(on.emulator.ledger.map(({ operation }) => operation)).toEqual([
      'CreateAgentActionGroup',
      'CreateAgentActionGroup',
      'PrepareAgent',
    ]);
    expect(time.sleeps[0]).toBeGreaterThanOrEqual(200);
    expect(time.sleeps[0]).toBeLessThan(400);
  });

  test('and answers at once when nobody waits for the end', async () => {
    expect(await prepare({ changedAt: await change(), wait: false })).toMatchObject({ status: 'PREPARING' });
    expect(time.sleeps).toHaveLength(1);
    expect(prepares()).toBe(1);
  });

  test('and tells why Bedrock could not', async () => {
    on.emulator.agents.failNextPrepare(agentId, 'The role cannot be assumed.');
    const failed = { status: 'FAILED', failureReasons: ['The role cannot be assumed.'] };
    expect(await prepare({ changedAt: await change() })).toMatchObject(failed);
    expect(prepares()).toBe(1);
  });

  test('and believes its own prepare, even if Bedrock dates it before the change', async () => {
    const changedAt = new Date((await change()).getTime() + 60_000);
    expect(await prepare({ changedAt })).toMatchObject({ status: 'PREPARED' });
    expect(prepares()).toBe(1);
  });

  test('only while it has the lease', async () => {
    let other: Awaited<ReturnType<typeof busyElsewhere>>;
    const losing = meanwhile(time, async (count) => {
      if (count === 0) {
        await table.forget();
        other = await busyElsewhere();
      } else if (count === 1) {
        expect(prepares()).toBe(0);
        await other?.release();
      }
    });
    expect(await prepare({}, losing)).toMatchObject({ status: 'PREPARED' });
    expect(prepares()).toBe(1);
  });

  test('again after an earlier failure', async () => {
    on.emulator.agents.failNextPrepare(agentId, 'The role cannot be assumed.');
    await prepare();
    expect(await prepare()).toMatchObject({ status: 'PREPARED' });
  });

  test('with every call naming the decision, and leaves no lease behind', async () => {
    await prepare({ decisionId: 'decision-7' });
    expect(on.emulator.requests.length).toBeGreaterThan(3);
    for (const { userAgent } of on.emulator.requests) expect(userAgent).toContain('portcullis-decision/decision-7');
    expect(await table.records()).toEqual([]);
  });
});

describe('another prepare serves', () => {
  test.each([
    ['under way since the change', true, 'PREPARED'],
    ['under way, and nobody waits for its end', false, 'PREPARING'],
  ] as const)('%s', async (_name, wait, status) => {
    const changedAt = await change();
    await prepare({ wait: false });
    expect(await prepare({ changedAt, wait })).toMatchObject({ status, requestId: undefined });
    expect(prepares()).toBe(1);
  });

  test('under way when nobody knows of a change', async () => {
    await prepare({ wait: false });
    expect(await prepare()).toMatchObject({ status: 'PREPARED', requestId: undefined });
    expect(prepares()).toBe(1);
  });

  test('that ended since the change', async () => {
    const changedAt = await change();
    await prepare();
    expect(await prepare({ changedAt })).toMatchObject({ status: 'PREPARED', requestId: undefined });
    expect(prepares()).toBe(1);
  });

  test('that is seen to fail', async () => {
    const changedAt = await change();
    on.emulator.agents.failNextPrepare(agentId, 'The role cannot be assumed.');
    await prepare({ wait: false });
    expect(await prepare({ changedAt })).toMatchObject({ status: 'FAILED' });
    expect(prepares()).toBe(1);
  });

  test.each([
    ['that started while this call looked on', undefined],
    ['that started while this call looked on for its change', 'changed'],
  ])('%s', async (_name, changed) => {
    const changedAt = changed && (await change());
    const lease = await busyElsewhere();
    const watching = meanwhile(time, async (count) => {
      if (count !== 1) return;
      on.emulator.agents.setStatus(agentId, 'PREPARED');
      await lease?.release();
    });
    expect(await prepare(changedAt ? { changedAt } : {}, watching)).toMatchObject({ status: 'PREPARED' });
    expect(prepares()).toBe(0);
  });

  test('although others changed the agent again before this call looked', async () => {
    const changedAt = await change();
    await prepare({ wait: false });
    const watching = meanwhile(time, async (count) => {
      // The prepare that was seen under way ends, and the next change lands.
      if (count !== 2) return;
      time.pass(2_000);
      await change('travel');
    });
    expect(await prepare({ changedAt }, watching)).toMatchObject({ status: 'PREPARED' });
    expect(prepares()).toBe(1);
  });
});

describe('another prepare does not serve', () => {
  test('that ended before the change, although the agent still shows PREPARED', async () => {
    await prepare();
    const changedAt = await change();
    const client = looking((agent, index) => (index < 2 ? { ...agent, agentStatus: 'PREPARED' } : agent));
    const preparation = await prepareAgent(client, table, request({ changedAt }), time.deadline(CALL_MS), time);
    expect(preparation).toMatchObject({ status: 'PREPARED', requestId: expect.any(String) });
    expect(prepares()).toBe(2);
  });

  test('when the agent says PREPARED and nothing tells since when', async () => {
    await prepare();
    await prepare();
    expect(prepares()).toBe(2);
  });

  test('whose owner died before it started one', async () => {
    const changedAt = await change();
    await busyElsewhere();
    expect(await prepare({ changedAt })).toMatchObject({ status: 'PREPARED' });
    expect(prepares()).toBe(1);
  });

  test('that this call started, until the agent is seen to have moved', async () => {
    await prepare();
    const changedAt = await change();
    let before: Agent | undefined;
    const client = looking((agent, index) => {
      if (index === 1) before = { ...agent, agentStatus: 'PREPARED' };
      return 1 <= index && index < 10 ? before! : agent;
    });
    const preparation = await prepareAgent(client, table, request({ changedAt }), time.deadline(CALL_MS), time);
    expect(preparation.status).toBe('PREPARED');
    expect(preparation.preparedAt?.getTime()).toBeGreaterThan(changedAt.getTime());
    expect(prepares()).toBe(2);
  });

  test('that was overtaken by another change, when it may have failed', async () => {
    const changedAt = await change();
    on.emulator.agents.failNextPrepare(agentId, 'The role cannot be assumed.');
    await prepare({ wait: false });
    const overtaken = meanwhile(time, async (count) => {
      if (count !== 2) return;
      time.pass(2_000);
      await change('travel');
    });
    // Should Bedrock date a prepare that failed, the date proves nothing.
    const client = looking((agent) =>
      agent.failureReasons ? { ...agent, preparedAt: new Date(time.epochMs()) } : agent,
    );
    const wanted = request({ changedAt });
    const preparation = await prepareAgent(client, table, wanted, time.deadline(CALL_MS), overtaken);
    expect(preparation).toMatchObject({ status: 'PREPARED' });
    expect(prepares()).toBe(2);
  });
});

describe('the time runs out', () => {
  test('while the agent is being prepared: PREPARING, and no error', async () => {
    on.emulator.configure({ prepareMs: null });
    expect(await prepare({ changedAt: await change() })).toMatchObject({ status: 'PREPARING' });
    expect(time.elapsedMs()).toBeCloseTo(CALL_MS * 0.85, -1);
    expect(prepares()).toBe(1);
  });

  test('while another never ends: PREPARING, and no reasons', async () => {
    const changedAt = await change();
    on.emulator.agents.setStatus(agentId, 'PREPARING');
    const preparation = await afterChange({ changedAt });
    expect(preparation).toMatchObject({ status: 'PREPARING', failureReasons: undefined });
  });

  test('while the agent is busy otherwise: what it is busy with', async () => {
    on.emulator.agents.setStatus(agentId, 'VERSIONING');
    expect(await prepare()).toMatchObject({ status: 'VERSIONING' });
    expect(prepares()).toBe(0);
  });

  test('before it could be started: not an old PREPARED, but NOT_PREPARED', async () => {
    await prepare();
    on.emulator.fault({ kind: 'throttle', operation: 'PrepareAgent', times: 1_000 });
    expect(await prepare()).toMatchObject({ status: 'NOT_PREPARED' });
    expect(await afterChange()).toMatchObject({
      status: 'NOT_PREPARED',
      failureReasons: ['The time ran out before the agent could be prepared. Prepare it again.'],
    });
    on.emulator.clearFaults();
  });

  test('after an old look showed it being prepared: NOT_PREPARED', async () => {
    const changedAt = await change();
    on.emulator.fault({ kind: 'throttle', operation: 'PrepareAgent', times: 1_000 });
    const client = looking((agent, index) => (index === 0 ? { ...agent, agentStatus: 'PREPARING' } : agent));
    const preparation = await prepareAgent(client, table, request({ changedAt }), time.deadline(CALL_MS), time);
    expect(preparation).toMatchObject({ status: 'NOT_PREPARED' });
  });
});

describe('the time runs out while Bedrock does not answer', () => {
  const GATHERING = 0;
  const FIRST_PAUSE = 1;

  test.each([
    ['to the first look: there is nothing to tell', 'GetAgent', undefined, { reason: { code: 'OUTCOME_UNKNOWN' } }],
    ['to the start: not prepared', 'PrepareAgent', GATHERING, { value: { status: 'NOT_PREPARED' } }],
    ['to a look after the start: under way', 'GetAgent', FIRST_PAUSE, { value: { status: 'PREPARING' } }],
  ] as const)('%s', async (_name, operation, duringSleep, expected) => {
    const hang = () => on.emulator.fault({ kind: 'hang', operation });
    if (duringSleep === undefined) hang();
    const preparing = prepare(
      {},
      meanwhile(time, (count) => count === duringSleep && hang()),
    );
    const ending = vi.waitFor(() => expect(on.emulator.requests.at(-1)).toMatchObject({ operation, fault: 'hang' }));
    const [outcome] = await Promise.allSettled([preparing, ending.then(() => time.pass(CALL_MS))]);
    expect(outcome).toMatchObject(expected);
  });

  test('to the start, after a change: nobody says that nothing was begun', async () => {
    const hang = () => on.emulator.fault({ kind: 'hang', operation: 'PrepareAgent', when: 'after-commit' });
    const preparing = afterChange(
      {},
      meanwhile(time, (count) => count === GATHERING && hang()),
    );
    await vi.waitFor(() => expect(on.emulator.requests.at(-1)).toMatchObject({ operation: 'PrepareAgent' }));
    expect(prepares()).toBe(1);
    time.pass(CALL_MS);
    expect(await preparing).toMatchObject({
      status: 'NOT_PREPARED',
      failureReasons: [expect.stringContaining('it may be running')],
      problem: { code: 'OUTCOME_UNKNOWN', mayHaveCommitted: true },
    });
  });
});

describe('Bedrock hiccups', () => {
  const faults: [string, Fault][] = [
    ['throttles the start', { kind: 'throttle', operation: 'PrepareAgent', times: 3 }],
    ['throttles the looks', { kind: 'throttle', operation: 'GetAgent', times: 3 }],
  ];

  test.each(faults)('%s: it is waited out', async (_name, fault) => {
    on.emulator.fault(fault);
    expect(await prepare()).toMatchObject({ status: 'PREPARED' });
    expect(on.emulator.faults()).toEqual([]);
    expect(prepares()).toBe(1);
  });

  test('once a prepare is under way: the wait goes on', async () => {
    const failing = meanwhile(time, (count) => {
      if (count === 1) on.emulator.fault({ kind: 'error', operation: 'GetAgent', times: 2 });
    });
    expect(await prepare({}, failing)).toMatchObject({ status: 'PREPARED' });
    expect(on.emulator.faults()).toEqual([]);
  });

  test('is busy with a prepare that nobody here started: that one serves', async () => {
    const changedAt = await change();
    const elsewhere = meanwhile(time, () => on.emulator.agents.setStatus(agentId, 'PREPARING'));
    // The last look before the start is from before that.
    const client = looking((agent, index) => (index < 2 ? { ...agent, agentStatus: 'NOT_PREPARED' } : agent));
    const wanted = request({ changedAt, wait: false });
    const preparation = await prepareAgent(client, table, wanted, time.deadline(CALL_MS), elsewhere);
    expect(preparation).toMatchObject({ status: 'PREPARING', requestId: undefined });
    expect(prepares()).toBe(0);
  });
});

describe('what a prepare throws, and a change is told instead', () => {
  const refused =
    "Bedrock refuses this service's own role; your request is not at fault. Tell the service's operators.";
  const again = 'Bedrock gave no usable answer. Preparing an agent again does no harm: send the same request again.';
  const custom = { kind: 'custom', status: 400, type: 'ValidationException', message: 'The model is gone.' } as const;
  const problems: [string, Fault | undefined, string, string][] = [
    ['an agent that is unknown', undefined, 'NOT_FOUND', 'Bedrock knows no such agent'],
    ['a role that may not look', { kind: 'access-denied', operation: 'GetAgent' }, 'UPSTREAM_REFUSED_ROLE', refused],
    [
      'a role that may not prepare',
      { kind: 'access-denied', operation: 'PrepareAgent' },
      'UPSTREAM_REFUSED_ROLE',
      refused,
    ],
    ['a refusal', { ...custom, operation: 'PrepareAgent' }, 'UPSTREAM_INVALID', 'The model is gone.'],
    ['a failure', { kind: 'error', operation: 'PrepareAgent' }, 'UPSTREAM_FAILED', again],
    ['a lost answer', { kind: 'drop', operation: 'GetAgent' }, 'OUTCOME_UNKNOWN', again],
    ['an empty look', { kind: 'nonsense', answer: 'empty-object', operation: 'GetAgent' }, 'OUTCOME_UNKNOWN', again],
    [
      'an empty start',
      { kind: 'nonsense', answer: 'empty-object', operation: 'PrepareAgent' },
      'OUTCOME_UNKNOWN',
      again,
    ],
  ];

  test.each(problems)('%s', async (_name, fault, code, words) => {
    const of = fault === undefined ? { agentId: 'UNKNOWN123' } : {};
    if (fault) on.emulator.fault(fault);
    await expect(prepare(of)).rejects.toMatchObject({ code, detail: expect.stringContaining(words) });
    if (fault) on.emulator.fault(fault);
    expect(await afterChange(of)).toMatchObject({
      status: 'NOT_PREPARED',
      failureReasons: [expect.stringContaining(words)],
      problem: { code },
    });
    expect(await table.records()).toEqual([]);
  });
});

describe('the store fails', () => {
  test('before the lease: the agent is prepared without, and the store is not asked again', async () => {
    on.emulator.fault({ kind: 'throttle', operation: 'PrepareAgent' });
    table.proxy.fault({ do: 'error', times: 3 });
    expect(await prepare()).toMatchObject({ status: 'PREPARED' });
    expect(prepares()).toBe(1);
    expect(table.proxy.calls).toHaveLength(3);
  });

  test('after the lease was taken: the agent is prepared nevertheless', async () => {
    table.proxy.fault({ operation: 'UpdateItem', do: 'error', times: 3 });
    expect(await prepare()).toMatchObject({ status: 'PREPARED' });
    expect(prepares()).toBe(1);
  });
});
