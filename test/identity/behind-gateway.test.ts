/** A proof on its whole way: over HTTP to the gateway, its authorizer, STS, and the handler. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { handler as deployed } from '../../src/handlers/identity-authorizer.ts';
import { callerFromAuthorizer } from '../../src/identity/authorized.ts';
import { type AuthorizerHandler, IDENTITY_HEADER, identityAuthorizer } from '../../src/identity/authorizer.ts';
import type { Problem } from '../../src/problem.ts';
import { gateway, send } from '../local/gateway/gateway.ts';
import { AUDIENCE, MINUTE, NOW, proofFor, ROLE, stsAndVerifier } from './proofs.ts';

const log = { info: () => {}, error: () => {} };

/** A gateway whose only handler echoes its caller. */
async function echo(authorizer: AuthorizerHandler, now: () => number) {
  const { port } = await gateway({
    now,
    routes: [
      {
        method: 'ANY',
        path: '/aws/{proxy+}',
        authorization: { authorizer, identityHeader: IDENTITY_HEADER },
        handler: async ({ requestContext }) => {
          try {
            const caller = callerFromAuthorizer(requestContext.authorizer, now());
            return { statusCode: 200, body: JSON.stringify(caller) };
          } catch (error) {
            const { code, detail, kind } = error as Problem;
            return { statusCode: kind.status, body: JSON.stringify({ code, detail }) };
          }
        },
      },
    ],
  });
  return (headers: Record<string, string>) => send(port, { target: '/aws/agents/AGENT12345/', headers });
}

test('200: the handler knows who calls', async () => {
  const { verifier } = await stsAndVerifier();
  const call = await echo(identityAuthorizer(verifier, log), () => NOW);
  const got = await call({ 'X-Amz-Security-Token': proofFor(verifier) });
  expect([got.status, got.json.arn]).toEqual([200, ROLE.arn]);
});

describe('403', () => {
  test('remembered, then expired: the authorizer is not asked, and the handler refuses', async () => {
    let now = NOW;
    const { sts, verifier } = await stsAndVerifier({ now: () => now });
    const call = await echo(identityAuthorizer(verifier, log), () => now);
    const header = { 'X-Amz-Security-Token': proofFor(verifier, { signedAtEpochMs: NOW - 14 * MINUTE }) };
    now = NOW + MINUTE - 1;
    expect((await call(header)).status).toBe(200);
    now = NOW + MINUTE;
    const got = await call(header);
    expect([got.status, got.json]).toEqual([
      403,
      { code: 'CALLER_UNKNOWN', detail: expect.stringContaining('has expired') },
    ]);
    expect(sts.requests).toHaveLength(1);
  });

  test('refused by the authorizer: the client is told why', async () => {
    const { verifier } = await stsAndVerifier();
    const call = await echo(identityAuthorizer(verifier, log), () => NOW);
    const got = await call({ 'X-Amz-Security-Token': proofFor(verifier, { signedAtEpochMs: NOW - 60 * MINUTE }) });
    expect([got.status, got.json.message]).toEqual([
      403,
      expect.stringContaining('It expired at 2026-11-20T11:15:00.000Z'),
    ]);
  });

  test('over 4 KB', async () => {
    const { sts, verifier } = await stsAndVerifier();
    const call = await echo(identityAuthorizer(verifier, log), () => NOW);
    const got = await call({ 'X-Amz-Security-Token': proofFor(verifier).padEnd(4097, 'A') });
    expect([got.status, got.json.message]).toEqual([403, expect.stringContaining('4097 bytes')]);
    expect(sts.requests).toEqual([]);
  });
});

test('401: without a session token', async () => {
  const { verifier } = await stsAndVerifier();
  const call = await echo(identityAuthorizer(verifier, log), () => NOW);
  const got = await call({});
  expect([got.status, got.json.code]).toEqual([401, 'UNAUTHORIZED']);
});

test('500: STS is out of order, and no answer is remembered', async () => {
  const { sts, verifier } = await stsAndVerifier();
  const call = await echo(identityAuthorizer(verifier, log), () => NOW);
  await sts.close();
  const got = await call({ 'X-Amz-Security-Token': proofFor(verifier) });
  expect([got.status, got.json.retryable]).toEqual([500, true]);
});

test('the deployed function is made of its environment, at its first call outside Lambda', async () => {
  onTestFinished(() => void vi.unstubAllEnvs());
  const { sts, verifier } = await stsAndVerifier({ now: Date.now });
  const call = await echo(deployed, Date.now);
  const header = { 'X-Amz-Security-Token': proofFor(verifier, { signedAtEpochMs: Date.now() }) };
  expect((await call(header)).status).toBe(500);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ENDPOINT_URL_STS', sts.url);
  vi.stubEnv('IDENTITY_AUDIENCE', AUDIENCE);
  expect((await call(header)).json).toMatchObject({ arn: ROLE.arn });
});
