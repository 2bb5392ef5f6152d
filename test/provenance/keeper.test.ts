/** What keeping the provenance costs, and what becomes of a request when it fails. */
import { describe, expect, test } from 'vitest';
import { deadline } from '../../src/deadline.ts';
import { LineLogger } from '../../src/log.ts';
import { Problem } from '../../src/problem.ts';
import { provenanceKeeper } from '../../src/provenance/keeper.ts';
import { changedSince } from '../../src/provenance/provenance.ts';
import * as store from '../../src/provenance/store.ts';
import { addProvenance, readProvenance, readProvenanceOfAgent } from '../../src/provenance/store.ts';
import type { Decision, Request } from '../../src/provisioning.ts';
import { ask, behind, GROUPS } from '../support/ask.ts';
import { provenanceService } from '../support/provenance-service.ts';
import { freshToken, group } from '../support/service.ts';

const bench = provenanceService();
const put = (target: string, body: unknown) =>
  ask(bench.service, { method: 'PUT', target: `${GROUPS}/${target}`, body });
const known = (actionGroupId: string) =>
  readProvenance(bench.table, { agentId: 'AGENT12345', actionGroupId }, AbortSignal.timeout(5_000));

describe('what it costs', () => {
  test('a creation without a token: one call', async () => {
    expect((await bench.service.post()).status).toBe(201);
    expect(bench.calls()).toEqual(['UpdateItem']);
  });

  test('a replay: nothing beyond finding it, and what is known stays', async () => {
    const body = group({ clientToken: freshToken() });
    const first = await bench.service.post(body);
    const id = first.json.agentActionGroup.actionGroupId;
    const before = await known(id);
    bench.store.reset();
    expect((await bench.service.post(body)).headers['idempotent-replayed']).toBe('true');
    expect(bench.calls()).not.toContain('UpdateItem');
    expect(await known(id)).toEqual(before);
  });

  test.each([
    ['a denial', () => bench.service.post(group({ actionGroupExecutor: { customControl: 'RETURN_CONTROL' } })), 403],
    ['a dry run', () => bench.service.post(group(), { query: '?dryRun=true' }), 200],
    ['a read', () => ask(bench.service, { method: 'GET', target: GROUPS }), 200],
    [
      'a creation that Bedrock refuses',
      () => {
        bench.service.bedrock.fault({ kind: 'quota', operation: 'CreateAgentActionGroup' });
        return bench.service.post();
      },
      409,
    ],
  ] as const)('%s: nothing', async (_name, request, status) => {
    expect((await request()).status).toBe(status);
    expect(bench.calls()).toEqual([]);
  });

  test.each([
    ['fails for certain: nothing beyond the lease', 'access-denied', 0],
    ['may have been made: one call', 'drop', 1],
  ] as const)('an update that %s', async (_name, kind, more) => {
    const { actionGroupId } = (await bench.service.post()).json.agentActionGroup;
    const costs = async () => {
      bench.store.reset();
      const { status } = await put(actionGroupId, group({ description: 'Later.' }));
      return { status, updates: bench.calls().filter((name) => name === 'UpdateItem').length };
    };
    const done = await costs();
    expect(done.status).toBe(200);
    bench.service.bedrock.fault({ kind, operation: 'UpdateAgentActionGroup', times: 3 });
    const failed = await costs();
    expect(failed.status).toBeGreaterThanOrEqual(500);
    expect(failed.updates - (done.updates - 1)).toBe(more);
  });

  test('a declaration of what is so already: nothing', async () => {
    const { actionGroupName: _, ...body } = group();
    await put('by-name/bookings', body);
    bench.store.reset();
    expect((await put('by-name/bookings', body)).json.change).toBe('unchanged');
    expect(bench.calls()).toEqual([]);
  });
});

