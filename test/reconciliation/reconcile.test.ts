/** Reconciliation as it is deployed: over HTTP, with pages and limits, late deliveries, failures and interruptions. */
import { BedrockAgentClient, CreateAgentActionGroupCommand } from '@aws-sdk/client-bedrock-agent';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PERMISSIONS } from '../../src/deploy/permissions.ts';
import { ensureTable } from '../../src/local/dynamodb.ts';
import { ask, GROUPS } from '../support/ask.ts';
import { provenanceService } from '../support/provenance-service.ts';
import { AGENT, freshToken, group } from '../support/service.ts';
import type { AwsFault } from './aws.ts';
import { LATER_MS, LOG_GROUP, reconciliationBench, recordsOf } from './bench.ts';
import { type RecordFacts, ROLE, recordOf } from './records.ts';

const kept = provenanceService();
let writes = (_line: string) => {};
const bench = reconciliationBench(
  () => kept.service.config,
  (line) => writes(line),
);
const MINUTE = 60_000;
let foreigner: BedrockAgentClient | undefined;

beforeAll(() => ensureTable(kept.table.client, kept.service.config.idempotencyTable));
beforeEach(async () => {
  writes = () => {};
  const id = { S: 'reconciliation#us-east-1' };
  await kept.table.client.send(new DeleteItemCommand({ TableName: kept.service.config.idempotencyTable, Key: { id } }));
  bench.aws.records = () => recordsOf(kept.service.bedrock);
});
afterAll(() => foreigner?.destroy());

/** Somebody goes round the service. */
async function bypass(actionGroupName = 'round'): Promise<void> {
  foreigner ??= new BedrockAgentClient({
    region: 'us-east-1',
    endpoint: kept.service.bedrock.url,
    credentials: { accessKeyId: 'AKIDFOREIGN', secretAccessKey: 'x' },
  });
  await foreigner.send(new CreateAgentActionGroupCommand({ agentId: AGENT, agentVersion: 'DRAFT', actionGroupName }));
}

/** What the service has written comes to CloudWatch. */
const deliver = (isDelivered: (line: string) => boolean = () => true) =>
  bench.log(...kept.service.lines.filter(isDelivered));
const isOutcome = (line: string) => JSON.parse(line).unmapped?.phase === 'outcome';

describe('nothing is found', () => {
  test('of everything that callers do through the service', async () => {
    const { service } = kept;
    const body = group({ clientToken: freshToken() });
    const { actionGroupId } = (await service.post(body, { query: '?prepare=start' })).json.agentActionGroup;
    service.bedrock.agents.setStatus(AGENT, 'PREPARED');
    const place = `${GROUPS}/${actionGroupId}`;
    await service.post(body);
    await service.post(group({ actionGroupExecutor: { customControl: 'RETURN_CONTROL' } }));
    await service.post(group({ actionGroupName: 'other' }), { query: '?dryRun=true' });
    await service.post(group());
    await ask(service, { method: 'PUT', target: place, body: group({ description: 'Later.' }) });
    await ask(service, { method: 'PUT', target: `${GROUPS}/by-name/bookings`, body: { description: 'Later.' } });
    await ask(service, { method: 'GET', target: place });
    await ask(service, { method: 'DELETE', target: `${place}?disableFirst=true` });
    await ask(service, { method: 'POST', target: `/v1/agents/${AGENT}/prepare` });
    const operations = service.bedrock.ledger.map(({ operation }) => operation.replace('AgentActionGroup', ''));
    expect(operations).toEqual(['Create', 'PrepareAgent', 'Update', 'Update', 'Update', 'Delete', 'PrepareAgent']);
    deliver();
    expect(await bench.run()).toEqual({ finished: true, findings: 0 });
    expect(bench.told()).toEqual([]);
  });

  test('of what is younger than what CloudTrail may still be about to tell', async () => {
    await bypass();
    await bench.run(19 * MINUTE);
    expect(bench.told()).toEqual([]);
  });

  test.each([
    ['another account', { recipientAccountId: '999922223333' }],
    ['another region', { awsRegion: 'eu-west-1' }],
    ['another service', { eventSource: 'bedrock-agentcore.amazonaws.com' }],
  ])('of a write in %s', async (_name, more) => {
    bench.aws.records = () => [recordOf({ at: Date.now(), role: 'admin', more })];
    await bench.run();
    expect(bench.told()).toEqual([]);
  });
});

