/** A scan of 500 agents, by the command itself, through throttling, a kill and a failure. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { run as runScan } from '../../src/cli/scan.ts';
import { files } from '../cli/run.ts';
import { agentIdOf, estate, FOREIGN_LAMBDA, policyOf } from '../support/estate.ts';

const COMMAND = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const bench = estate();

/** In this process, on the time of the emulator. */
async function scan(args: readonly string[]) {
  const said = { out: '', err: '' };
  const terminal = {
    env: bench.env,
    now: () => bench.time.epochMs(),
    out: (text: string) => {
      said.out += text;
    },
    err: (text: string) => {
      said.err += text;
    },
    read: async () => undefined,
    aws: async () => '',
  };
  const code = await runScan(args, terminal, bench.time);
  return { code, ...said };
}

/** The agents that the latest scan looked at, throttled calls left out. */
const looks = () => {
  const scanOf = ({ userAgent }: { userAgent: string }) => /scan-\S+/.exec(userAgent)?.[0];
  const latest = scanOf(bench.bedrock.requests.at(-1)!);
  return bench.bedrock.requests
    .filter((request) => request.operation === 'GetAgent' && request.status === 200 && scanOf(request) === latest)
    .map(({ path }) => path.split('/')[2]);
};
const throttled = () => bench.bedrock.requests.filter(({ status }) => status === 429).length;

/** Every tenth of them has a group, and every twentieth one that no team may have. */
async function agents(count: number) {
  const ids = Array.from({ length: count }, (_, number) => agentIdOf(number));
  for (const [number, id] of ids.entries()) {
    bench.bedrock.agents.put(id);
    if (number % 10 === 0) await bench.make(id);
    if (number % 20 === 0) {
      await bench.make(id, { actionGroupName: 'foreign', actionGroupExecutor: { lambda: FOREIGN_LAMBDA } });
    }
  }
  const groups = (count / 20) * 3;
  return { ids, expected: { agents: count, groups, denied: count / 20, roundTheService: groups, failed: 0 } };
}

describe('a scan', () => {
  test('at its own pace is not throttled under the quotas that AWS gives by default', async () => {
    const { ids, expected } = await agents(100);
    bench.bedrock.configure({
      rateLimits: { ListAgents: 10, GetAgent: 15, ListAgentActionGroups: 10, GetAgentActionGroup: 20 },
    });
    const { policy } = files({ policy: policyOf() });
    const { code, out } = await scan([policy, '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out).counts).toMatchObject(expected);
    expect(throttled()).toBe(0);
    expect(looks()).toEqual(ids);
  });

  // Longer than the runner's usual patience, for a busy machine.
  test('of 500 agents, killed midway and throttled after, goes on: none is missed, none judged twice', {
    timeout: 90_000,
  }, async () => {
    const { ids, expected } = await agents(500);
    const { policy, checkpoint } = files({ policy: policyOf(), checkpoint: '' });
    const args = [policy, '--resume', checkpoint, '--json'];

    const child = spawn(process.execPath, [COMMAND, 'scan', ...args, '--rate', '100000'], {
      env: { ...process.env, ...bench.env, AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
      stdio: 'ignore',
    });
    const begunAt = bench.bedrock.requests.length;
    bench.onRequest = (count) => {
      if (count - begunAt > 500) child.kill('SIGKILL');
    };
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    bench.onRequest = () => {};
    const through = readFileSync(checkpoint, 'utf8')
      .split('\n')
      .slice(1, -1)
      .map((line) => JSON.parse(line).agentId);
    expect(through.length).toBeGreaterThan(0);
    expect(through.length).toBeLessThan(ids.length);

    bench.bedrock.configure({ rateLimits: { ListAgents: 2, GetAgent: 3, ListAgentActionGroups: 3 } });
    const { code, out } = await scan(args);
    expect(throttled()).toBeGreaterThan(20);
    expect(looks()).toEqual(ids.filter((id) => !through.includes(id)));
    const { counts, agents: found } = JSON.parse(out);
    expect(found.map(({ agentId }: { agentId: string }) => agentId)).toEqual(ids);
    expect(counts).toMatchObject(expected);
    expect(code).toBe(1);
    expect(existsSync(checkpoint)).toBe(false);
  });

  test('goes on after an agent that fails, which is tried again by whoever resumes', async () => {
    const { ids, expected } = await agents(40);
    const { policy, checkpoint } = files({ policy: policyOf(), checkpoint: '' });
    const args = [policy, '--resume', checkpoint, '--rate', '100000', '--json'];
    bench.bedrock.fault({ kind: 'access-denied', operation: 'ListAgentActionGroups' });
    const first = await scan(args);
    expect(first.code).toBe(2);
    expect(JSON.parse(first.out).counts).toMatchObject({ agents: ids.length, failed: 1 });
    expect(JSON.parse(first.out).agents[0]).toMatchObject({
      agentId: agentIdOf(0),
      failed: expect.stringContaining('AccessDeniedException'),
    });

    const second = await scan(args);
    expect(looks()).toEqual([agentIdOf(0)]);
    expect(JSON.parse(second.out).counts).toMatchObject(expected);
    expect([second.code, existsSync(checkpoint)]).toEqual([1, false]);
  });
});
