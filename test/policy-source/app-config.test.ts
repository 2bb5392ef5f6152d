/** The policy as AppConfig's, through the real SDK client and Powertools; time passes only where a test lets it. */
import { readFile } from 'node:fs/promises';
import { AppConfigProvider } from '@aws-lambda-powertools/parameters/appconfig';
import { AppConfigDataClient } from '@aws-sdk/client-appconfigdata';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LineLogger } from '../../src/log.ts';
import type { Document } from '../../src/policy/document/document.ts';
import { type Policy, serialise } from '../../src/policy/policy.ts';
import { policyFromAppConfig, READING_ENDS_MS } from '../../src/policy-source/app-config.ts';
import { readPolicy } from '../../src/policy-source/policy-file.ts';
import { PATIENCE_MS } from '../../src/policy-source/renewed.ts';
import { type AppConfigDataEmulator, type AppConfigFault, startAppConfigData } from '../support/app-config-data.ts';
import { POLICY } from '../support/service.ts';
import { type StandingTime, standingTime } from '../support/standing-time.ts';

const MAX_AGE_SECONDS = 60;
const MAX_STALE_SECONDS = 3_600;
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
/** Every attempt that the SDK makes at a call. */
const EVERY_ATTEMPT = 2;

let appConfig: AppConfigDataEmulator;
let time: StandingTime;
let lines: Record<string, unknown>[];
let policy: () => Promise<Policy>;
const yaml = await readFile(POLICY, 'utf8');

beforeAll(async () => {
  appConfig = await startAppConfigData(() => time.elapsedMs());
});
afterAll(() => appConfig.close());
beforeEach(() => {
  appConfig.reset();
  time = standingTime();
  lines = [];
  policy = policyFromAppConfig(
    {
      application: 'app1234',
      environment: 'env1234',
      profile: 'pro1234',
      maxAgeSeconds: MAX_AGE_SECONDS,
      maxStaleSeconds: MAX_STALE_SECONDS,
      endpoint: { endpoint: appConfig.url, credentials },
    },
    'us-east-1',
    new LineLogger((line) => lines.push(JSON.parse(line))),
    time,
  );
});

const { document, digest } = readPolicy(yaml, 'policy.yaml');

function compiled(one: object = document, its = digest): string {
  return serialise({ document: one as Document, digest: its });
}

function revision(name: string): string {
  return yaml.replace('revision: test.1', `revision: ${name}`);
}

async function inUse(): Promise<string> {
  return (await policy()).revision;
}

/** The lines for people; the others are metrics. */
function said() {
  return lines.filter(({ _aws }) => _aws === undefined);
}

function failures() {
  return lines.filter(({ message }) => message === 'policy renewal failed');
}

test('the first request loads what is deployed, and asks for no longer interval than AppConfig’s shortest', async () => {
  appConfig.deploy(revision('a'));
  expect(await policy()).toMatchObject({ revision: 'a', digest: readPolicy(revision('a'), 'a').digest });
  expect(appConfig.sessions).toEqual([
    {
      ApplicationIdentifier: 'app1234',
      EnvironmentIdentifier: 'env1234',
      ConfigurationProfileIdentifier: 'pro1234',
      RequiredMinimumPollIntervalInSeconds: 15,
    },
  ]);
});

test('what is unchanged stays the very same policy, and the session goes on', async () => {
  appConfig.deploy(revision('a'));
  const first = await policy();
  for (let renewals = 0; renewals < 3; renewals++) {
    time.pass(MAX_AGE_SECONDS * 1_000);
    expect(await policy()).toBe(first);
  }
  expect(appConfig.calls).toEqual(['StartConfigurationSession', ...Array(4).fill('GetLatestConfiguration')]);
  expect(said()).toHaveLength(1);
});

test('a new revision serves from the first request after the greatest age, and not before', async () => {
  appConfig.deploy(revision('a'));
  await policy();
  appConfig.deploy(revision('b'));
  time.pass(MAX_AGE_SECONDS * 1_000 - 1);
  expect(await inUse()).toBe('a');
  time.pass(1);
  expect(await inUse()).toBe('b');
  expect(said()).toMatchObject([
    { level: 'INFO', message: 'policy loaded', policy: { revision: 'a' } },
    { level: 'INFO', message: 'policy loaded', policy: { revision: 'b' } },
  ]);
});

