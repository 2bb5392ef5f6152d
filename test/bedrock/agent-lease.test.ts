import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type AgentLease, acquireLease, contendForLease, LEASE_MS } from '../../src/bedrock/agent-lease.ts';
import { type Clock, machineClock } from '../../src/deadline.ts';
import { onceTable } from '../support/once-table.ts';
import { meanwhile, type VirtualTime, virtualTime } from '../support/virtual-time.ts';

const table = onceTable();

const agent = { account: '111122223333', region: 'us-east-1', agentId: 'AGENT12345' };
const CALL_MS = 28_000;
const FIVE_MINUTES = 5 * 60_000;

const contender = (owner: string, time: VirtualTime, of = agent) =>
  contendForLease(table, of, 'write', owner, time.deadline(CALL_MS), time);
const acquire = (owner: string, time: VirtualTime, clock: Clock = time) =>
  acquireLease(table, agent, 'write', owner, time.deadline(CALL_MS), clock);
const taken = async (attempt: Promise<AgentLease | undefined>) => {
  const lease = await attempt;
  if (lease === undefined) throw new Error('Another has the lease.');
  return lease;
};

describe('one owner at a time', () => {
  test('of many contenders, whatever the order in which they come', async () => {
    // Nobody is ever thought dead here: the elapsed time stands still.
    const clock = {
      ...machineClock,
      elapsedMs: () => 0,
      sleep: async (_ms: number, signal: AbortSignal) => {
        await sleep(Math.random() * 3);
        return !signal.aborted;
      },
    };
    const { deadline } = virtualTime();
    const inside = new Set<string>();
    const ledger: string[] = [];
    const contend = async (owner: string) => {
      for (let turn = 0; turn < 3; turn += 1) {
        const lease = await acquireLease(table, agent, 'write', owner, deadline(CALL_MS), clock);
        inside.add(owner);
        ledger.push(owner);
        await lease.renew();
        await sleep(1);
        expect([...inside]).toEqual([owner]);
        inside.delete(owner);
        await lease.release();
      }
    };
    const owners = Array.from({ length: 8 }, (_, index) => `owner-${index}`);
    await Promise.all(owners.map(contend));
    expect(ledger.toSorted()).toEqual(owners.flatMap((owner) => [owner, owner, owner]).toSorted());
    expect(await table.records()).toEqual([]);
  });

  test.each([
    ['another purpose', { ...agent }, 'prepare'],
    ['another agent', { ...agent, agentId: 'AGENT00002' }, 'write'],
    ['another region', { ...agent, region: 'eu-west-1' }, 'write'],
    ['another account', { ...agent, account: '444455556666' }, 'write'],
  ] as const)('%s is another lease', async (_name, other, purpose) => {
    const time = virtualTime();
    await taken(contender('one', time)());
    await taken(contendForLease(table, other, purpose, 'two', time.deadline(CALL_MS), time)());
    expect(await table.records()).toHaveLength(2);
  });

  test('two calls for one decision are two contenders', async () => {
    const time = virtualTime();
    await taken(contender('decision', time)());
    expect(await contender('decision', time)()).toBeUndefined();
  });

  test('who waits gets it as soon as it is released', async () => {
    const time = virtualTime();
    const first = await acquire('first', time);
    const waiting = meanwhile(time, () => first.release());
    await acquire('second', time, waiting);
    expect(time.sleeps).toHaveLength(1);
    expect(await table.records()).toMatchObject([{ owner: 'second' }]);
  });

  test('who waits in vain is told that the agent is busy, and when to come back', async () => {
    const time = virtualTime();
    const first = await acquire('first', time);
    const waiting = meanwhile(time, () => first.renew());
    await expect(acquire('second', time, waiting)).rejects.toMatchObject({ code: 'AGENT_BUSY', retryAfterSeconds: 5 });
    expect(time.elapsedMs()).toBe(CALL_MS / 2);
  });
});

