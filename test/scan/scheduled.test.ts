/** The scan as Lambda runs it: in one run, in several, and with failures. */
import { beforeEach, describe, expect, test } from 'vitest';
import { PERMISSIONS } from '../../src/deploy/permissions.ts';
import { scanHandler } from '../../src/handlers/scan.ts';
import { LineLogger } from '../../src/log.ts';
import { compile } from '../../src/policy/policy.ts';
import type { ContinuationStore } from '../../src/scan/continuation.ts';
import { NOTHING } from '../../src/scan/report.ts';
import { runScheduled } from '../../src/scan/scheduled.ts';
import { files } from '../cli/run.ts';
import { checked, DIGEST } from '../policy/policies.ts';
import { agentIdOf, estate, FOREIGN_LAMBDA, policyOf } from '../support/estate.ts';

const bench = estate();
const AGENTS = 12;
const ids = Array.from({ length: AGENTS }, (_, number) => agentIdOf(number));

beforeEach(async () => {
  for (const id of ids) bench.bedrock.agents.put(id);
  await bench.make(ids[3]!, { actionGroupExecutor: { lambda: FOREIGN_LAMBDA } });
  await bench.remember(ids[4]!, await bench.make(ids[4]!));
});

/** A function that is deployed once; each run of it has this many agents' time before it has to end. */
function deployed() {
  const lines: Record<string, unknown>[] = [];
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const config = {
    region: 'us-east-1',
    idempotencyTable: 'portcullis-idempotency',
    provenanceTable: 'portcullis-provenance',
    policyFile: files({ 'policy.yaml': policyOf() })['policy.yaml'],
    endpoints: {
      dynamodb: { endpoint: bench.env.AWS_ENDPOINT_URL_DYNAMODB!, credentials },
      bedrockAgent: { endpoint: bench.env.AWS_ENDPOINT_URL_BEDROCK_AGENT!, credentials },
    },
  };
  const handler = scanHandler(config, bench.time, (line) => void lines.push(JSON.parse(line)));
  const run = (agents: number) => {
    const endsAfter = looks().length + agents;
    return handler({}, { getRemainingTimeInMillis: () => (looks().length < endsAfter ? 800_000 : 60_000) });
  };
  const said = (message: string) => lines.filter((line) => line.message === message);
  const told = () => lines.filter((line) => line._aws);
  return { run, said, told };
}

const looks = () =>
  bench.bedrock.requests.filter(({ operation }) => operation === 'GetAgent').map(({ path }) => path.split('/')[2]);

const METRICS = {
  ScannedAgents: AGENTS,
  ScannedActionGroups: 2,
  ScannedAgentSettings: 0,
  ScanDenied: 1,
  ScanWarned: 0,
  ScanUnmanaged: 0,
  ScanRoundTheService: 1,
  ScanChangedSince: 0,
  ScanFailedAgents: 0,
};

test('it asks for nothing that its role lacks, and its role has nothing that it never asks for', async () => {
  await deployed().run(AGENTS + 1);
  const made = new Set(['CreateAgentActionGroup']);
  const seen = new Set(
    bench.bedrock.requests.map(({ operation }) => operation ?? '').filter((name) => !made.has(name)),
  );
  const { bedrock, bedrockAccount } = PERMISSIONS.scan!;
  expect([...seen].map((name) => `bedrock:${name}`).sort()).toEqual([...bedrock, ...bedrockAccount].sort());
});

describe('a run', () => {
  test('with time enough tells findings as lines, and counts as metrics', async () => {
    const { run, said, told } = deployed();
    expect(await run(AGENTS + 1)).toMatchObject({ finished: true });
    expect(said('scan finding')).toEqual([
      expect.objectContaining({
        scan: expect.objectContaining({
          agentId: ids[3],
          standing: 'denied',
          origin: 'round-the-service',
          rules: 'lambda-arn-has-required-prefix',
        }),
        policy: { revision: '1', digest: expect.any(String) },
      }),
    ]);
    expect(said('scan')).toHaveLength(1);
    expect(told()).toEqual([expect.objectContaining({ ...METRICS, service: 'portcullis' })]);
  });

  test('whose time is short is gone on with by the next one, of another process', async () => {
    expect(await deployed().run(5)).toMatchObject({ finished: false, counts: { agents: 5 } });
    expect(await deployed().run(5)).toMatchObject({ finished: false, counts: { agents: 10 } });
    const last = deployed();
    expect(await last.run(5)).toMatchObject({ finished: true });
    expect(looks()).toEqual(ids);
    expect(last.told()).toEqual([expect.objectContaining(METRICS)]);
    // The one after that begins anew.
    expect(await deployed().run(5)).toMatchObject({ finished: false, counts: { agents: 5 } });
    await deployed().run(AGENTS);
  });

  test('that cannot forget where it went on tells no totals: the next one tells them, once', async () => {
    const lines: string[] = [];
    let isBroken = true;
    const continuation: ContinuationStore = {
      load: async () => ({ scanId: 'S', startedAt: '', afterAgentId: ids[4]!, counts: NOTHING }),
      save: async () => {},
      clear: async () => {
        if (isBroken) throw new Error('no answer');
      },
    };
    const run = () =>
      runScheduled({
        log: new LineLogger((line) => void lines.push(line)),
        policy: compile(checked(policyOf()), DIGEST),
        inventory: () => ({ agents: async () => ids, look: async () => undefined }),
        continuation,
        clock: bench.time,
        timeIsShort: () => false,
      });
    await expect(run()).rejects.toThrow('no answer');
    expect(lines).toEqual([]);
    isBroken = false;
    await run();
    expect(lines.flatMap((line) => JSON.parse(line).message ?? [])).toEqual(['scan']);
  });

  test('goes on after an agent that fails, and tells', async () => {
    bench.bedrock.fault({ kind: 'access-denied', operation: 'GetAgent' });
    const { run, said, told } = deployed();
    expect(await run(AGENTS + 1)).toMatchObject({ finished: true, counts: { agents: AGENTS, failed: 1 } });
    expect(said('An agent could not be scanned.')).toEqual([
      expect.objectContaining({ level: 'ERROR', agentId: ids[0] }),
    ]);
    expect(told()).toEqual([expect.objectContaining({ ScanFailedAgents: 1 })]);
  });

  test('that cannot list the agents fails, and leaves no trace', async () => {
    bench.bedrock.fault({ kind: 'access-denied', operation: 'ListAgents' });
    const { run, said } = deployed();
    await expect(run(AGENTS + 1)).rejects.toMatchObject({ code: 'UPSTREAM_REFUSED_ROLE' });
    expect(said('scan')).toEqual([]);
    expect(await run(AGENTS + 1)).toMatchObject({ finished: true, counts: { agents: AGENTS } });
  });

  test('survives throttling', async () => {
    bench.bedrock.configure({ rateLimits: { ListAgents: 1, GetAgent: 1, ListAgentActionGroups: 1 } });
    expect(await deployed().run(AGENTS * 10)).toMatchObject({ finished: true, counts: { agents: AGENTS, failed: 0 } });
  });
});