describe('it is found', () => {
  test('that somebody went round the service, with who it was, as line and as metric', async () => {
    await bypass();
    await bench.run();
    const { actionGroupId, requestId } = kept.service.bedrock.ledger[0]!;
    const principal = 'arn:aws:sts::111122223333:assumed-role/admin/function';
    expect(bench.findings()).toEqual([
      expect.objectContaining({
        severity: 'High',
        status: 'New',
        finding_info: expect.objectContaining({
          types: ['write-not-ours'],
          uid: `write-not-ours:event-of-${requestId}`,
          title: 'Somebody wrote bypassing this service.',
        }),
        message: `CreateAgentActionGroup of action group ${actionGroupId} of agent ${AGENT} by ${principal}: Somebody wrote bypassing this service.`,
        unmapped: expect.objectContaining({
          agentId: AGENT,
          actionGroupId,
          eventId: `event-of-${requestId}`,
          principal,
        }),
      }),
    ]);
    const metrics = bench.lines.filter(({ _aws }) => _aws !== undefined);
    expect(metrics).toContainEqual(expect.objectContaining({ Findings: expect.anything(), Kind: 'write-not-ours' }));
    expect(metrics).toContainEqual(expect.objectContaining({ Reconciled: expect.anything() }));
  });

  test('that no line of a write has arrived', async () => {
    await kept.service.post();
    await bench.run();
    expect(bench.told()).toEqual(['write-without-attempt']);
  });

  test('that an outcome has not arrived', async () => {
    await kept.service.post();
    deliver((line) => !isOutcome(line));
    await bench.run();
    expect(bench.told()).toEqual(['attempt-without-outcome committed']);
  });

  test('on whatever page it stands, among lines and events of others', async () => {
    bench.aws.pageSize = 1;
    await kept.service.post();
    await kept.service.post(group({ actionGroupName: 'second' }));
    await bypass();
    await bypass('round-2');
    bench.log('START RequestId: 0', '{"level":"INFO","message":"no audit line"}');
    deliver((line) => !isOutcome(line));
    bench.log('{"class_uid":6003,"activity_id":1}');
    await bench.run();
    expect(bench.told().sort()).toEqual([
      'attempt-without-outcome committed',
      'attempt-without-outcome committed',
      'write-not-ours',
      'write-not-ours',
    ]);
    expect(bench.lines.filter(({ level }) => level === 'ERROR')).toEqual([
      expect.objectContaining({ message: 'An audit line cannot be read.' }),
    ]);
  });

  test('beside a damaged event, which is told as an error', async () => {
    await bypass();
    bench.aws.records = () => ['{"eventName": "CreateAgentAct', ...recordsOf(kept.service.bedrock), '{}'];
    await bench.run();
    expect(bench.told()).toEqual(['write-not-ours']);
    expect(bench.lines.filter(({ level }) => level === 'ERROR')).toHaveLength(2);
  });

  test('late, when CloudTrail is late: nobody is blamed meanwhile, and the verdict is told again', async () => {
    await bypass();
    await kept.service.post();
    deliver((line) => !isOutcome(line));
    bench.aws.records = () => [];
    await bench.run();
    expect(bench.told()).toEqual(['attempt-without-outcome no-call']);
    bench.aws.records = () => recordsOf(kept.service.bedrock);
    await bench.run(LATER_MS + 15 * MINUTE);
    await bench.run(LATER_MS + 30 * MINUTE);
    expect(bench.told().slice(1).sort()).toEqual(['attempt-without-outcome committed again', 'write-not-ours']);
    expect(new Set(bench.findings().map(({ finding_info }) => finding_info.uid)).size).toBe(2);
  });
});