describe('an owner that died', () => {
  test('is followed well inside one call', async () => {
    const time = virtualTime();
    await acquire('dead', time);
    await acquire('heir', time);
    expect(time.elapsedMs()).toBeGreaterThan(LEASE_MS);
    expect(time.elapsedMs()).toBeLessThan(CALL_MS / 3);
    expect(await table.records()).toMatchObject([{ owner: 'heir' }]);
  });

  test('is followed although it renewed while others waited', async () => {
    const time = virtualTime();
    const dying = await acquire('dying', time);
    const renewing = meanwhile(time, (count) => (count < 3 ? dying.renew() : undefined));
    await acquire('heir', time, renewing);
    expect(await table.records()).toMatchObject([{ owner: 'heir' }]);
  });

  test('is followed by one of those who wait, not by two', async () => {
    const time = virtualTime();
    await taken(contender('dead', time)());
    const waiting = Array.from({ length: 10 }, (_, index) => contender(`heir-${index}`, time));
    const tryAll = async () => (await Promise.all(waiting.map((attempt) => attempt()))).filter(Boolean).length;
    expect(await tryAll()).toBe(0);
    time.pass(LEASE_MS + 1);
    expect(await tryAll()).toBe(1);
    expect(await tryAll()).toBe(1); // the same one, who has it already
  });

  test('and only seemed to: its renewal fails, its release changes nothing', async () => {
    const time = virtualTime();
    const slow = await acquire('slow', time);
    await acquire('heir', time);
    const before = await table.records();
    await expect(slow.renew()).rejects.toMatchObject({ code: 'AGENT_BUSY', retryAfterSeconds: 5 });
    await slow.release();
    expect(await table.records()).toEqual(before);
  });

  test('is not thought dead while it renews', async () => {
    const time = virtualTime();
    const living = await taken(contender('living', time)());
    const waiting = contender('waiting', time);
    for (let passedMs = 0; passedMs < 4 * LEASE_MS; passedMs += 4_000) {
      expect(await waiting()).toBeUndefined();
      time.pass(4_000);
      await living.renew();
    }
  });
});

describe('clocks five minutes apart', () => {
  const clocks = [
    ['the one who waits is ahead', 0, FIVE_MINUTES],
    ['the owner is ahead', FIVE_MINUTES, 0],
  ] as const;

  test.each(clocks)('%s: a living owner keeps its lease', async (_name, ownersAheadMs, waitersAheadMs) => {
    const [owners, waiters] = [virtualTime(ownersAheadMs), virtualTime(waitersAheadMs)];
    const lease = await acquire('owner', owners);
    const waiting = contender('waiting', waiters);
    expect(await waiting()).toBeUndefined();
    waiters.pass(LEASE_MS - 1);
    expect(await waiting()).toBeUndefined();
    await lease.renew();
  });

  test.each(clocks)('%s: a dead owner is followed after the length of a lease', async (_name, ownersMs, waitersMs) => {
    const [owners, waiters] = [virtualTime(ownersMs), virtualTime(waitersMs)];
    await acquire('dead', owners);
    await acquire('heir', waiters);
    expect(waiters.elapsedMs()).toBeGreaterThan(LEASE_MS);
    expect(await table.records()).toMatchObject([{ owner: 'heir' }]);
  });

  test('the table deletes no lease that may be alive', async () => {
    const time = virtualTime(-FIVE_MINUTES);
    await acquire('owner', time);
    const [record] = await table.records();
    expect(Number(record?.expiration) * 1000).toBeGreaterThan(time.epochMs() + FIVE_MINUTES + LEASE_MS);
  });

  test('a lease left behind long ago stops nobody', async () => {
    const time = virtualTime();
    await acquire('long dead', time);
    time.pass(20 * 60_000);
    await taken(contender('heir', time)());
  });
});

describe('the store', () => {
  test('loses the answer to a put: the put sent again finds itself the owner', async () => {
    const time = virtualTime();
    table.proxy.fault({ operation: 'PutItem', do: 'lose-answer' });
    const lease = await taken(contender('owner', time)());
    await lease.renew();
    expect(table.proxy.calls.filter((call) => call === 'PutItem')).toHaveLength(2);
  });

  test('carries a put out late, after others followed: nothing changes', async () => {
    const time = virtualTime();
    table.proxy.fault({ operation: 'PutItem', do: 'deliver-late' });
    await acquire('late', time);
    await acquire('heir', time);
    const before = await table.records();
    await table.proxy.release();
    expect(await table.records()).toEqual(before);
    expect(before).toMatchObject([{ owner: 'heir' }]);
  });

  test.each([
    ['breaks every connection', 'drop'],
    ['fails', 'error'],
  ] as const)('%s: nobody gets a lease', async (_name, effect) => {
    table.proxy.fault({ do: effect, times: 3 });
    await expect(acquire('owner', virtualTime())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(table.proxy.calls).toHaveLength(3);
  });

  test('fails when a contender looks who has the lease', async () => {
    const time = virtualTime();
    await acquire('owner', time);
    table.proxy.fault({ operation: 'GetItem', do: 'error', times: 3 });
    await expect(acquire('other', time)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  test('is not asked whether a lease is kept that is younger than a second', async () => {
    const time = virtualTime();
    const lease = await acquire('owner', time);
    table.proxy.fault({ operation: 'UpdateItem', do: 'error', times: 3 });
    await time.sleep(900, new AbortController().signal);
    await lease.keep();
    await time.sleep(100, new AbortController().signal);
    await expect(lease.keep()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  test('fails at a renewal, which tells; and at a release, which does not', async () => {
    const lease = await acquire('owner', virtualTime());
    table.proxy.fault({ operation: 'UpdateItem', do: 'error', times: 3 });
    await expect(lease.renew()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    table.proxy.fault({ operation: 'DeleteItem', do: 'error', times: 3 });
    await lease.release();
    expect(await table.records()).toHaveLength(1);
  });
});
