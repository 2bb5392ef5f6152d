/**
 * A Lambda is killed with SIGKILL while Bedrock has its change, before or after committing it, and keeps the agent's lease: whoever
 * sends the request again waits for the lease to run out, and gets what was asked for. Creations are in `test/idempotency`.
 */
import { expect, test, vi } from 'vitest';
import type { OperationName } from '../../src/local/bedrock/model.ts';
import { eventFor } from '../support/ask.ts';
import { startDeployed } from '../support/deployed.ts';
import { startBench } from './bench.ts';
import { OPERATION_CASES, ready } from './operations.ts';

/** The operation of Bedrock that changes, and what a repeat gets where it was not committed, and where it was. */
const CHANGES: readonly [string, OperationName, number, number][] = [
  ['update', 'UpdateAgentActionGroup', 200, 200],
  ['put, updating', 'UpdateAgentActionGroup', 200, 200],
  ['delete', 'DeleteAgentActionGroup', 204, 404],
  ['prepare', 'PrepareAgent', 200, 200],
];

const KILLS = CHANGES.flatMap(([name, operation, fresh, again]) => [
  [name, operation, 'before-commit', fresh] as const,
  [name, operation, 'after-commit', again] as const,
]);

test.concurrent.for(KILLS)('%s: killed in %s, %s', { timeout: 60_000 }, async (kill, { onTestFinished }) => {
  const [name, operation, when, status] = kill;
  const bench = await startBench(onTestFinished);
  const wanted = await ready(bench, OPERATION_CASES.find((each) => each.name === name)!);
  const commits = () => bench.bedrock.ledger.filter((entry) => entry.operation === operation).length;
  bench.bedrock.fault({ kind: 'hang', operation, when, times: 9 });
  const child = await startDeployed(bench.config);
  const { functionName, event } = eventFor(bench.config, wanted);
  child.call(functionName, event).catch(() => {});
  const reached = () => bench.bedrock.requests.some(({ fault }) => fault === 'hang');
  await vi.waitUntil(reached, { timeout: 20_000, interval: 5 });
  await child.kill();
  bench.bedrock.clearFaults();

  expect(commits()).toBe(when === 'after-commit' ? 1 : 0);
  expect(await bench.ask(wanted)).toMatchObject({ status });
  expect(commits()).toBeGreaterThan(0);
  // Nobody is kept waiting by whoever is dead.
  expect((await bench.ask(wanted))?.status).toBe(operation === 'DeleteAgentActionGroup' ? 404 : status);
});
