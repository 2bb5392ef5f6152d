/**
 * What a decision costs, warm, as the policy grows. The figure of each size is the median of rounds that are taken in turn, so
 * that a change of the machine's speed meets every size alike.
 */
import { decide } from '../../src/policy/decide.ts';
import { compile } from '../../src/policy/policy.ts';
import type { PolicyRequest } from '../../src/policy/request.ts';
import { policyOf } from './policies.ts';

const ROUNDS = 31;
const DECISIONS_A_ROUND = 2_000;

const REQUEST: PolicyRequest = {
  operation: 'CreateAgentActionGroup',
  principal: { kind: 'iam', partition: 'aws', account: '111122223333', type: 'role', name: 'asking-ci' },
  agentId: 'AGENT12345',
  agentVersion: 'DRAFT',
  agentAccount: '111122223333',
  agentRegion: 'us-east-1',
  clientTokenGiven: true,
  actionGroup: {
    actionGroupName: 'bookings',
    description: 'Books tables and cancels them.',
    actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:111122223333:function:agents-book:7' },
    functionSchema: { functions: [{ name: 'book', description: 'Books a table for a guest.' }] },
  },
};

/** @param sizes rules in force, counted over all teams */
export function decisionCurve(sizes: readonly number[]): { rules: number; microseconds: number }[] {
  const cases = sizes.map((rules) => {
    const { document, digest } = policyOf(rules, 'arn:aws:iam::111122223333:role/asking-*');
    return { rules, policy: compile(document, digest), rounds: [] as number[] };
  });
  for (let round = -3; round < ROUNDS; round++) {
    for (const { policy, rounds } of cases) {
      const started = performance.now();
      for (let count = 0; count < DECISIONS_A_ROUND; count++) decide(policy, REQUEST, 1_800_000_000_000);
      if (round >= 0) rounds.push(((performance.now() - started) * 1_000) / DECISIONS_A_ROUND);
    }
  }
  return cases.map(({ rules, rounds }) => ({
    rules,
    microseconds: Number(rounds.sort((a, b) => a - b)[ROUNDS >> 1]?.toFixed(1)),
  }));
}
