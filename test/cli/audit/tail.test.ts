import { spawn } from 'node:child_process';
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { run as tail } from '../../../src/cli/audit/tail.ts';
import { cloudWatch } from '../../../src/cli/audit-log/cloudwatch.ts';
import type { Terminal } from '../../../src/cli/command.ts';
import { NOW } from '../../policy/policies.ts';
import { type LogsEmulator, startCloudWatchLogs } from '../../support/cloudwatch-logs.ts';
import { meanwhile, virtualTime } from '../../support/virtual-time.ts';
import { files, run } from '../run.ts';
import { AT, attempt, CI, DENIED, decision, type Facts, outcome, preparation } from './lines.ts';

const GROUP = '/portcullis/prod';
const ids = (out: string) => [...out.matchAll(/ {2}(d-\w+)$/gm)].map(([, id]) => id);

async function tailOf(log: string | Uint8Array, ...args: string[]) {
  return run(['audit', 'tail', files({ log }).log, ...args]);
}

describe('a decision', () => {
  test('is one line by its outcome, and one for each thing that the policy found', async () => {
    const { code, out } = await tailOf(decision('denied', DENIED, { code: 'POLICY_DENIED' }).join('\n'));
    expect([code, out]).toEqual([
      0,
      '2026-11-20T11:30:00.120Z  denied      payments    CreateAgentActionGroup bookings of AGENT12345  by payments-ci/build-7  d-1\n' +
        '    denied by signature-is-allowed at /parentActionGroupSignature: ANTHROPIC.Bash is not allowed. Use one of those listed.\n',
    ]);
  });

  const warning = {
    rule: 'description-is-given',
    pointer: '/description',
    message: 'There is none.',
    fix: 'Write one.',
  };
  test.each<[string, string[], string]>([
    ['that was done', decision('done'), 'done  '],
    ['with a warning', decision('done', { warnings: [warning] }), 'warned by description-is-given at /description'],
    ['by an exemption', decision('done', { exemptions: ['EX-7'] }), 'exempted by EX-7'],
    [
      'that Bedrock refused',
      decision('failed', {}, { code: 'UPSTREAM_THROTTLED', upstream: { error: 'ThrottlingException' } }),
      'UPSTREAM_THROTTLED  (ThrottlingException)',
    ],
    ['of a caller in no team', decision('denied', { ...DENIED, team: undefined }), '(no team)'],
    ['without an outcome', [attempt()], 'no outcome'],
    ['and how far it is live', [...decision('done'), preparation('PREPARED')], 'prepare     payments'],
  ])('%s', async (_name, lines, words) => {
    expect((await tailOf(lines.join('\n'))).out).toContain(words);
  });

  test('is told once, though its lines come twice and the outcome first', async () => {
    const [one, two] = decision('done') as [string, string];
    expect((await tailOf([two, one, two, one].join('\n'))).out.split('\n')).toHaveLength(2);
  });

  test('also as an attempt, if asked', async () => {
    expect((await tailOf(decision('done').join('\n'), '--all')).out).toMatch(/attempt .*d-1\n.*done .*d-1\n$/);
  });

  test('as the event itself, if asked', async () => {
    const [, event] = decision('done', { name: 'caf\u00e9\u009b' }) as [string, string];
    expect((await tailOf(event, '--json')).out).toBe(`${event}\n`);
  });
});

describe('logs come', () => {
  const lines = [...decision('done', { id: 'd-a' }), ...decision('denied', { ...DENIED, id: 'd-b' })];
  test.each<[string, string | Uint8Array]>([
    ['as they are written, among other lines', ['{"level":"INFO"}', ...lines, 'START RequestId: 1', ''].join('\n')],
    ['compressed', gzipSync(lines.join('\n'))],
    ['after a time and a stream', lines.map((line) => `2026-11-20T11:30:00Z stream/1 ${line}`).join('\n')],
    ['as CloudWatch exports events', JSON.stringify({ events: lines.map((message) => ({ message })) }, null, 2)],
    ['as a subscription brings them', JSON.stringify({ logEvents: lines.map((message) => ({ id: '1', message })) })],
  ])('%s', async (_name, log) => {
    expect(ids((await tailOf(log)).out)).toEqual(['d-a', 'd-b']);
  });
});