test('many requests at a time renew once, and each gets a whole policy', async () => {
  appConfig.deploy(revision('a'));
  expect(new Set(await Promise.all(Array.from({ length: 50 }, inUse)))).toEqual(new Set(['a']));
  appConfig.deploy(revision('b'));
  time.pass(MAX_AGE_SECONDS * 1_000);
  expect(new Set(await Promise.all(Array.from({ length: 50 }, inUse)))).toEqual(new Set(['b']));
  expect(appConfig.calls).toEqual(['StartConfigurationSession', ...Array(2).fill('GetLatestConfiguration')]);
});

describe('is read as', () => {
  test.each([
    ['YAML as people write it', yaml, 'application/x-yaml'],
    ['the compiled form', compiled(), 'application/json'],
    ['the compiled form, laid out anew', JSON.stringify(JSON.parse(compiled()), null, 2), 'application/json'],
    ['the compiled form, as a text profile', compiled(), 'text/plain'],
    ['the document in JSON', JSON.stringify(document), 'application/json'],
    ['YAML, whatever the profile says', yaml, 'application/octet-stream'],
  ])('%s', async (_name, content, contentType) => {
    appConfig.deploy(content, contentType);
    const { document: read, digest: readDigest } = await policy();
    expect(read).toEqual(document);
    if (content !== JSON.stringify(document)) expect(readDigest).toBe(digest);
  });
});

describe('a revision that is no policy leaves the last good one in use: it', () => {
  test.each([
    ['is no YAML', 'revision: [SECRET', { faults: 1 }],
    ['names an unknown rule', `${yaml}\nSECRET: {}\n`, { faults: 1 }],
    ['is not UTF-8', Buffer.from([0x72, 0xff]), { faults: 1 }],
    ['is compiled, and cut short', '{"digest": "SECRET", "docum', {}],
    ['is compiled, and names an unknown rule', compiled({ ...document, rules: { SECRET: {} } }), {}],
    ['is compiled, and bears no digest', compiled(document, 'SECRET'), {}],
    ['is compiled, and not UTF-8', Buffer.concat([Buffer.from('{"digest":"'), Buffer.from([0xff])]), {}],
    ['is one space', ' ', { faults: 1 }],
  ])('%s', async (_name, content, counts) => {
    appConfig.deploy(revision('a'));
    await policy();
    appConfig.deploy(content);
    time.pass(MAX_AGE_SECONDS * 1_000);
    expect(await inUse()).toBe('a');
    expect(failures()).toMatchObject([
      { code: 'POLICY_UNREADABLE', bytes: Buffer.from(content as string).length, ...counts },
    ]);
    expect(JSON.stringify(lines)).not.toContain('SECRET');

    // Mended before the last good one is too old.
    appConfig.deploy(revision('c'));
    time.pass(MAX_AGE_SECONDS * 1_000);
    expect(await inUse()).toBe('c');
  });

  test('until that is too old; then nothing serves but a good one', async () => {
    appConfig.deploy(revision('a'));
    await policy();
    appConfig.deploy('revision: [SECRET');
    time.pass(MAX_STALE_SECONDS * 1_000);
    expect(await inUse()).toBe('a');
    time.pass(1);
    const error = await policy().catch((cause: unknown) => cause);
    expect(error).toMatchObject({ cause: { code: 'POLICY_UNREADABLE' } });
    expect(JSON.stringify([texts(error), lines])).not.toContain('SECRET');
    appConfig.deploy(revision('b'));
    time.pass(MAX_AGE_SECONDS * 1_000);
    expect(await inUse()).toBe('b');
  });
});

/** Everything that could be logged of an error. */
function texts(error: unknown): unknown {
  return error instanceof Error ? [error.message, error.stack, texts(error.cause)] : error;
}