describe('a write that fails', () => {
  const failures = () =>
    bench.service.lines.map((line) => JSON.parse(line)).filter(({ message }) => /Provenance/.test(message));

  test.each(['error', 'drop', 'throttle', 'hang'] as const)(
    '%s: the request succeeds, and the log tells',
    async (fault) => {
      bench.store.fault({ do: fault, operation: 'UpdateItem', times: 3 });
      const made = await bench.service.post();
      expect(made.status).toBe(201);
      const { actionGroupId } = made.json.agentActionGroup;
      expect(failures()).toEqual([
        expect.objectContaining({
          level: 'ERROR',
          decisionId: made.headers['x-decision-id'],
          agentId: 'AGENT12345',
          actionGroupId,
        }),
      ]);
      expect(await known(actionGroupId)).toBeUndefined();
      bench.store.reset();
      expect((await put(actionGroupId, group({ actionGroupState: 'ENABLED' }))).status).toBe(200);
      expect((await known(actionGroupId))?.written?.operation).toBe('UpdateAgentActionGroup');
    },
  );

  test('that of an unknown outcome: no failure of its own, and the log tells', async () => {
    const lines: string[] = [];
    const log = new LineLogger((line) => void lines.push(line));
    const keeper = provenanceKeeper(store, { client: bench.table.client, name: 'no-such-table' }, log);
    const caller = { arn: 'arn:aws:iam::111122223333:role/payments-ci' };
    const request = { operation: 'UpdateAgentActionGroup', agentId: 'AGENT12345', actionGroupId: 'GROUP12345', caller };
    const problem = new Problem('OUTCOME_UNKNOWN', { mayHaveCommitted: true });
    const decision = { id: 'D', team: 'payments' } as Decision;
    await keeper.remember(
      request as Request,
      decision,
      problem,
      deadline(() => 5_000),
    );
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'ERROR', decisionId: 'D', actionGroupId: 'GROUP12345' }),
    ]);
  });

  test('one whose answer is lost is made again, and no failure', async () => {
    bench.store.fault({ do: 'lose-answer', operation: 'UpdateItem' });
    const made = await bench.service.post();
    expect(failures()).toEqual([]);
    expect(await known(made.json.agentActionGroup.actionGroupId)).toBeDefined();
  });

  test('a group that was found again after a lost answer is this request’s', async () => {
    bench.service.bedrock.fault({ kind: 'drop', when: 'after-commit', operation: 'CreateAgentActionGroup' });
    const made = await bench.service.post(group({ clientToken: freshToken() }));
    expect((await known(made.json.agentActionGroup.actionGroupId))?.written?.decisionId).toBe(
      made.headers['x-decision-id'],
    );
  });
});

