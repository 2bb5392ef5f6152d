import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { asciiJson } from '../../../src/cli/printable.ts';
import { NOW } from '../../policy/policies.ts';
import { type LogsEmulator, startCloudWatchLogs } from '../../support/cloudwatch-logs.ts';
import { files, run } from '../run.ts';
import { AT, attempt, CI, DENIED, decision, outcome, preparation } from './lines.ts';

const HASH = 'a'.repeat(64);
const DONE = { actionGroupId: 'GROUP12345', upstream: { requestId: 'b-1', latencyMs: 80 } };
const finding = (decisionId: string, stage = 'new') =>
  asciiJson({
    class_uid: 2004,
    time: AT + 3_600_000,
    message: 'payments: CreateAgentActionGroup is on record, and CloudTrail has no call.',
    metadata: { uid: `f-1:${stage}` },
    finding_info: { uid: 'f-1', title: 'An attempt without an outcome', types: ['attempt-without-outcome'] },
    unmapped: { decisionId, eventId: 'e-1' },
  });

const show = (lines: readonly string[], id: string, ...args: string[]) =>
  run(['audit', 'show', id, '--file', files({ log: lines.join('\n') }).log, ...args]);

describe('in words', () => {
  test('who, for what, what the policy said and what became of it', async () => {
    const facts = { id: 'd-1', tokenHash: HASH, exemptions: ['EX-7'] };
    const { code, out } = await show([...decision('done', facts, DONE), preparation('PREPARED', facts)], 'd-1');
    expect(code).toBe(0);
    for (const line of [
      'Decision d-1: done, CreateAgentActionGroup bookings GROUP12345 of AGENT12345',
      `  principal:             ${CI}`,
      '  from:                  203.0.113.9',
      '  when:                  2026-11-20T11:30:00.000Z, for 120 ms',
      '  in:                    111122223333 us-east-1',
      '  apiSchema.payload.bytes: 123',
      `  token hash:            ${HASH}`,
      '  revision:              2026-11-20.1',
      '  rules that ran:        caller-is-in-one-team, signature-is-allowed',
      '  exempted by EX-7',
      '  HTTP status:           201',
      '  action group:          GROUP12345',
      '  Bedrock request id:    b-1',
      '  status:                PREPARED',
      '  Bedrock request id:    p-1',
    ]) {
      expect(out.split('\n')).toContain(line);
    }
    expect(out).not.toContain('undefined');
  });

  test('a caller who showed a token, by its issuer and claims', async () => {
    const token = { issuer: 'https://idp.example.com', claims: { sub: 'repo:acme/agents', groups: ['a', 'b'] } };
    const { out } = await show(decision('done', { principal: 'jwt repo:acme/agents', more: { token } }), 'd-1');
    expect(out).toContain(
      '  token issuer:          https://idp.example.com\n  token claims.sub:      repo:acme/agents\n',
    );
    expect(out).toContain('  token claims.groups:   ["a","b"]\n');
  });

  test('every violation with its remedy', async () => {
    const { out } = await show(decision('denied', DENIED, { code: 'POLICY_DENIED' }), 'd-1');
    expect(out).toContain(
      '  denied by signature-is-allowed at /parentActionGroupSignature: ANTHROPIC.Bash is not allowed. Use one of those listed.\n',
    );
    expect(out).toContain('  code:                  POLICY_DENIED\n');
  });

  test('an attempt without an outcome, and what reconciliation says of it', async () => {
    const { out } = await show([attempt(), finding('d-1'), finding('d-1'), finding('d-2')], 'd-1');
    expect(out).toContain('Decision d-1: no-outcome');
    expect(out).toContain('disposition:           not on record: the request is still running');
    expect(out.match(/attempt-without-outcome .* CloudTrail event e-1/g)).toHaveLength(1);
  });

  test('what reconciliation says of a decision that nothing else is known of', async () => {
    const { code, out } = await show([finding('d-1')], 'd-1');
    expect([code, out]).toEqual([0, expect.stringContaining('is not on record; reconciliation speaks of it')]);
  });

  test('other decisions with the same client token, once each', async () => {
    const lines = [
      ...decision('unknown', { id: 'd-1', tokenHash: HASH }),
      ...decision('replayed', { id: 'd-2', tokenHash: HASH, at: AT + 1_000 }),
      ...decision('done', { id: 'd-3', tokenHash: 'b'.repeat(64) }),
      attempt({ id: 'd-4', tokenHash: HASH, at: AT + 2_000 }),
    ];
    const { out } = await show([...lines, ...lines], 'd-1');
    const [, same] = out.split('The same client token\n') as [string, string];
    expect(same).toMatch(/^ {2}\S+ {2}replayed .* d-2\n {2}\S+ {2}no outcome .* d-4\n$/);
  });
});

