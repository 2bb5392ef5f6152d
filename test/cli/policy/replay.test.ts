import { createWriteStream } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type Facts, recordsOf } from '../../../src/audit/record.ts';
import { beginTrail } from '../../../src/audit/trail.ts';
import { fromRecord } from '../../../src/cli/policy/recorded.ts';
import { LineLogger } from '../../../src/log.ts';
import { decide, type Verdict } from '../../../src/policy/decide.ts';
import type { PolicyRequest } from '../../../src/policy/request.ts';
import { RULES } from '../../../src/policy/rules/index.ts';
import type { Request } from '../../../src/provisioning.ts';
import { documentWith, exemption, NOW, policyWith, request, role, team, withSignature } from '../../policy/policies.ts';
import { files, run } from '../run.ts';

const CI = 'arn:aws:iam::111122223333:role/payments-ci';
const IDS = { requestId: 'r-1', traceId: undefined };
const PLACE = { account: '111122223333', region: 'us-east-1' };
const USER_INPUT = withSignature('AMAZON.UserInput');
const BASH = withSignature('ANTHROPIC.Bash');
const ALLOWING_BASH = { rules: { 'signature-is-allowed': { allow: ['AMAZON.UserInput', 'ANTHROPIC.Bash'] } } };
const ALLOWING_NOTHING = { rules: { 'signature-is-allowed': { allow: [] } } };

/** The flow's request for what a policy is asked. */
function asRequest(
  { principal, clientTokenGiven, agentAccount, agentRegion, ...asked }: PolicyRequest,
  arn = CI,
): Request {
  const token = clientTokenGiven ? { clientToken: 'x'.repeat(33) } : {};
  return { ...asked, ...token, dryRun: false, prepare: 'none', caller: { principal, arn } } as unknown as Request;
}

function factsOf(id: string, asked: PolicyRequest, { broken: _, ...verdict }: Verdict, arn = CI, place = PLACE): Facts {
  return { ids: IDS, request: asRequest(asked, arn), decision: { id, ...verdict }, tokenHash: undefined, place };
}

/** The line of an attempt, as the service writes it. */
function lineOf(id: string, changes: Partial<PolicyRequest>, policy = policyWith(), arn = CI): string {
  const lines: string[] = [];
  const log = new LineLogger((line) => void lines.push(line));
  const asked = request(changes);
  beginTrail(log, factsOf(id, asked, decide(policy, asked, NOW), arn), () => 0).dryRun();
  return lines[0] as string;
}

/** The trail's clock is the machine's; the time of a decision is what its record says. */
function atNoon(log: string): string {
  return log.replaceAll(/"time":\d+/g, `"time":${Date.parse('2026-11-20T12:00:00Z')}`);
}

async function replay(log: string | Uint8Array, now: Record<string, unknown> = {}, ...args: string[]) {
  const paths = files({ 'new.yaml': documentWith(now), 'audit.log': log });
  const ran = await run(['policy', 'replay', paths['new.yaml'], '--audit', paths['audit.log'], ...args]);
  return { ...ran, err: ran.err.replaceAll(paths['audit.log'], 'audit.log') };
}

async function report(log: string | Uint8Array, now: Record<string, unknown> = {}, ...args: string[]) {
  const { code, out } = await replay(log, now, '--json', ...args);
  return { code, ...(JSON.parse(out) as Record<string, unknown>) };
}