describe('filters', () => {
  const made: [Parameters<typeof decision>[0], Facts][] = [
    ['done', { id: 'd-a' }],
    ['denied', { id: 'd-b', ...DENIED }],
    [
      'unknown',
      { id: 'd-c', team: 'travel', principal: 'arn:aws:iam::444455556666:role/travel', agentId: 'TRAVEL2345' },
    ],
    ['done', { id: 'd-d', operation: 'GetAgent', at: AT - 3_600_000 }],
  ];
  const log = [...made.flatMap(([disposition, facts]) => decision(disposition, facts)), attempt({ id: 'd-e' })].join(
    '\n',
  );

  test.each<[string, string[], string[]]>([
    ['team', ['--team', 'travel'], ['d-c']],
    ['several teams', ['--team', 'travel', '--team', 'payments'], ['d-a', 'd-b', 'd-c', 'd-d', 'd-e']],
    ['agent', ['--agent', 'TRAVEL2345'], ['d-c']],
    ['principal', ['--principal', CI], ['d-a', 'd-b', 'd-d', 'd-e']],
    ['principal with a star', ['--principal', '*:role/tr*l'], ['d-c']],
    ['rule', ['--rule', 'signature-is-allowed'], ['d-b']],
    ['effect', ['--effect', 'deny'], ['d-b']],
    ['disposition', ['--disposition', 'unknown', '--disposition', 'no-outcome'], ['d-c', 'd-e']],
    ['operation', ['--operation', 'GetAgent'], ['d-d']],
    ['since', ['--since', '45m'], ['d-a', 'd-b', 'd-c', 'd-e']],
    ['all of them at once', ['--effect', 'allow', '--team', 'travel', '--agent', 'AGENT12345'], []],
  ])('%s', async (_name, args, shown) => {
    expect(ids((await tailOf(log, ...args)).out)).toEqual(shown);
  });
});

test('colours, for a person at a terminal who has not said no', async () => {
  const { log } = files({ log: decision('done').join('\n') });
  const at = (out: boolean, env = {}) => run(['audit', 'tail', log], { tty: { out, err: false }, env });
  expect((await at(true)).out).toContain('\u001b[32mdone');
  expect((await at(true, { NO_COLOR: '1' })).out).not.toContain('\u001b');
  expect((await at(false)).out).not.toContain('\u001b');
});

describe('what cannot begin ends with exit code 2', () => {
  test.each<[string, string[], string]>([
    ['no log', [], 'say where the audit log is'],
    ['two places', ['--log-group', GROUP, '--file', 'x'], 'exclude one another'],
    ['a region for a file', ['x', '--region', 'us-east-1'], 'go with --log-group'],
    ['a file that is not there', ['nowhere.log'], 'there is no such file'],
    ['the same, followed', ['nowhere.log', '-f'], 'there is no such file'],
    ['a time that is none', ['x', '--since', 'yesterday'], 'Write how long ago (90s, 15m, 2h, 7d, 4w), a date'],
    ['a time to come', ['x', '--since', '2027-01-01'], 'lies in the future'],
    ['a disposition that is none', ['x', '--disposition', 'good'], '--disposition good is none of done, replayed'],
    ['an operation that is none', ['x', '--operation', 'Delete'], 'is none of CreateAgentActionGroup'],
    ['an effect that is none', ['x', '--effect', 'warn'], '--effect warn is none of allow, deny'],
  ])('%s', async (_name, args, words) => {
    const { code, out, err } = await run(['audit', 'tail', ...args]);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(words)]);
  });
});

/** Follows until `happens` has no more to do, on a time that passes only while it waits. */
async function followed(args: readonly string[], happens: (() => unknown)[], env: Terminal['env'] = {}) {
  const ended = new AbortController();
  const said = { out: '', err: '' };
  const time = virtualTime();
  const clock = meanwhile(time, async () => {
    const next = happens.shift();
    if (next === undefined) ended.abort();
    else await next();
  });
  const terminal = {
    env,
    now: () => time.epochMs(),
    out: (text: string) => {
      said.out += text;
    },
    err: (text: string) => {
      said.err += text;
    },
  } as unknown as Terminal;
  const code = await tail([...args, '--follow'], terminal, { clock, signal: ended.signal }).catch(
    (error: Error) => error.message,
  );
  return { code, ...said, time };
}