describe('the table', () => {
  const signal = () => AbortSignal.timeout(5_000);
  const authorship = (operation: string) => ({
    operation,
    at: '2026-11-20T12:00:00.000Z',
    by: { principal: 'arn:aws:iam::111122223333:role/payments-ci', session: undefined, team: 'payments' },
    decisionId: operation,
    policy: { revision: '1', digest: 'd' },
  });
  const written = (updatedAt: string) => ({
    ...authorship(`write of ${updatedAt}`),
    actionGroupName: 'bookings',
    updatedAt,
  });
  const of = (agentId: string, actionGroupId = 'GROUP12345') => ({ agentId, actionGroupId });

  test('writes that arrive in another order than Bedrock had them: the younger group stays', async () => {
    const id = of('ORDERAGENT');
    await addProvenance(bench.table, { ...id, written: written('2026-11-20T12:00:02.000Z') }, signal());
    await addProvenance(bench.table, { ...id, written: written('2026-11-20T12:00:01.000Z') }, signal());
    expect((await readProvenance(bench.table, id, signal()))?.written?.updatedAt).toBe('2026-11-20T12:00:02.000Z');
  });

  test('a write that arrives after the deletion does not undo it', async () => {
    const id = of('ORDERAGEN2');
    await addProvenance(bench.table, { ...id, deleted: authorship('delete') }, signal());
    await addProvenance(bench.table, { ...id, written: written('2026-11-20T12:00:01.000Z') }, signal());
    const found = await readProvenance(bench.table, id, signal());
    expect([found?.written?.operation, found?.deleted?.operation]).toEqual([
      'write of 2026-11-20T12:00:01.000Z',
      'delete',
    ]);
  });

  test('what is known of an agent, whatever the number of its groups', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `GROUP${10_000 + index}`);
    for (const id of ids) {
      // Ten of them are more than DynamoDB answers at once.
      const long = { ...written('2026-11-20T12:00:01.000Z'), actionGroupName: 'x'.repeat(100_000) };
      await addProvenance(bench.table, { ...of('LARGEAGENT', id), written: long }, signal());
    }
    expect([...(await readProvenanceOfAgent(bench.table, 'LARGEAGENT', signal())).keys()].sort()).toEqual(ids);
    expect((await readProvenanceOfAgent(bench.table, 'NOSUCHAGNT', signal())).size).toBe(0);
  });

  test('the younger of two that are pending stays, beside what was written', async () => {
    const id = of('ORDERAGEN3');
    const pending = (at: string) => ({ ...authorship('UpdateAgentActionGroup'), at });
    await addProvenance(bench.table, { ...id, written: written('2026-11-20T12:00:01.000Z') }, signal());
    for (const at of ['2026-11-20T12:00:02.000Z', '2026-11-20T12:00:03.000Z', '2026-11-20T12:00:01.000Z'])
      await addProvenance(bench.table, { ...id, pending: pending(at) }, signal());
    const found = await readProvenance(bench.table, id, signal());
    expect([found?.pending?.at, found?.written?.updatedAt]).toEqual([
      '2026-11-20T12:00:03.000Z',
      '2026-11-20T12:00:01.000Z',
    ]);
  });

  const LATER = '2026-11-20T12:00:30.000Z';
  test.each([
    ['what was given up may have made it', 'UpdateAgentActionGroup', LATER, LATER, null],
    ['Bedrock made it after it was given up', 'UpdateAgentActionGroup', LATER, '2026-11-20T12:05:30.000Z', null],
    ['too late to be that', 'UpdateAgentActionGroup', LATER, '2026-11-20T12:05:30.001Z', true],
    ['settled by the later write', 'UpdateAgentActionGroup', '2026-11-20T11:59:59.999Z', LATER, true],
    ['gone, as was asked for', 'DeleteAgentActionGroup', LATER, undefined, null],
    ['gone, which an update does not do', 'UpdateAgentActionGroup', LATER, undefined, true],
    ['not changed at all', 'UpdateAgentActionGroup', LATER, '2026-11-20T12:00:01.000Z', false],
  ] as const)('changed since, with a change pending: %s', (_name, operation, at, updatedAt, changed) => {
    const pending = { ...authorship(operation), operation, at };
    const provenance = { ...of('AGENT12345'), written: written('2026-11-20T12:00:01.000Z'), pending };
    expect(changedSince(provenance, updatedAt && { updatedAt: new Date(updatedAt) })).toBe(changed);
  });

  test('changed since, with a change pending of a group that may never have been there: nobody knows', () => {
    const pending = { ...authorship('UpdateAgentActionGroup'), at: LATER };
    expect(changedSince({ ...of('AGENT12345'), pending }, undefined)).toBe(null);
  });

  test.each([
    ['the group as it was written', '2026-11-20T12:00:01.000Z', false],
    ['a later one', '2026-11-20T12:00:01.001Z', true],
    // Read before the write that is known: the look is old, not the provenance.
    ['an earlier one', '2026-11-20T12:00:00.999Z', false],
  ])('changed since: %s', (_name, updatedAt, changed) => {
    const provenance = { ...of('AGENT12345'), written: written('2026-11-20T12:00:01.000Z') };
    expect(changedSince(provenance, { updatedAt: new Date(updatedAt) })).toBe(changed);
  });
});

describe('where no provenance is kept', () => {
  const without = provenanceService({ PROVENANCE_TABLE: '' });

  test('no call is made for a creation without a token, and asking for it tells so', async () => {
    const made = await without.service.post();
    expect(made.status).toBe(201);
    const id = made.json.agentActionGroup.actionGroupId;
    const reply = await ask(without.service, { method: 'GET', target: `${GROUPS}/${id}/provenance` });
    expect([reply.status, reply.json.detail]).toEqual([404, expect.stringContaining('keeps no provenance')]);
    expect(without.calls()).toEqual([]);
    await behind(without.service).remove(id);
  });
});
