/** `portcullis scan`: how it speaks, and how it ends. What it finds stands in `test/scan`. */
import { describe, expect, test } from 'vitest';
import { agentIdOf, estate, FOREIGN_LAMBDA, LAMBDA, policyOf } from '../support/estate.ts';
import { ISO_TIME } from '../support/service.ts';
import { files, run } from './run.ts';

const bench = estate();
const AGENT = agentIdOf(0);

function scan(args: readonly string[] = [], world = {}) {
  const { policy } = files({ policy: policyOf() });
  return run(['scan', policy, '--rate', '100000', ...args], { env: bench.env, ...world });
}

/** One group of each kind, and an agent whose own settings name a function. */
async function variety() {
  bench.bedrock.agents.put(AGENT, { overrideLambda: FOREIGN_LAMBDA, orchestrationLambda: LAMBDA });
  await bench.remember(AGENT, await bench.make(AGENT, { actionGroupName: 'fine' }), 'payments');
  const changed = await bench.make(AGENT, { actionGroupName: 'changed' });
  await bench.remember(AGENT, { ...changed, updatedAt: new Date(Number(changed.updatedAt) - 1) });
  await bench.make(AGENT, { actionGroupName: 'round', actionGroupExecutor: { lambda: FOREIGN_LAMBDA } });
}

describe('a table', () => {
  test('of what somebody should look at, and a line of counts', async () => {
    await variety();
    const { code, out, err } = await scan();
    expect(code).toBe(1);
    expect(err).toBe('');
    const lines = out.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '));
    expect(lines[0]).toBe('AGENT | WHAT | POLICY | MADE | TEAMS | WHY');
    expect(out).toMatch(/changed \(\w{10}\) +allowed +changed round the service +payments platform +Changed since/);
    expect(out).toMatch(
      /round \(\w{10}\) +denied +round the service +payments platform +payments: \/actionGroupExecutor/,
    );
    expect(out).toMatch(/\/promptOverrideConfiguration\/overrideLambda +denied +round the service/);
    expect(out).toMatch(/\/customOrchestration\/executor\/lambda +allowed +round the service/);
    expect(out).not.toContain('fine');
    expect(lines.at(-2)).toBe(
      '1 agent with 3 action groups, policy revision 1: 2 denied, 0 warned of, 0 of agents without a team, ' +
        '3 made round the service, 1 changed round it.',
    );
  });

  test('of everything, if asked', async () => {
    await variety();
    expect((await scan(['--all'])).out).toMatch(/fine \(\w{10}\) +allowed +through the service/);
  });

  test('nothing found: a line, and exit code 0', async () => {
    bench.bedrock.agents.put(AGENT);
    await bench.remember(AGENT, await bench.make(AGENT));
    const { code, out } = await scan();
    expect([code, out.split('\n').length]).toEqual([0, 2]);
  });

  test('without a table of provenance nobody knows what was made round the service', async () => {
    bench.bedrock.agents.put(AGENT);
    await bench.make(AGENT);
    const { PROVENANCE_TABLE: _, ...env } = bench.env;
    const { code, out } = await scan(['--json'], { env });
    expect(JSON.parse(out).agents[0].items[0].origin).toBe('unknown');
    expect(code).toBe(0);
  });

  test('an agent that no team manages', async () => {
    bench.bedrock.agents.put(AGENT);
    await bench.make(AGENT);
    const { policy } = files({ policy: policyOf({ teams: {} }) });
    const { code, out } = await run(['scan', policy, '--rate', '1000'], { env: bench.env });
    expect([code, out]).toEqual([1, expect.stringContaining('No team of the policy manages this agent.')]);
  });
});

describe('JSON and CSV', () => {
  test('everything, with each team’s verdict', async () => {
    await variety();
    const { code, out } = await scan(['--json']);
    const { counts, agents, policy, region, startedAt } = JSON.parse(out);
    expect([code, region, policy.revision]).toEqual([1, 'us-east-1', '1']);
    expect(startedAt).toMatch(ISO_TIME);
    expect(counts).toMatchObject({ agents: 1, groups: 3, settings: 2, denied: 2, changedSince: 1 });
    expect(agents[0].items.map(({ name }: { name: string }) => name)).toContain('fine');
    expect(agents[0].items[0].verdicts.map(({ team }: { team: string }) => team)).toEqual(['payments', 'platform']);
  });

  test('a line for each group, for a spreadsheet', async () => {
    await variety();
    const { out } = await scan(['--csv']);
    const [head, ...lines] = out.split('\r\n');
    expect(head).toBe(
      'agentId,agentName,kind,id,name,state,updatedAt,standing,origin,teams,rules,messages,writtenBy,writtenAt,decisionId',
    );
    expect(lines).toHaveLength(6);
    expect(lines.find((line) => line.includes(',fine,'))).toMatch(
      /^AGENT00000,agent-AGENT00000,action-group,\w{10},fine,ENABLED,[^,]+Z,allowed,service,payments platform,,,arn:aws:sts/,
    );
  });

  test('an agent that failed has a line of its own', async () => {
    bench.bedrock.agents.put(AGENT);
    bench.bedrock.fault({ kind: 'access-denied', operation: 'GetAgent' });
    const { code, out } = await scan(['--csv']);
    expect([code, out]).toEqual([
      2,
      expect.stringMatching(/\r\nAGENT00000,,agent,AGENT00000,,,,failed,.*AccessDenied/),
    ]);
  });
});

test('progress, for a person at a terminal', async () => {
  bench.bedrock.agents.put(AGENT);
  let now = 0;
  const world = { now: () => (now += 1_000), tty: { out: false, err: true } };
  expect((await scan([], world)).err).toContain('1 of 1 agents: 0 denied');
  expect((await scan()).err).toBe('');
});

describe('what cannot begin ends with exit code 2', () => {
  test.each([
    ['no region', [], { AWS_REGION: undefined }, 'Name the agents’ region'.replace('’', "'")],
    ['a region that is none', ['--region', 'mars'], {}, "Name the agents' region"],
    ['a rate that is none', ['--rate', '-1'], {}, '--rate'],
    ['two formats', ['--json', '--csv'], {}, 'exclude one another'],
    ['an option that is none', ['--xml'], {}, '--xml'],
  ])('%s', async (_name, args, env, words) => {
    const { code, err } = await scan(args, { env: { ...bench.env, ...env } });
    expect([code, err]).toEqual([2, expect.stringContaining(words)]);
    expect(bench.bedrock.requests).toEqual([]);
  });

  test('a policy that is not there', async () => {
    const { code, err } = await run(['scan', 'nowhere.yaml'], { env: bench.env });
    expect([code, err]).toEqual([2, expect.stringContaining('nowhere.yaml')]);
  });

  test('a checkpoint that is something else', async () => {
    const { notes } = files({ notes: 'my notes\n' });
    const { code, err } = await scan(['--resume', notes]);
    expect([code, err]).toEqual([2, expect.stringContaining('no checkpoint')]);
  });

  test('agents that may not be listed', async () => {
    bench.bedrock.fault({ kind: 'access-denied', operation: 'ListAgents' });
    const { code, err } = await scan();
    expect([code, err]).toEqual([2, expect.stringContaining('cannot be listed: AccessDeniedException')]);
  });
});