describe('what would be different', () => {
  const LOG = [lineOf('d-1', USER_INPUT), lineOf('d-2', BASH), lineOf('d-3', {}), lineOf('d-4', USER_INPUT)].join('\n');
  const row = (kind: string, count: number, samples: string[], rule = 'signature-is-allowed') => {
    return { kind, team: 'payments', rule, count, samples };
  };

  test.each<[string, Record<string, unknown>, number, unknown, unknown[]]>([
    ['nothing', {}, 0, { same: 4 }, []],
    [
      'what is newly denied',
      ALLOWING_NOTHING,
      1,
      { same: 2, newlyDenied: 2 },
      [row('newly-denied', 2, ['d-1', 'd-4'])],
    ],
    ['what is newly allowed', ALLOWING_BASH, 1, { same: 3, newlyAllowed: 1 }, [row('newly-allowed', 1, ['d-2'])]],
    [
      'what is newly warned about',
      {
        rules: {
          'signature-is-allowed': { allow: ['AMAZON.UserInput'] },
          'description-is-given': { enforcement: 'warn', minLength: 5 },
        },
      },
      0,
      { same: 3, newlyWarned: 1 },
      [row('newly-warned', 1, ['d-3'], 'description-is-given')],
    ],
    [
      'what is denied because nobody is in a team any more',
      { teams: {} },
      1,
      { same: 1, newlyDenied: 3 },
      [row('newly-denied', 3, ['d-1', 'd-3', 'd-4'], 'caller-is-in-one-team')],
    ],
    [
      'what an exemption lets through at that time',
      { exemptions: [exemption({ until: '2026-11-20T12:00:00Z' })] },
      1,
      { same: 3, newlyAllowed: 1 },
      [row('newly-allowed', 1, ['d-2'])],
    ],
  ])('%s', async (_name, now, code, counts, changes) => {
    const log = atNoon(LOG);
    expect(await report(log, now)).toMatchObject({
      code,
      decisions: 4,
      from: '2026-11-20T12:00:00.000Z',
      to: '2026-11-20T12:00:00.000Z',
      unreadable: 0,
      unjudged: {},
      changes,
      ...(counts as object),
    });
  });

  test('between two policies, whatever was decided then', async () => {
    const { 'old.yaml': old } = files({ 'old.yaml': documentWith(ALLOWING_BASH) });
    expect(await report(LOG, {}, '--policy', old)).toMatchObject({
      code: 1,
      newlyDenied: 1,
      changes: [row('newly-denied', 1, ['d-2'])],
    });
  });

  test('in words', async () => {
    const { code, out, err } = await replay(atNoon(LOG), ALLOWING_NOTHING);
    expect([code, err]).toEqual([1, '']);
    expect(out.replace(/\(\w{12}\)/, '(…)')).toBe(
      `Decided anew: 4, from 2026-11-20T12:00:00.000Z to 2026-11-20T12:00:00.000Z, under 1 (…).
2 the same, 2 newly denied, 0 newly allowed, 0 newly warned about.

Newly denied, by the rule that denies:
COUNT  TEAM      RULE                  SUCH AS
2      payments  signature-is-allowed  d-1 d-4
`,
    );
  });
});

describe('a log is read as it comes', () => {
  const line = lineOf('d-1', BASH);
  const other = '{"level":"INFO","message":"refused"}';

  test.each<[string, string | Uint8Array, number]>([
    ['lines of the service', [line, other, line].join('\n'), 2],
    ['lines between those of Lambda', `START RequestId: x\r\n${line}\r\nEND RequestId: x\r\n`, 1],
    ['with a time before', `2026-11-20T12:00:00.000Z ${line}\n`, 1],
    ['with tabs before', `2026-11-20T12:00:00.000Z\tr-1\tINFO\t${line}\n`, 1],
    ['gzip', gzipSync(`${line}\n`), 1],
    [
      'a subscription’s',
      JSON.stringify({
        logEvents: [
          { id: '1', message: line },
          { id: '2', message: line },
        ],
      }),
      2,
    ],
    ['what filter-log-events prints', JSON.stringify({ events: [{ message: `${line}\n` }] }, null, 4), 1],
    ['without outcomes', [line, line.replaceAll('"attempt"', '"outcome"')].join('\n'), 1],
    ['with lines that were cut', `${line}\n${line.slice(0, 200)}\n`, 1],
    ['with texts that name an attempt', `${line}\n{"message":"an \\"attempt\\" at it"}\n{"a":"attempt"}\n`, 1],
  ])('%s', async (_name, log, decisions) => {
    expect(await report(log)).toMatchObject({ decisions, unreadable: 0 });
  });

  test('a record that says too little is counted, and not guessed at', async () => {
    const [withoutGroup, withoutCaller] = [JSON.parse(line), JSON.parse(line)];
    delete withoutGroup.unmapped.actionGroup;
    withoutCaller.unmapped.principal = 'somebody';
    const log = [line, JSON.stringify(withoutGroup), JSON.stringify(withoutCaller)].join('\n');
    const { out } = await replay(log);
    expect(out).toContain('Decided anew: 1, from');
    expect(out).toContain('Records that could not be understood: 2.');
    expect(await report(log)).toMatchObject({ decisions: 1, unreadable: 2 });
  });

  test('a rule is not judged where the record lacks what it looks at', async () => {
    const lambda = 'arn:aws:lambda:eu-west-1:111122223333:function:book';
    const whole = lineOf('d-1', { actionGroup: { actionGroupName: 'book', actionGroupExecutor: { lambda } } });
    const log = whole.replace(/"cloud":.*"region":"us-east-1"},/, '').replace(/"clientTokenGiven":\w+,/, '');
    const now = { rules: { 'lambda-is-in-agent-account-and-region': {}, 'client-token-is-given': {} } };
    expect(await report(whole, now)).toMatchObject({ code: 1, newlyDenied: 1, unjudged: {} });
    expect(await report(log, now)).toMatchObject({
      code: 0,
      same: 1,
      unjudged: { 'lambda-is-in-agent-account-and-region': 1, 'client-token-is-given': 1 },
    });
    const place = ['--agent-account', '111122223333', '--agent-region', 'us-east-1'];
    expect(await report(log, now, ...place)).toMatchObject({ code: 1, unjudged: { 'client-token-is-given': 1 } });
    expect((await replay(log, now)).out).toContain('what it looks at: lambda-is-in-agent-account-and-region (1).');
  });

  test('100,000 decisions', async () => {
    const { 'audit.log': path, 'new.yaml': policy } = files({
      'audit.log': '',
      'new.yaml': documentWith(ALLOWING_NOTHING),
    });
    const stream = createWriteStream(path);
    for (let index = 0; index < 100; index++) {
      const lines = Array.from({ length: 1000 }, (_, at) => line.replace('"d-1"', `"d-${index * 1000 + at}"`));
      stream.write(
        `${lines.join('\n').replaceAll('ANTHROPIC.Bash', index % 2 ? 'AMAZON.UserInput' : 'ANTHROPIC.Bash')}\n`,
      );
    }
    await new Promise((resolve) => stream.end(resolve));
    let shown = '';
    let now = NOW;
    const { out } = await run(
      [
        'policy',
        'replay',
        policy,
        '--audit',
        path,
        '--json',
        '--policy',
        files({ 'old.yaml': documentWith() })['old.yaml'],
      ],
      {
        tty: { out: false, err: true },
        now: () => (now += 50),
        err: (text) => {
          shown += text;
        },
      },
    );
    expect(JSON.parse(out)).toMatchObject({ decisions: 100_000, same: 50_000, newlyDenied: 50_000 });
    expect(shown).toMatch(/audit\.log: \d+%/);
  });
});

