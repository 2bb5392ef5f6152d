import { describe, expect, test } from 'vitest';
import { LeaseLost, whileBusy } from '../../src/bedrock/busy.ts';
import { createActionGroup } from '../../src/bedrock/create-action-group.ts';
import { deadline, growingPauses, machineClock } from '../../src/deadline.ts';
import { Problem, type ProblemCode, type ProblemDetails } from '../../src/problem.ts';
import { agentId, bench, creation, token } from '../local/bedrock/support.ts';
import { meanwhile, virtualTime } from '../support/virtual-time.ts';

const CALL_MS = 28_000;
const on = bench();

/** Meets these problems in turn, then succeeds; remembers what each try was told. */
function meeting(...problems: unknown[]) {
  const told: boolean[] = [];
  const attempt = async (mayHaveCommitted: boolean) => {
    told.push(mayHaveCommitted);
    if (told.length <= problems.length) throw problems[told.length - 1];
    return 'done';
  };
  return { attempt, told };
}

const problem = (code: ProblemCode, details: ProblemDetails = {}) => new Problem(code, details);
const always = (error: unknown) => async () => {
  throw error;
};

describe('a busy agent', () => {
  test('is waited for, with pauses that grow up to two seconds', async () => {
    const time = virtualTime(0, () => 0);
    const busy = Array.from({ length: 9 }, () => problem('AGENT_BUSY'));
    expect(await whileBusy(meeting(...busy).attempt, time.deadline(CALL_MS), time)).toBe('done');
    expect(time.sleeps.map(Math.round)).toEqual([200, 300, 450, 675, 1013, 1519, 2000, 2000, 2000]);
  });

  test('is waited for through throttling, which many who wait at once bring about', async () => {
    const time = virtualTime();
    const { attempt, told } = meeting(problem('AGENT_BUSY'), problem('UPSTREAM_THROTTLED'), problem('AGENT_BUSY'));
    expect(await whileBusy(attempt, time.deadline(CALL_MS), time)).toBe('done');
    expect(told).toHaveLength(4);
  });

  test('is given up while there is time to tell, with the time to come back', async () => {
    const time = virtualTime();
    const trying = whileBusy(always(problem('AGENT_BUSY', { detail: 'Preparing.' })), time.deadline(CALL_MS), time);
    await expect(trying).rejects.toMatchObject({ code: 'AGENT_BUSY', detail: 'Preparing.', retryAfterSeconds: 5 });
    expect(time.elapsedMs()).toBe(CALL_MS * 0.6);
  });

  test('that Bedrock refuses to change is changed once it is prepared', async () => {
    const time = virtualTime();
    on.emulator.agents.setStatus(agentId, 'PREPARING');
    const wake = meanwhile(time, (count) => {
      if (count === 2) on.emulator.agents.setStatus(agentId, 'PREPARED');
    });
    const whole = deadline(() => 5_000);
    const request = { decisionId: 'decision-1', repeatable: true, mayBeRepeat: false };
    const input = { ...creation(), clientToken: token } as Parameters<typeof createActionGroup>[1]['input'];
    const { group } = await whileBusy(
      () => createActionGroup(on.client, { ...request, input }, whole),
      time.deadline(CALL_MS),
      wake,
    );
    expect(on.emulator.ledger).toMatchObject([{ actionGroupId: group.actionGroupId }]);
    expect(time.sleeps).toHaveLength(3);
  });
});

describe('what is not waited for', () => {
  const failures: [string, unknown][] = [
    ['another problem', problem('NAME_TAKEN')],
    ['throttling of an agent that was not busy', problem('UPSTREAM_THROTTLED')],
    ['an error that is no problem', new TypeError('a defect')],
    ['a lease that was lost', new LeaseLost()],
  ];

  test.each(failures)('%s is thrown at once, as it is', async (_name, failure) => {
    const time = virtualTime();
    await expect(whileBusy(always(failure), time.deadline(CALL_MS), time)).rejects.toBe(failure);
    expect(time.sleeps).toEqual([]);
  });

  test('an invocation that is cut off waits no longer', async () => {
    const cutOff = new AbortController();
    const waiting = whileBusy(
      always(problem('AGENT_BUSY')),
      deadline(() => 60_000, cutOff.signal),
    );
    cutOff.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'AGENT_BUSY' });
  });
});

describe('a try that may have made the change', () => {
  const uncertain = () => problem('AGENT_BUSY', { mayHaveCommitted: true, retryAfterSeconds: 5 });

  test('is told to those after it', async () => {
    const time = virtualTime();
    const { attempt, told } = meeting(problem('AGENT_BUSY'), uncertain(), problem('AGENT_BUSY'));
    await whileBusy(attempt, time.deadline(CALL_MS), time);
    expect(told).toEqual([false, false, true, true]);
  });

  test('marks the failure that ends the call', async () => {
    const time = virtualTime();
    const { attempt } = meeting(uncertain(), problem('UPSTREAM_UNAVAILABLE', { retryAfterSeconds: 2 }));
    await expect(whileBusy(attempt, time.deadline(CALL_MS), time)).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      retryAfterSeconds: 2,
      mayHaveCommitted: true,
    });
  });
});

describe('pauses', () => {
  test.each([
    ['no chance', 0, [200, 300, 300]],
    ['much chance', 0.999, [100, 150, 150]],
  ] as const)('%s', (_name, chance, expected) => {
    const next = growingPauses({ random: () => chance }, 200, 300);
    expect([next(), next(), next()].map(Math.round)).toEqual(expected);
  });

  test.each([
    ['end whole', new AbortController().signal, true],
    ['are cut short', AbortSignal.abort(), false],
  ] as const)('%s', async (_name, signal, whole) => {
    expect(await machineClock.sleep(1, signal)).toBe(whole);
  });
});