describe('a file is followed', () => {
  const line = (id: string) => `${outcome('done', { id })}\n`;

  test('as it grows, in whole lines, whatever pieces they come in', async () => {
    const { log } = files({ log: line('d-a') });
    const next = line('d-\u00e9').replace('\\u00e9', '\u00e9');
    const bytes = Buffer.from(next);
    const inTheLetter = bytes.indexOf(0xc3) + 1;
    const { out } = await followed(
      [log],
      [
        () => appendFileSync(log, bytes.subarray(0, inTheLetter)),
        () => appendFileSync(log, bytes.subarray(inTheLetter)),
      ],
    );
    expect(out).toMatch(/d-a\n.*d-\u00e9\n$/);
  });

  test('over a rotation, with what was written to the old one last', async () => {
    const { log } = files({ log: line('d-a') });
    const { out } = await followed(
      [log],
      [
        () => {
          appendFileSync(log, line('d-b'));
          renameSync(log, `${log}.1`);
          appendFileSync(`${log}.1`, line('d-c'));
        },
        () => writeFileSync(log, line('d-d')),
        () => appendFileSync(log, line('d-e')),
      ],
    );
    expect(ids(out)).toEqual(['d-a', 'd-b', 'd-c', 'd-d', 'd-e']);
  });

  test('after it was emptied', async () => {
    const { log } = files({ log: line('d-a') + line('d-b') });
    const { out } = await followed([log], [() => writeFileSync(log, ''), () => appendFileSync(log, line('d-c'))]);
    expect(ids(out)).toEqual(['d-a', 'd-b', 'd-c']);
  });

  test('an attempt is told when its outcome has been waited for, and the outcome when it comes after all', async () => {
    const { log } = files({ log: `${attempt({ id: 'd-a' })}\n` });
    const waits = Array.from({ length: 200 }, () => () => {});
    const { out } = await followed([log], [...waits, () => appendFileSync(log, line('d-a'))]);
    expect(out).toMatch(/no outcome .*d-a\n.*done .*d-a\n$/);
  });
});