describe('2: there is nothing to replay', () => {
  test.each<[string, string | Uint8Array, string[], RegExp]>([
    ['no decisions', 'START RequestId: x\n', [], /there are no recorded decisions in audit\.log\./],
    ['a broken archive', gzipSync('x'.repeat(10_000)).subarray(0, 20), [], /cannot read audit\.log: /],
    ['a log that is not there', '', ['--audit', 'nowhere.log'], /cannot read nowhere\.log: /],
  ])('%s', async (_name, log, args, message) => {
    const { code, out, err } = await replay(log, {}, ...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  });

  test('no log', async () => {
    const { 'new.yaml': policy } = files({ 'new.yaml': documentWith() });
    expect(await run(['policy', 'replay', policy])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--audit LOG'),
    });
  });
});

describe('what is rebuilt from a record is judged as the request was', () => {
  const outcome = ({ effect, team, violations, warnings, rules }: Verdict) => {
    return {
      effect,
      team,
      rules,
      found: [...violations, ...warnings].map(({ rule, pointer }) => `${rule} ${pointer}`),
    };
  };
  const examples = [...RULES].flatMap(([id, rule]) => rule.examples.map((example) => ({ id, rule, example })));

  test.each(examples.map(({ id, rule, example }) => [`${id}: ${example.name}`, id, rule, example] as const))(
    '%s',
    (_name, id, rule, { settings, actionGroup = {}, request: more }) => {
      const policy = policyWith({ rules: { [id]: settings } });
      const { account: agentAccount, region: agentRegion } = PLACE;
      const asked = request({ operation: rule.operations[0]!, agentAccount, agentRegion, actionGroup, ...more });
      const place = { account: asked.agentAccount!, region: asked.agentRegion! };
      const verdict = decide(policy, asked, NOW);
      const event = recordsOf(factsOf('d-1', asked, verdict, CI, place)).attempt(NOW);
      const recorded = fromRecord(JSON.parse(JSON.stringify(event)), {});
      expect(recorded).toMatchObject({ decisionId: 'd-1', decided: { effect: verdict.effect, team: 'payments' } });
      expect(recorded?.unjudged).toEqual(new Set());
      expect(outcome(decide(policy, recorded!.request, NOW))).toEqual(outcome(verdict));
    },
  );

  test('a session, by its role', () => {
    const policy = policyWith({ teams: { payments: team() } });
    const arn = 'arn:aws:sts::111122223333:assumed-role/payments-ci/build-7';
    const line = JSON.parse(lineOf('d-1', { principal: role('payments-ci') }, policy, arn));
    expect(fromRecord(line, {})?.request.principal).toMatchObject(role('payments-ci'));
  });

  test('a caller with a token, by its claims', () => {
    const principal = {
      kind: 'jwt',
      issuer: 'https://idp.example.com/',
      claims: { sub: 'ada', groups: ['pay', 'x'] },
    } as const;
    const claimed = { issuer: 'https://idp.example.com/', claim: 'groups', equals: 'pay' };
    const policy = policyWith({ teams: { payments: team({ principals: [claimed] }) } });
    const recorded = fromRecord(JSON.parse(lineOf('d-1', { principal }, policy)), {});
    expect(recorded?.request.principal).toEqual(principal);
    expect(decide(policy, recorded!.request, NOW)).toMatchObject({ team: 'payments', effect: 'allow' });
  });
});
