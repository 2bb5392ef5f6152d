/**
 * What a decision costs, warm, as the policy grows: `npm run bench`. The figure of each size is the median of rounds that are
 * taken in turn, so that a change of the machine's speed meets every size alike.
 */
import { cpus } from 'node:os';
import { decide } from '../../src/policy/decide.ts';
import { checkDocument } from '../../src/policy/grammar.ts';
import { compile, type Policy } from '../../src/policy/policy.ts';
import type { PolicyRequest } from '../../src/policy/request.ts';
import { RULES } from '../../src/policy/rules/index.ts';

const ROUNDS = 31;
const DECISIONS_A_ROUND = 2_000;
const SIZES = [1, 10, 100, 1_000];

/** A policy in which so many rules are in force, counted over all teams; the last team is the one that asks. */
function policyOf(instances: number): Policy {
  const rules = [...RULES.values()].map(({ id, examples }) => [id, { enforcement: 'deny', ...examples[0]?.settings }]);
  const inForce = Object.fromEntries(rules.slice(0, instances));
  const teams = Math.max(1, Math.round(instances / rules.length));
  const document = {
    revision: 'bench',
    rules: inForce,
    teams: Object.fromEntries(
      Array.from({ length: teams }, (_, index) => [
        `team${index}`,
        { principals: [`arn:aws:iam::111122223333:role/team${index}-*`], agents: ['AGENT12345'] },
      ]),
    ),
  };
  const checked = checkDocument(document);
  if ('faults' in checked) throw new Error(JSON.stringify(checked.faults));
  return compile(checked.ok, '0'.repeat(64));
}

const cases = SIZES.map((instances) => {
  const policy = policyOf(instances);
  const request: PolicyRequest = {
    operation: 'CreateAgentActionGroup',
    principal: {
      kind: 'iam',
      partition: 'aws',
      account: '111122223333',
      type: 'role',
      name: `team${policy.teams.size - 1}-ci`,
    },
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
  return { instances, policy, request, rounds: [] as number[] };
});

for (let round = -3; round < ROUNDS; round++) {
  for (const { policy, request, rounds } of cases) {
    const started = performance.now();
    for (let count = 0; count < DECISIONS_A_ROUND; count++) decide(policy, request, 1_800_000_000_000);
    if (round >= 0) rounds.push(((performance.now() - started) * 1_000) / DECISIONS_A_ROUND);
  }
}

const figures = cases.map(({ instances, policy, rounds }) => ({
  instances,
  teams: policy.teams.size,
  microseconds: Number(rounds.sort((a, b) => a - b)[ROUNDS >> 1]?.toFixed(1)),
}));
if (process.argv.includes('--json'))
  console.log(JSON.stringify({ node: process.version, cpu: cpus()[0]?.model, figures }));
else {
  console.log(`A decision, warm, on ${cpus()[0]?.model}, Node ${process.version}\n`);
  console.table(figures);
}