describe('once', () => {
  test('however often it is looked at', async () => {
    await bypass();
    for (const minutes of [25, 40, 55]) await bench.run(minutes * MINUTE);
    expect(bench.told()).toEqual(['write-not-ours']);
  });

  test.each([['before'], ['after']])('when the event tells it %s the schedule does', async (order) => {
    await bypass();
    const [record] = recordsOf(kept.service.bedrock);
    const steps = [() => bench.detect(record), () => bench.run()];
    const counts = [];
    for (const step of order === 'before' ? steps : steps.reverse()) counts.push((await step()).findings);
    expect(counts).toEqual([1, 0]);
    expect(bench.told()).toEqual(['write-not-ours']);
    expect(bench.lines.filter(({ Findings }) => Findings !== undefined)).toHaveLength(1);
  });

  test('but never not at all: a line that cannot be written is written by the next run', async () => {
    await bypass();
    writes = (line) => {
      if (line.includes('2004')) throw new Error('the pipe is closed');
    };
    await expect(bench.run()).rejects.toThrow('the pipe is closed');
    writes = () => {};
    await bench.run(LATER_MS + 15 * MINUTE);
    expect(bench.told()).toEqual(['write-not-ours']);
  });

  test('and counted, when more became known of it before its first line could be written', async () => {
    await kept.service.post();
    deliver((line) => !isOutcome(line));
    bench.aws.records = () => [];
    writes = (line) => {
      if (line.includes('2004')) throw new Error('the pipe is closed');
    };
    await expect(bench.run()).rejects.toThrow('the pipe is closed');
    writes = () => {};
    bench.aws.records = () => recordsOf(kept.service.bedrock);
    await bench.run(LATER_MS + 15 * MINUTE);
    expect(bench.told()).toEqual(['attempt-without-outcome committed']);
    expect(bench.lines.filter(({ Findings }) => Findings !== undefined)).toHaveLength(1);
  });

  test('by one run at a time', async () => {
    await bypass();
    let second: ReturnType<typeof bench.run> | undefined;
    bench.aws.onCall = () => {
      second ??= bench.run();
    };
    expect(await bench.run()).toEqual({ finished: true, findings: 1 });
    expect(await second).toEqual({ finished: false, findings: 0 });
    expect(bench.told()).toEqual(['write-not-ours']);
  });
});

