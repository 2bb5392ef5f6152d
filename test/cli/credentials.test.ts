import { describe, expect, test } from 'vitest';
import type { Terminal } from '../../src/cli/command.ts';
import { portcullis } from '../../src/cli/portcullis.ts';
import { verifyProof } from '../../src/identity/verify.ts';
import { AUDIENCE, MINUTE, NOW, queryIn, ROLE, stsAndVerifier, USER } from '../identity/proofs.ts';

const KEYS = {
  AWS_ACCESS_KEY_ID: ROLE.accessKeyId,
  AWS_SECRET_ACCESS_KEY: ROLE.secretAccessKey,
  AWS_SESSION_TOKEN: ROLE.sessionToken,
};

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Each call of the AWS CLI. */
  readonly aws: { args: readonly string[]; env: Readonly<Record<string, string | undefined>> }[];
}

const FILES = { AWS_CONFIG_FILE: 'config', AWS_SHARED_CREDENTIALS_FILE: 'credentials' };

interface World {
  readonly env?: Record<string, string>;
  /** What the AWS CLI says; an object is JSON. */
  readonly aws?: () => unknown;
  readonly files?: Record<string, string>;
  readonly now?: number;
}

async function run(args: string[], { env = KEYS, aws = () => '', files = {}, now = NOW }: World = {}): Promise<Ran> {
  const ran = { out: '', err: '', aws: [] as Ran['aws'] };
  const terminal: Terminal = {
    env: { ...FILES, ...env },
    now: () => now,
    out: (text) => {
      ran.out += text;
    },
    err: (text) => {
      ran.err += text;
    },
    read: async (path) => files[path],
    aws: async (args, env) => {
      ran.aws.push({ args, env });
      const output = aws();
      return typeof output === 'string' ? output : JSON.stringify(output);
    },
  };
  return { code: await portcullis(args, terminal), ...ran };
}

const WANTED = ['credentials', '--audience', AUDIENCE, '--region', 'us-east-1'];
const EXPORTED = {
  Version: 1,
  AccessKeyId: USER.accessKeyId,
  SecretAccessKey: USER.secretAccessKey,
  Expiration: '2026-11-20T13:00:00+00:00',
};

describe('0: credentials for an AWS client', () => {
  test('from the environment: a proof, and keys that open nothing', async () => {
    const { code, out, err } = await run(WANTED);
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toEqual({
      Version: 1,
      AccessKeyId: 'PORTCULLISPROOF0',
      SecretAccessKey: 'not-a-secret-the-proof-is-the-session-token',
      SessionToken: expect.stringMatching(/^portcullis-proof-v1\.[\w-]+$/),
      Expiration: '2026-11-20T12:15:00Z',
    });
    expect(out).not.toContain(ROLE.secretAccessKey);
  });

  test('which the service accepts', async () => {
    const { sts, verifier } = await stsAndVerifier();
    const { out } = await run([...WANTED, '--sts-endpoint', sts.url]);
    expect(await verifyProof(JSON.parse(out).SessionToken, verifier)).toMatchObject({ arn: ROLE.arn });
  });

  test('the environment can say everything', async () => {
    const said = { ...KEYS, PORTCULLIS_AUDIENCE: AUDIENCE, AWS_DEFAULT_REGION: 'eu-west-1' };
    const global = { ...said, AWS_ENDPOINT_URL_STS: 'https://sts.amazonaws.com' };
    const credentialOf = ({ out }: Ran) =>
      new URLSearchParams(queryIn(JSON.parse(out).SessionToken)).get('X-Amz-Credential');
    expect(credentialOf(await run(['credentials'], { env: said }))).toBe(
      'ASIAPAYMENTS/20261120/eu-west-1/sts/aws4_request',
    );
    expect(credentialOf(await run(['credentials'], { env: global }))).toBe(
      'ASIAPAYMENTS/20261120/us-east-1/sts/aws4_request',
    );
  });

  test('are the same within a minute, so that the service need not ask STS each time', async () => {
    const at = async (now: number) => (await run(WANTED, { now })).out;
    expect(await at(NOW + MINUTE - 1)).toBe(await at(NOW));
    expect(await at(NOW + MINUTE)).not.toBe(await at(NOW));
  });

  test('from a profile, though the environment has keys', async () => {
    const env = { ...KEYS, AWS_PROFILE: 'portcullis', PATH: '/bin' };
    const { code, out, aws } = await run([...WANTED, '--profile', 'mine'], { env, aws: () => EXPORTED });
    expect(code).toBe(0);
    expect(queryIn(JSON.parse(out).SessionToken)).toContain(USER.accessKeyId);
    expect(aws).toEqual([
      {
        args: ['configure', 'export-credentials', '--format', 'process', '--profile', 'mine'],
        env: { ...FILES, ...KEYS, PATH: '/bin', PORTCULLIS_CREDENTIALS_RUNNING: '1' },
      },
    ]);
  });

  test('from whatever the AWS CLI finds, when nothing is named', async () => {
    const { code, aws } = await run(WANTED, { env: {}, aws: () => EXPORTED });
    expect([code, aws[0]?.args]).toEqual([0, ['configure', 'export-credentials', '--format', 'process']]);
  });

  test('end with the credentials that they are made of', async () => {
    const aws = () => ({ ...EXPORTED, Expiration: '2026-11-20T12:05:00+00:00' });
    const { out } = await run([...WANTED, '--profile', 'mine'], { env: {}, aws });
    expect(JSON.parse(out).Expiration).toBe('2026-11-20T12:05:00Z');
  });
});

