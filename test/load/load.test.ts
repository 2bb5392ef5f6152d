/** A short load, judged by the ledger alone: how fast it went says nothing of the service on a machine that is busy. */
import { expect, test } from 'vitest';
import { createMix } from './mix.ts';
import { runLoad } from './run.ts';
import { verdictOf } from './verdict.ts';

test('repeats on many connections at once make one group for a token', { timeout: 60_000 }, async () => {
  const { verdict, stages } = await runLoad({ rates: [60], seconds: 3, connections: 12, duplicates: 0.6 });
  expect(verdict.broken).toEqual([]);
  expect(stages.map(({ unanswered }) => unanswered)).toEqual([0]);
  expect(verdict.commits).toBeGreaterThan(0);
  expect(verdict.repeats).toBeGreaterThan(0);
});

test('the verdict finds a second commit, a wrong id, a lost group, a forbidden one and one that is not on record', () => {
  const mix = createMix(0, () => 0.99);
  const context = {};
  for (const id of ['ID0000001', 'ID0000002', undefined]) {
    mix.next(context);
    if (id !== undefined) mix.answered(context, 201, JSON.stringify({ agentActionGroup: { actionGroupId: id } }));
  }
  const denied = createMix(0, () => 0);
  denied.next(context);
  const [forbidden] = denied.forbidden;
  const entry = (name: string, actionGroupId: string, decision: string) => {
    const rest = { agentId: 'LOADAGNT00', at: '', requestId: '' };
    const userAgent = `portcullis-decision/${decision}`;
    return { operation: 'CreateAgentActionGroup', name, actionGroupId, userAgent, ...rest } as const;
  };
  const ledger = [
    entry('load-1', 'ID0000001', 'd1'),
    entry('load-1', 'ID0000003', 'd1'),
    entry('load-2', 'ID0000004', 'd2'),
    entry(String(forbidden), 'ID0000005', 'd3'),
  ];
  const judged = verdictOf({ ...mix, forbidden: denied.forbidden }, ledger, new Set(['d1', 'd2']));
  expect(judged.broken).toEqual([
    'At most one commit for a token: load-1 has 2.',
    'A success names what was committed: load-2 was told ID0000002.',
    'Every token comes to its group in the end: load-3 did not.',
    `Nothing denied or invalid is made: ${forbidden} was.`,
    `Every commit is on record: ${forbidden} is not.`,
  ]);
});