test('as JSON: the events as they were written', async () => {
  const lines = [...decision('done', { tokenHash: HASH }), ...decision('replayed', { id: 'd-2', tokenHash: HASH })];
  const { out } = await show([...lines, finding('d-1')], 'd-1', '--json');
  const told = JSON.parse(out);
  expect(told).toEqual({
    decisionId: 'd-1',
    attempt: JSON.parse(lines[0] as string),
    outcome: JSON.parse(lines[1] as string),
    findings: [JSON.parse(finding('d-1'))],
    sameToken: [JSON.parse(lines[3] as string)],
  });
});

describe('there is nothing to show', () => {
  test.each<[string, string[], number, string]>([
    ['of a decision that is not on record', ['d-9', '--file', 'LOG'], 1, 'there is no decision d-9 in'],
    ['of one whose id is in another record', ['r-1', '--file', 'LOG'], 1, 'there is no decision r-1'],
    ['of what is no id', ['d-1" || "x', '--file', 'LOG'], 2, 'is no decision id'],
    ['without an id', ['--file', 'LOG'], 2, 'DECISION is missing'],
    ['from standard input', ['d-1', '--file', '-'], 2, 'can be read only once'],
  ])('%s', async (_name, args, exit, words) => {
    const { log } = files({ log: decision('done').join('\n') });
    const { code, err } = await run(['audit', 'show', ...args.map((arg) => (arg === 'LOG' ? log : arg))]);
    expect([code, err]).toEqual([exit, expect.stringContaining(words)]);
  });
});

describe('from CloudWatch', () => {
  let logs: LogsEmulator;
  beforeAll(async () => {
    logs = await startCloudWatchLogs('/portcullis/prod');
    return () => logs.close();
  });
  beforeEach(() => {
    logs.reset();
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
    return () => void vi.unstubAllEnvs();
  });
  const ask = (...args: string[]) =>
    run(['audit', 'show', ...args, '--log-group', '/portcullis/prod', '--region', 'us-east-1'], {
      env: { AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.url },
    });

  test('only what is needed is asked for', async () => {
    for (const line of decision('done', { tokenHash: HASH })) logs.put(line, AT);
    for (const line of decision('replayed', { id: 'd-2', tokenHash: HASH })) logs.put(line, AT);
    logs.put(outcome('done', { id: 'd-3' }), AT);
    const { code, out } = await ask('d-1');
    expect([code, out]).toEqual([0, expect.stringMatching(/The same client token\n.*replayed/)]);
    expect(logs.requests.map(({ filterPattern }) => filterPattern)).toEqual([
      '{ $.unmapped.decisionId = "d-1" }',
      `{ $.unmapped.idempotency.tokenHash = "${HASH}" }`,
    ]);
  });

  test('of the last seven days, unless told', async () => {
    logs.put(outcome('done', { at: NOW - 8 * 86_400_000 }), NOW - 8 * 86_400_000);
    expect(await ask('d-1')).toMatchObject({ code: 1, err: expect.stringContaining('--since 90d') });
    expect((await ask('d-1', '--since', '90d')).code).toBe(0);
  });
});