describe('0: from the keys that a profile holds, without the AWS CLI', () => {
  const keys = `aws_access_key_id = ${USER.accessKeyId}\naws_secret_access_key=${USER.secretAccessKey}`;

  test.each<[string, string, Record<string, string>]>([
    ['in the credentials file', 'mine', { credentials: `[mine]\n${keys}` }],
    ['in the configuration file', 'mine', { config: `[other]\nregion = x\n[profile mine]\n${keys}\n[profile z]\n` }],
    [
      'with Windows line ends and notes',
      'mine',
      { credentials: `# note\r\n[ mine ] ; note\r\n${keys.replace('\n', '\r\n')}\r\n` },
    ],
    ['of the default profile', 'default', { config: `[default]\n${keys}` }],
    [
      'rather those of the credentials file',
      'mine',
      { credentials: `[mine]\n${keys}`, config: '[profile mine]\naws_access_key_id = A\naws_secret_access_key = B' },
    ],
  ])('%s', async (_name, profile, files) => {
    const { code, out, aws } = await run([...WANTED, '--profile', profile], { files });
    expect([code, aws]).toEqual([0, []]);
    const { sts, verifier } = await stsAndVerifier();
    const again = await run([...WANTED, '--profile', profile, '--sts-endpoint', sts.url], { files });
    expect(await verifyProof(JSON.parse(again.out).SessionToken, verifier)).toMatchObject({ arn: USER.arn });
    expect(queryIn(JSON.parse(out).SessionToken)).toContain(USER.accessKeyId);
  });

  test.each<[string, Record<string, string>]>([
    ['another profile', { credentials: `[other]\n${keys}`, config: `[mine]\n${keys}` }],
    [
      'a role',
      { credentials: `[mine]\n${keys}`, config: '[profile mine]\nrole_arn = arn:aws:iam::111122223333:role/x' },
    ],
    ['SSO', { config: `[profile mine]\nsso_session = x\n${keys}` }],
    ['nested settings', { config: `[profile mine]\ns3 =\n  ${keys.replace('\n', '\n  ')}` }],
    ['half of the keys', { credentials: `[mine]\n${keys.split('\n')[0]}` }],
  ])('but not %s', async (_name, files) => {
    const { code, aws } = await run([...WANTED, '--profile', 'mine'], { files, aws: () => EXPORTED });
    expect([code, aws.length]).toEqual([0, 1]);
  });
});

describe('0: help', () => {
  test.each([[['--help']], [['-h']], [['help']]])('%j lists the commands', async (args) => {
    expect(await run(args)).toMatchObject({ code: 0, out: expect.stringContaining('credentials '), err: '' });
  });

  test.each([[['credentials', '--help']], [['credentials', '-h', '--audience', '']]])('%j', async (args) => {
    expect(await run(args)).toMatchObject({ code: 0, out: expect.stringContaining('credential_process = '), err: '' });
  });
});

describe('2: the command line is not usable', () => {
  test.each<[string, string[], Record<string, string>, RegExp]>([
    ['no command', [], KEYS, /name a command/],
    ['no such command', ['frobnicate'], KEYS, /no command frobnicate/],
    ['no such command, as in JavaScript', ['constructor'], KEYS, /no command constructor/],
    ['no such option', [...WANTED, '--frobnicate'], KEYS, /'--frobnicate'/],
    ['an argument', [...WANTED, 'extra'], KEYS, /'extra'/],
    ['no audience', ['credentials', '--region', 'us-east-1'], KEYS, /--audience/],
    ['an audience with a blank', [...WANTED, '--audience', 'a b'], KEYS, /--audience/],
    ['no region', ['credentials', '--audience', 'x'], KEYS, /--region us-east-1/],
    ['no region that there could be', [...WANTED, '--region', 'Virginia'], KEYS, /--region us-east-1/],
    ['an STS without TLS', [...WANTED, '--sts-endpoint', 'http://sts.example.com'], KEYS, /https.*--sts-endpoint/],
  ])('%s', async (_name, args, env, message) => {
    const { code, out, err, aws } = await run(args, { env });
    expect([code, out, aws]).toEqual([2, '', []]);
    expect(err).toMatch(message);
  });
});

describe('1: no credentials could be made', () => {
  const PROFILE = [...WANTED, '--profile', 'mine'];
  const failing = () => {
    throw new Error('The config profile (mine) could not be found');
  };

  test.each<[string, string[], Record<string, string>, () => unknown, RegExp]>([
    ['the AWS CLI fails', PROFILE, {}, failing, /config profile \(mine\) could not be found[\s\S]*AWS_ACCESS_KEY_ID/],
    ['the AWS CLI says nothing', PROFILE, {}, () => '', /gave no credentials/],
    ['the AWS CLI says too little', PROFILE, {}, () => ({ AccessKeyId: 'x' }), /gave no credentials/],
    [
      'they have expired',
      PROFILE,
      {},
      () => ({ ...EXPORTED, Expiration: '2026-11-20T12:00:00Z' }),
      /have expired: renew/,
    ],
    [
      'a token that makes the proof too long',
      WANTED,
      { ...KEYS, AWS_SESSION_TOKEN: '/'.repeat(1000) },
      () => '',
      /fewer tags/,
    ],
    ['the profile is this command', PROFILE, { PORTCULLIS_CREDENTIALS_RUNNING: '1' }, () => '', /leads back/],
  ])('%s', async (_name, args, env, aws, message) => {
    const { code, out, err } = await run(args, { env, aws });
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(message);
  });

  test('what the AWS CLI said is not repeated: it may hold a secret', async () => {
    const { err } = await run(PROFILE, { env: {}, aws: () => 'hunter2' });
    expect(err).not.toContain('hunter2');
  });
});
