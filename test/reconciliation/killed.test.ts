/**
 * The process that makes a group is killed with SIGKILL, at each point where it leaves something behind: whatever Bedrock has
 * committed stands on record as an attempt, and the reconciliation tells what became of it.
 */
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createStoreClient } from '../../src/idempotency/store-client.ts';
import { ensureTable, PROVENANCE_KEY } from '../../src/local/dynamodb.ts';
import { readProvenance } from '../../src/provenance/store.ts';
import { breakableService } from '../support/breakable-service.ts';
import { type ChildService, startChildService } from '../support/child-service.ts';
import { type KillPoint, killPoints } from '../support/kill-points.ts';
import { reconciliationBench, recordsOf } from './bench.ts';

const service = breakableService();
const provenanceTable = 'portcullis-provenance';
const bench = reconciliationBench(() => ({ ...service.config, provenanceTable }));

let child: ChildService | undefined;
beforeAll(() => ensureTable(createStoreClient(service.config), provenanceTable, PROVENANCE_KEY));
afterEach(() => child?.kill());

/** Kills a service at the point, and brings its lines and calls to where the reconciliation reads. */
async function killed({ hang, reached }: Pick<KillPoint, 'hang' | 'reached'>, token?: string): Promise<void> {
  hang();
  child = await startChildService({ ...service.config, provenanceTable });
  child.create(token === undefined ? {} : { token }).catch(() => {});
  await vi.waitUntil(reached, { timeout: 10_000, interval: 5 });
  await child.kill();
  service.store.reset();
  service.bedrock.clearFaults();
  bench.log(...child.lines);
  bench.aws.records = () => recordsOf(service.bedrock);
}

const known = () => {
  const { actionGroupId = '', agentId } = service.bedrock.ledger[0]!;
  const table = { client: createStoreClient(service.config), name: provenanceTable };
  return readProvenance(table, { agentId, actionGroupId }, AbortSignal.timeout(5_000));
};

const committedFirst = [
  'write-without-provenance',
  'write-without-provenance again repaired',
  'attempt-without-outcome committed',
];

test.each(killPoints(service).map((point) => [point.where, point] as const))(
  'killed %s: found once, with the verdict, and repaired',
  async (_where, point) => {
    await killed(point, 'one-token-of-the-callers-own-choice-1');
    expect(service.bedrock.ledger).toHaveLength(point.committed ? 1 : 0);
    await bench.run();
    expect(bench.told()).toEqual(point.committed ? committedFirst : ['attempt-without-outcome no-call']);
    const attempt = child!.lines.map((line) => JSON.parse(line)).find(({ class_uid }) => class_uid === 6003);
    expect(bench.findings().map(({ unmapped }) => unmapped.decisionId)).toEqual(
      bench.findings().map(() => attempt.unmapped.decisionId),
    );
    if (point.committed) {
      const { actionGroupId, at } = service.bedrock.ledger[0]!;
      expect(bench.findings().map(({ unmapped }) => unmapped.actionGroupId)).toEqual(
        committedFirst.map(() => actionGroupId),
      );
      expect((await known())?.written).toMatchObject({
        decisionId: attempt.unmapped.decisionId,
        actionGroupName: 'bookings',
        updatedAt: at,
        by: { principal: 'arn:aws:iam::111122223333:role/payments-ci', team: 'payments' },
      });
    }
    bench.lines.length = 0;
    await bench.run();
    expect(bench.told()).toEqual([]);
  },
);

test('killed after the outcome, before the provenance is kept: found once, and repaired', async () => {
  // Of a request without a token it is the one update.
  await killed({
    hang: () => service.store.fault({ operation: 'UpdateItem', do: 'hang', times: 9 }),
    reached: () => service.store.calls.includes('UpdateItem'),
  });
  expect(await known()).toBeUndefined();
  await bench.run();
  expect(bench.told()).toEqual(committedFirst.slice(0, 2));
  expect((await known())?.written?.updatedAt).toBe(service.bedrock.ledger[0]!.at);
});

test('not killed: nothing is found', async () => {
  child = await startChildService({ ...service.config, provenanceTable });
  expect((await child.create({ token: 'one-token-of-the-callers-own-choice-1' })).status).toBe(201);
  await child.kill();
  bench.log(...child.lines);
  bench.aws.records = () => recordsOf(service.bedrock);
  expect(await bench.run()).toEqual({ finished: true, findings: 0 });
  expect(bench.findings()).toEqual([]);
});