describe('CloudWatch', () => {
  let logs: LogsEmulator;
  const env = () => ({ AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.url });
  const args = ['--log-group', GROUP, '--region', 'us-east-1'];
  const START = virtualTime().epochMs();
  const put = (id: string, at: number, arrived = at) => logs.put(outcome('done', { id, at }), at, arrived);

  beforeAll(async () => {
    logs = await startCloudWatchLogs(GROUP);
    return () => logs.close();
  });
  beforeEach(() => {
    logs.reset();
    // The SDK looks for them in the process's own environment.
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  });
  afterAll(() => void vi.unstubAllEnvs());

  test('once: every page, empty ones too, since a quarter of an hour', async () => {
    for (const second of [1, 2, 3, 4, 5]) put(`d-${second}`, NOW - second * 1_000);
    put('d-old', NOW - 16 * 60_000);
    logs.put('{"level":"INFO"}', NOW);
    logs.pageSize = 2;
    logs.emptyPages = true;
    const { code, out } = await run(['audit', 'tail', ...args], { env: env() });
    expect([code, ids(out)]).toEqual([0, ['d-5', 'd-4', 'd-3', 'd-2', 'd-1']]);
  });

  test('with the keys and in the region of a profile', async () => {
    const { config } = files({
      config: '[profile reader]\nregion = eu-west-1\naws_access_key_id = AKIDREADER\naws_secret_access_key = s\n',
    });
    vi.stubEnv('AWS_CONFIG_FILE', config);
    for (const name of ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
    const { code } = await run(['audit', 'tail', '--log-group', GROUP, '--profile', 'reader'], { env: env() });
    expect([code, logs.signedBy]).toEqual([0, ['AKIDREADER eu-west-1']]);
    vi.stubEnv('AWS_CONFIG_FILE', undefined);
  });

  test('followed: no line is lost that comes late, and none is told twice', async () => {
    put('d-a', START - 1_000);
    const late = 10 * 60_000;
    const { code, out } = await followed(
      args,
      [
        () => put('d-b', START + 1_000),
        () => put('d-c', START - 20_000, START + 4_000),
        () => put('d-d', START - late, START + 7_000),
        ...Array.from({ length: 25 }, () => () => {}),
        () => put('d-e', START + 80_000),
      ],
      env(),
    );
    expect([code, ids(out)]).toEqual([0, ['d-a', 'd-b', 'd-c', 'd-d', 'd-e']]);
  });

  test('followed: throttling, an outage and lost connections are waited out', async () => {
    put('d-a', START - 1_000);
    const { code, out, err } = await followed(
      args,
      [
        () => logs.fault('throttle', 'throttle'),
        () => put('d-b', START + 1_000),
        () => logs.fault(...Array<'unavailable'>(12).fill('unavailable'), 'drop', 'drop'),
        ...Array.from({ length: 16 }, () => () => {}),
        () => put('d-c', START + 60_000),
        () => {},
      ],
      env(),
    );
    expect([code, ids(out)]).toEqual([0, ['d-a', 'd-b', 'd-c']]);
    expect(err).toContain('CloudWatch Logs is throttling. Going on as soon as it answers.');
    expect(err).toContain('CloudWatch Logs answers again; nothing was missed.');
  });

  test('followed: credentials that expire are found anew', async () => {
    const keys = (AccessKeyId: string) => ({ Version: 1, AccessKeyId, SecretAccessKey: 's' });
    const { keys: path } = files({ keys: keys('AKIDBEFORE') });
    const { config } = files({ config: `[profile reader]\ncredential_process = cat "${path}"\n` });
    vi.stubEnv('AWS_CONFIG_FILE', config);
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
    put('d-a', START - 1_000);
    const { out, err } = await followed(
      [...args, '--profile', 'reader'],
      [
        () => logs.fault('expired', 'expired'),
        () => writeFileSync(path, JSON.stringify(keys('AKIDAFTER'))),
        () => {},
        () => put('d-b', START + 1_000),
        () => {},
      ],
      env(),
    );
    expect(ids(out)).toEqual(['d-a', 'd-b']);
    expect(logs.signedBy.map((by) => by.split(' ')[0])).toEqual([
      ...['AKIDBEFORE', 'AKIDBEFORE'],
      ...Array(logs.signedBy.length - 2).fill('AKIDAFTER'),
    ]);
    expect(err).toContain('of profile reader have expired. Renew them');
    vi.stubEnv('AWS_CONFIG_FILE', undefined);
  });

  test('followed: what is looked back upon is not read twice', async () => {
    const ended = new AbortController();
    const time = virtualTime();
    const clock = meanwhile(time, (count) => (count === 30 ? ended.abort() : put(`d-${count}`, time.epochMs())));
    const terminal = { env: env(), err: () => {} } as unknown as Terminal;
    const group = { logGroup: GROUP, region: 'us-east-1', profile: undefined };
    const lines: string[] = [];
    for await (const batch of cloudWatch(group, terminal, { clock, signal: ended.signal }).follow({}))
      lines.push(...batch);
    expect([lines.length, new Set(lines).size]).toEqual([30, 30]);
  });

  test('followed: keys in the environment cannot be found anew', async () => {
    const { code } = await followed(args, [() => logs.fault('expired')], { ...env(), AWS_ACCESS_KEY_ID: 'local' });
    expect(code).toMatch(/expired\. Put new ones into the environment/);
  });

  test.each<[string, string[], Parameters<LogsEmulator['fault']>, number, string]>([
    [
      'a log group that is not there',
      ['--log-group', '/other', '--region', 'us-east-1'],
      [],
      2,
      'there is no log group /other in us-east-1',
    ],
    ['credentials that may not', args, ['denied'], 2, 'may not read /portcullis/prod (logs:FilterLogEvents)'],
    ['expired credentials', args, ['expired'], 2, 'have expired'],
  ])('%s', async (_name, named, faults, exit, words) => {
    logs.fault(...faults);
    const { code, err } = await run(['audit', 'tail', ...named], { env: env() });
    expect([code, err]).toEqual([exit, expect.stringContaining(words)]);
  });

  test('throttled at the beginning, again and again', async () => {
    logs.fault(...Array<'throttle'>(8).fill('throttle'));
    const { code } = await followed(
      args,
      Array.from({ length: 8 }, () => () => {}),
      env(),
    );
    expect(code).toBe('CloudWatch Logs is throttling.');
    expect(logs.requests).toHaveLength(8);
  });
});

test('standard input, in a process: what is no log line is passed through, harmless', async () => {
  const child = spawn(process.execPath, ['src/cli/main.ts', 'audit', 'tail', '-'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const out = text(child.stdout);
  child.stdin.end(
    ['Portcullis listens on \u001b[31mhttp://127.0.0.1:3000', '{"level":"INFO"}', ...decision('done')].join('\n'),
  );
  expect(await out).toBe(
    'Portcullis listens on \\u{1b}[31mhttp://127.0.0.1:3000\n' +
      '2026-11-20T11:30:00.120Z  done        payments    CreateAgentActionGroup bookings of AGENT12345  by payments-ci/build-7  d-1\n',
  );
});
