/** A declaration among others: what happens when each of its writes comes too late. */
import { describe, expect, test } from 'vitest';
import { declare } from '../../src/declaring/declare.ts';
import type { Caller } from '../../src/identity/caller.ts';
import { Problem, type ProblemCode } from '../../src/problem.ts';
import type { Decision, Request, Stages } from '../../src/provisioning.ts';

const group = {
  actionGroupId: 'GROUP12345',
  actionGroupName: 'bookings',
  actionGroupState: 'ENABLED',
  createdAt: new Date(0),
  updatedAt: new Date(0),
};
const put = {
  agentId: 'AGENT12345',
  agentVersion: 'DRAFT',
  actionGroup: { actionGroupName: 'bookings', description: 'Wanted.' },
  dryRun: false,
  prepare: 'none',
  caller: {} as Caller,
} as const;

/** A world whose writes end so; `there` is whether a look finds the group. */
function world(write: (asked: string) => unknown, there = true) {
  const asked: string[] = [];
  const stages = {
    decide: async () => ({ id: 'decision', effect: 'allow', violations: [] }) as unknown as Decision,
    attempt: () =>
      ({
        succeeded() {},
        dryRun() {},
        prepared() {},
        failed(error: unknown) {
          if (error instanceof Problem) error.decisionId = 'decision';
          return error;
        },
      }) as ReturnType<Stages['attempt']>,
    rehearse: async () => {},
    remember: async () => {},
    prepare: async () => undefined,
    async apply({ operation }: Request) {
      asked.push(operation);
      if (operation === 'ListAgentActionGroups') return { result: { actionGroupSummaries: there ? [group] : [] } };
      if (operation === 'GetAgentActionGroup') return { result: group };
      return { result: await write(operation) };
    },
  } as unknown as Stages;
  return { asked, declared: () => declare(put, () => stages as never) };
}

const throwing = (code: ProblemCode) => () => {
  throw new Problem(code);
};

describe('who is always too late', () => {
  test.each([
    // The condition was this service's own: to a caller who only said how it shall be, it means "come back".
    ['others keep changing the group', 'PRECONDITION_FAILED', true, { code: 'AGENT_BUSY', retryAfterSeconds: 2 }],
    ['others keep deleting it', 'NOT_FOUND', true, { code: 'NOT_FOUND' }],
    ['the name is taken, by a group that no list shows', 'NAME_TAKEN', false, { code: 'NAME_TAKEN' }],
  ] as const)('is told so after four looks: %s', async (_name, code, there, told) => {
    const { asked, declared } = world(throwing(code), there);
    await expect(declared()).rejects.toMatchObject({ ...told, decisionId: 'decision' });
    expect(asked.filter((operation) => operation === 'ListAgentActionGroups')).toHaveLength(4);
  });

  test.each(['AGENT_BUSY', 'UPSTREAM_INVALID', 'OUTCOME_UNKNOWN'] as const)(
    'is not who fails otherwise: %s',
    async (code) => {
      const { asked, declared } = world(throwing(code));
      await expect(declared()).rejects.toMatchObject({ code });
      expect(asked).toEqual(['ListAgentActionGroups', 'GetAgentActionGroup', 'UpdateAgentActionGroup']);
    },
  );
});

test('who is too late once is in time the next time', async () => {
  let writes = 0;
  const { declared } = world(() => {
    writes += 1;
    if (writes === 1) throw new Problem('PRECONDITION_FAILED');
    return group;
  });
  expect(await declared()).toMatchObject({ change: 'updated', differences: [{ pointer: '/description' }] });
});
