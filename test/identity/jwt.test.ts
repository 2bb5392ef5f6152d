/** A token on its whole way: over HTTP to the gateway, its authorizer, the issuer's keys, the policy, and the record. */
import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseJwtConfig } from '../../src/identity/config.ts';
import { jwtAuthorizer } from '../../src/identity/jwt-authorizer.ts';
import { type Local, startLocal } from '../../src/local/start.ts';
import { LineLogger } from '../../src/log.ts';
import { send } from '../local/gateway/gateway.ts';

const AUDIENCE = 'portcullis-test';
const lines: string[] = [];
const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const theirs = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The identity provider: its keys, and what it answers instead while it fails. */
const provider = { issuer: '', status: 200, asked: 0, close: () => {} };
let local: Local;
let directory: string;

beforeAll(async () => {
  const server = createServer((request, response) => {
    provider.asked += 1;
    response.writeHead(request.url === '/.well-known/jwks.json' ? provider.status : 404);
    response.end(
      JSON.stringify({ keys: [{ ...ours.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256' }] }),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  provider.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  provider.close = () => void server.close();
  directory = await mkdtemp(join(tmpdir(), 'jwt-'));
  await writeFile(
    join(directory, 'policy.yaml'),
    `
revision: jwt.1
rules: {}
teams:
  payments:
    principals: [{ issuer: "${provider.issuer}", claim: groups, equals: agents-payments }]
    agents: [AGENT12345]
`,
  );
  local = await started();
});
afterAll(async () => {
  await local.close();
  provider.close();
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  lines.length = 0;
  provider.status = 200;
});

function started() {
  const env = {
    PORT: '0',
    POLICY_FILE: join(directory, 'policy.yaml'),
    JWT_ISSUER: provider.issuer,
    JWT_AUDIENCE: AUDIENCE,
  };
  return startLocal(env, (line) => void lines.push(line));
}

const inAnHour = () => Math.floor(Date.now() / 1000) + 3_600;

function token(claims: object, key: KeyObject = ours.privateKey, header: object = { alg: 'RS256', kid: 'k1' }): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const boring = { iss: provider.issuer, aud: AUDIENCE, sub: 'alice@example.com', exp: inAnHour() };
  const signed = `${encode(header)}.${encode({ ...boring, groups: ['agents-payments'], ...claims })}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key).toString('base64url')}`;
}

const ask = (authorization: string | undefined, at = local) =>
  send(at.gateway.port, {
    target: '/v1/agents/AGENT12345',
    headers: authorization === undefined ? {} : { Authorization: authorization },
  });

test('200: the team is the one that the claim names, and the record names the person', async () => {
  expect((await ask(`Bearer ${token({})}`)).status).toBe(200);
  const [attempt] = lines.map((line) => JSON.parse(line)).filter(({ class_uid }) => class_uid === 6003);
  expect(attempt.unmapped.team).toBe('payments');
  expect(attempt.actor).toMatchObject({
    user: { uid: 'alice@example.com', uid_alt: `${provider.issuer} (sub alice@example.com)` },
    session: { issuer: provider.issuer },
  });
});

test('no part of the token is logged', async () => {
  const sent = token({ nonce: 'planted-nonce' });
  await ask(`Bearer ${sent}`);
  const logged = lines.join('\n');
  for (const part of [...sent.split('.'), 'planted-nonce']) expect(logged).not.toContain(part);
});

describe('403', () => {
  test.each([
    ['whose group is another', {}, { groups: ['agents-travel'] }],
    ['whose group merely contains the text', {}, { groups: ['x,agents-payments', 'agents-payments-admin'] }],
    ['whose list is a text that would join to it', {}, { groups: '[agents-payments]' }],
  ])('of the policy: a token %s', async (_name, _key, claims) => {
    const got = await ask(`Bearer ${token(claims)}`);
    expect([got.status, got.json.code]).toEqual([403, 'POLICY_DENIED']);
  });

  test.each([
    ['expired', () => token({ exp: inAnHour() - 7_200 }), 'It has expired'],
    ['not valid yet', () => token({ nbf: inAnHour() }), 'not valid yet'],
    ['without an end', () => token({ exp: undefined }), 'no `exp`'],
    ['from another issuer', () => token({ iss: 'https://evil.example.com' }), 'another issuer'],
    ['for another audience', () => token({ aud: ['another-service'] }), 'another audience'],
    ['signed with another key', () => token({}, theirs.privateKey), 'no token that this issuer signed'],
    ['naming a key that is not there', () => token({}, ours.privateKey, { alg: 'RS256', kid: 'k2' }), 'no such key'],
    [
      'not signed at all',
      () => `${token({}, ours.privateKey, { alg: 'none', kid: 'k1' }).split('.').slice(0, 2).join('.')}.`,
      'no token',
    ],
    [
      'signed with the public key as a secret',
      () => token({}, ours.privateKey, { alg: 'HS256', kid: 'k1' }),
      'no token',
    ],
    ['that is no token', () => 'abc', 'no token'],
    [
      'with too much in it',
      () => token({ roles: Array.from({ length: 580 }, (_, i) => `role-${i}`) }),
      'have fewer put into it',
    ],
  ])('of the authorizer: a token %s', async (_name, made, reason) => {
    const own = await started();
    const got = await ask(`Bearer ${made()}`, own).finally(() => own.close());
    expect(got.status).toBe(403);
    expect(got.text).toContain(reason);
  });
});

test('401 without the header, by the gateway alone', async () => {
  expect((await ask(undefined)).status).toBe(401);
});

// Lambda counts what an authorizer throws as its failure, and an alarm watches that: nobody outside may set it off.
describe('403, and no failure of the function', () => {
  test.each([
    ['another scheme', 'Basic YWxpY2U6c2VjcmV0'],
    ['a scheme alone', 'Bearer '],
  ])('%s', async (_name, header) => {
    const got = await ask(header);
    expect([got.status, got.text]).toEqual([403, expect.stringContaining('Authorization: Bearer')]);
  });

  test('one unknown key after another', async () => {
    const own = await started();
    const naming = (kid: string) => ask(`Bearer ${token({}, theirs.privateKey, { alg: 'RS256', kid })}`, own);
    await naming('k2');
    const got = await naming('k3').finally(() => own.close());
    expect([got.status, got.text]).toEqual([403, expect.stringContaining('no such key')]);
  });
});

test('the name that the access log shows, unescaped, has nothing in it that could be more than a name', async () => {
  const claims = { sub: 'x","refused":"THROTTLED\\\n\ud800é' };
  const verify = async () => ({
    principal: { kind: 'jwt' as const, issuer: provider.issuer, claims },
    expiresAtEpochMs: inAnHour() * 1_000,
  });
  const authorize = jwtAuthorizer(verify, new LineLogger(() => {}));
  const event = { headers: { Authorization: 'Bearer t' }, requestContext: { requestId: 'r' }, methodArn: 'a/b/GET/v1' };
  const { principalId, context } = await authorize(event as unknown as APIGatewayRequestAuthorizerEvent);
  expect(principalId).toBe('x???refused?:?THROTTLED????');
  expect(JSON.parse(String(context?.claims))).toEqual(claims);
});

test('500 while the keys cannot be had: a failure is no denial that would be kept', async () => {
  const own = await started();
  provider.status = 503;
  const sent = `Bearer ${token({})}`;
  expect((await ask(sent, own)).status).toBe(500);
  provider.status = 200;
  expect((await ask(sent, own).finally(() => own.close())).status).toBe(200);
});

test('keys are fetched once', async () => {
  await ask(`Bearer ${token({})}`);
  const before = provider.asked;
  await ask(`Bearer ${token({ sub: 'bob' })}`);
  expect(provider.asked).toBe(before);
});

test('every bad variable is named at once', () => {
  expect(() => parseJwtConfig({ JWT_ISSUER: 'http://idp.example.com', JWT_JWKS_URI: 'ftp://keys' })).toThrow(
    /JWT_ISSUER must[\s\S]*JWT_AUDIENCE must[\s\S]*JWT_JWKS_URI must/,
  );
  expect(parseJwtConfig({ JWT_ISSUER: 'https://idp.example.com/', JWT_AUDIENCE: 'a' }).jwksUri).toBe(
    'https://idp.example.com/.well-known/jwks.json',
  );
});