describe('AppConfig fails to renew, and the last good revision goes on: it', () => {
  test.each<[string, AppConfigFault, string]>([
    ['throttles', { do: 'throttle', times: EVERY_ATTEMPT }, 'ThrottlingException'],
    ['fails', { do: 'error', times: EVERY_ATTEMPT }, 'InternalServerException'],
    ['refuses our role', { do: 'refuse' }, 'AccessDeniedException'],
    // The first attempt's token is spent: the second can only be refused.
    ['answers, and the answer is lost', { do: 'lose-answer' }, 'BadRequestException'],
  ])('%s', async (_name, fault, reason) => {
    appConfig.deploy(revision('a'));
    await policy();
    appConfig.deploy(revision('b'));
    appConfig.fault({ operation: 'GetLatestConfiguration', ...fault });
    time.pass(MAX_AGE_SECONDS * 1_000);
    expect(await inUse()).toBe('a');
    expect(failures()).toMatchObject([{ code: 'APPCONFIG_FAILED', reason }]);
    // With a session of its own, whatever became of the other.
    time.pass(1_000);
    expect(await inUse()).toBe('b');
    expect(appConfig.sessions).toHaveLength(2);
  });

  test('hangs: the request goes on while it still does, and the answer serves when it comes', async () => {
    appConfig.deploy(revision('a'));
    await policy();
    appConfig.deploy(revision('b'));
    appConfig.fault({ operation: 'GetLatestConfiguration', do: 'hang' });
    time.pass(MAX_AGE_SECONDS * 1_000);
    const decided = inUse();
    await appConfig.hanging();
    time.pass(PATIENCE_MS);
    expect(await decided).toBe('a');
    expect(await inUse()).toBe('a');
    appConfig.release();
    await expect.poll(inUse).toBe('b');
    expect(failures()).toEqual([]);
  });

  test.each([
    ['never answers', 'StartConfigurationSession', 'hang'],
    ['answers halfway', 'GetLatestConfiguration', 'hang-halfway'],
  ] as const)('%s: that is given up, and the next renewal begins anew', async (_name, operation, fault) => {
    appConfig.deploy(revision('a'));
    appConfig.fault({ operation, do: fault });
    const first = policy();
    await appConfig.hanging();
    time.pass(READING_ENDS_MS);
    await expect(first).rejects.toMatchObject({ cause: { code: 'APPCONFIG_TIMEOUT' } });
    time.pass(1_000);
    expect(await inUse()).toBe('a');
  });
});

describe('there has never been one', () => {
  test('nothing is deployed', async () => {
    await expect(policy()).rejects.toMatchObject({ cause: { code: 'POLICY_EMPTY' } });
    appConfig.deploy(revision('a'));
    time.pass(1_000);
    expect(await inUse()).toBe('a');
  });

  test('what is deployed is no policy', async () => {
    appConfig.deploy('revision: [');
    await expect(policy()).rejects.toMatchObject({ cause: { code: 'POLICY_UNREADABLE' } });
  });

  test('AppConfig fails', async () => {
    appConfig.deploy(revision('a'));
    appConfig.fault({ do: 'error', times: EVERY_ATTEMPT });
    await expect(policy()).rejects.toMatchObject({ cause: { code: 'APPCONFIG_FAILED' } });
    time.pass(1_000);
    expect(await inUse()).toBe('a');
  });
});

test('how old the policy is, and that it cannot be renewed, are metrics, for alarms', async () => {
  const told = () => lines.filter(({ _aws }) => _aws).map(({ _aws, service, ...values }) => values);
  appConfig.fault({ do: 'refuse' });
  await expect(policy()).rejects.toThrow();
  appConfig.deploy(revision('a'));
  time.pass(1_000);
  await policy();
  time.pass(90_000);
  appConfig.fault({ do: 'refuse' });
  await policy();
  expect(told()).toEqual([{ PolicyRenewalFailed: 1 }, { PolicyAge: 0 }, { PolicyRenewalFailed: 1, PolicyAge: 90 }]);
  expect(failures()).toMatchObject([
    { level: 'WARN', code: 'APPCONFIG_FAILED', reason: 'AccessDeniedException' },
    { level: 'WARN', code: 'APPCONFIG_FAILED', reason: 'AccessDeniedException' },
  ]);
});

/** When one of these fails after an upgrade, the library may have learnt it, and what is built round it may go. */
describe('Powertools alone', () => {
  function reader() {
    const client = new AppConfigDataClient({ region: 'us-east-1', endpoint: appConfig.url, credentials });
    const provider = new AppConfigProvider({ application: 'a', environment: 'e', awsSdkV3Client: client });
    return { client, get: () => provider.get('p', { forceFetch: true }) };
  }

  test('keeps a token that is spent, and fails until the session ends', async () => {
    appConfig.deploy('a');
    const { get } = reader();
    await get();
    appConfig.fault({ operation: 'GetLatestConfiguration', do: 'lose-answer' });
    for (let minutes = 0; minutes < 3; minutes++) {
      time.pass(60_000);
      await expect(get()).rejects.toThrow('Corrupted');
    }
  });

  test('asks once for each request at a time', async () => {
    appConfig.deploy('a');
    const { get } = reader();
    await Promise.all([get(), get(), get()]);
    expect(appConfig.sessions).toHaveLength(3);
  });

  test('asks for no interval, so that AppConfig refuses it within a minute', async () => {
    appConfig.deploy('a');
    const { get } = reader();
    await get();
    time.pass(30_000);
    await expect(get()).rejects.toThrow('PollIntervalNotSatisfied');
  });
});