describe('a run', () => {
  const passing: AwsFault[] = [
    { operation: 'LookupEvents', do: 'throttle', times: 3 },
    { operation: 'LookupEvents', do: 'drop' },
    { operation: 'FilterLogEvents', do: 'throttle', times: 3 },
    { operation: 'FilterLogEvents', do: 'error' },
  ];

  test('waits out throttling, failures and lost answers of both', async () => {
    await bypass();
    bench.aws.fault(...passing);
    expect(await bench.run()).toEqual({ finished: true, findings: 1 });
  });

  test('stays within half of what CloudTrail allows', async () => {
    bench.aws.pageSize = 1;
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await bypass(`round-${name}`);
    await bench.run();
    const lookups = bench.aws.calls.filter(({ operation }) => operation === 'LookupEvents');
    expect(lookups).toHaveLength(9);
    // One may be made at once, each further one a second later.
    expect(bench.sleptMs()).toBeGreaterThan(7_999);
  });

  const throttled = 'ThrottlingException';
  const lasting: [string, () => void, string][] = [
    [
      'CloudTrail throttles on',
      () => bench.aws.fault({ operation: 'LookupEvents', do: 'throttle', times: 8 }),
      throttled,
    ],
    [
      'CloudWatch throttles on',
      () => bench.aws.fault({ operation: 'FilterLogEvents', do: 'throttle', times: 8 }),
      throttled,
    ],
    ['CloudTrail refuses', () => bench.aws.fault({ operation: 'LookupEvents', do: 'refuse' }), 'AccessDeniedException'],
    ['there is no such log group', () => void bench.aws.logs.delete(LOG_GROUP), 'ResourceNotFoundException'],
  ];

  test.each(lasting)(
    'fails where %s; nothing is judged by half of the evidence, and the next run finds all',
    async (_what, breaks, name) => {
      await kept.service.post();
      await bypass();
      breaks();
      await expect(bench.run()).rejects.toMatchObject({ name });
      expect(bench.told()).toEqual([]);
      bench.aws.logs.set(LOG_GROUP, []);
      deliver();
      expect(await bench.run(LATER_MS + 15 * MINUTE)).toEqual({ finished: true, findings: 1 });
      expect(bench.told()).toEqual(['write-not-ours']);
    },
  );

  test('that is killed half way is gone on with, once its time is over', async () => {
    await bypass();
    // Its process is gone: it neither goes on nor gives up its hold.
    const begun = Promise.withResolvers<void>();
    bench.aws.onCall = () => begun.resolve();
    bench.aws.fault({ operation: 'LookupEvents', do: 'hang' });
    bench.run().catch(() => {});
    await begun.promise;
    bench.aws.onCall = () => {};
    expect(await bench.run(LATER_MS + 14 * MINUTE)).toEqual({ finished: false, findings: 0 });
    expect(await bench.run(LATER_MS + 16 * MINUTE)).toEqual({ finished: true, findings: 1 });
    expect(bench.told()).toEqual(['write-not-ours']);
  });

  test('after days goes on hour by hour, and where its time is short the next one does', async () => {
    await bench.run();
    const DAY = 24 * 60 * MINUTE;
    const record = recordOf({ at: Date.now() + LATER_MS + DAY / 2, role: 'admin' });
    bench.aws.records = () => [record];
    bench.aws.calls.length = 0;
    const spans = () => bench.aws.calls.filter(({ operation }) => operation === 'FilterLogEvents').length;
    const isShort = () => (spans() < 5 ? 900_000 : 60_000);
    expect(await bench.run(LATER_MS + DAY, isShort)).toEqual({ finished: false, findings: 0 });
    expect(spans()).toBe(5);
    expect((await bench.run(LATER_MS + DAY)).finished).toBe(true);
    expect([24, 25]).toContain(spans());
    expect(bench.told()).toEqual(['write-not-ours']);
  });

  test('asks for nothing that its role lacks, and its role has nothing that it never asks for', async () => {
    await kept.service.post(group(), { query: '?prepare=start' });
    const update = { operation: 'UpdateItem', do: 'error', times: 3 } as const;
    kept.store.fault(update);
    await kept.service.post(group({ actionGroupName: 'forgotten' }));
    kept.store.reset();
    deliver();
    await bench.run();
    expect(bench.told()).toContain('write-without-provenance again repaired');
    const { table, provenance, log, trail } = PERMISSIONS.reconcile!;
    const seen = (operations: readonly string[], prefix: string) =>
      [...new Set(operations)].map((name) => `${prefix}:${name}`).sort();
    expect(seen(kept.store.calls, 'dynamodb')).toEqual([...new Set([...table, ...provenance])].sort());
    const asked = bench.aws.calls.map(({ operation }) => operation);
    expect(
      seen(
        asked.filter((name) => name === 'LookupEvents'),
        'cloudtrail',
      ),
    ).toEqual(trail);
    expect(
      seen(
        asked.filter((name) => name !== 'LookupEvents'),
        'logs',
      ),
    ).toEqual(log);
  });
});

describe('the event of a write', () => {
  const record = (facts: RecordFacts = {}) => recordOf({ at: Date.now(), role: 'admin', ...facts });

  test.each<[string, RecordFacts, number]>([
    ['by a role of ours', { role: `portcullis/${ROLE}` }, 0],
    ['that was refused', { errorCode: 'AccessDenied' }, 0],
    ['in another region', { more: { awsRegion: 'eu-west-1' } }, 0],
    ['that is a read', { operation: 'GetAgentActionGroup' }, 0],
    ['by somebody else', {}, 1],
    ['that prepares an agent', { operation: 'PrepareAgent' }, 1],
  ])('%s', async (_name, facts, findings) => {
    expect(await bench.detect(record(facts))).toEqual({ findings });
    expect(bench.told()).toHaveLength(findings);
  });

  test('that is delivered twice is told once', async () => {
    const detail = record();
    expect([await bench.detect(detail), await bench.detect(detail)]).toEqual([{ findings: 1 }, { findings: 0 }]);
  });

  test('that is none is refused, so that it is tried again and then kept for somebody to look at', async () => {
    await expect(bench.detect({ eventName: 'CreateAgentActionGroup' })).rejects.toThrow(TypeError);
  });

  test('asks for nothing that its role lacks', async () => {
    kept.store.reset();
    await bench.detect(record());
    expect([...new Set(kept.store.calls)].map((name) => `dynamodb:${name}`)).toEqual(
      PERMISSIONS['detect-bypass']!.table,
    );
  });
});
