import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { authorizerContext, callerFromAuthorizer } from '../../src/identity/authorized.ts';
import { identityAuthorizer } from '../../src/identity/authorizer.ts';
import { LineLogger } from '../../src/log.ts';
import { MINUTE, NOW, proofFor, queryIn, ROLE, serverThat, stsAndVerifier, verifierAt } from './proofs.ts';

const ARN = 'arn:aws:execute-api:us-east-1:444455556666:api1234567/prod';

function eventWith(headers: Record<string, string[]>, methodArn = `${ARN}/PUT/aws/agents/AGENT12345/`) {
  return {
    type: 'REQUEST',
    methodArn,
    headers: Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.at(-1)])),
    multiValueHeaders: headers,
    requestContext: { requestId: 'REQUEST-1' },
  } as unknown as APIGatewayRequestAuthorizerEvent;
}

/** An authorizer before the STS emulator, and what it logged. */
async function authorizer() {
  const { verifier } = await stsAndVerifier();
  const lines: string[] = [];
  const authorize = identityAuthorizer(verifier, new LineLogger((line) => void lines.push(line)));
  return { authorize, verifier, lines };
}

describe('allows', () => {
  test('all of /aws, and says who until when', async () => {
    const { authorize, verifier } = await authorizer();
    expect(await authorize(eventWith({ 'X-Amz-Security-Token': [proofFor(verifier)] }))).toEqual({
      principalId: ROLE.arn,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: `${ARN}/*/aws/*` }],
      },
      context: {
        arn: ROLE.arn,
        userId: ROLE.userId,
        account: '999922223333',
        expiresAt: String(NOW + 15 * MINUTE),
      },
    });
  });

  test('whatever the case of the header, and where there is but one value of each', async () => {
    const { authorize, verifier } = await authorizer();
    const event = eventWith({ 'x-amz-security-token': [proofFor(verifier)] });
    expect(await authorize({ ...event, multiValueHeaders: null })).toMatchObject({ principalId: ROLE.arn });
  });
});

describe('Unauthorized, which is 401', () => {
  test.each([
    ['no header', {}],
    ['an empty header', { 'X-Amz-Security-Token': [''] }],
  ])('%s', async (_name, headers) => {
    const { authorize } = await authorizer();
    await expect(authorize(eventWith(headers))).rejects.toThrow(/^Unauthorized$/);
  });
});

describe('denies, which is 403', () => {
  test.each<[string, string, (proof: string) => Record<string, string[]>]>([
    ['a session token that is no proof', 'PROOF_MALFORMED', () => ({ 'X-Amz-Security-Token': ['IQoJb3JpZ2luX2Vj'] })],
    ['4 KB and a byte', 'PROOF_TOO_LARGE', (proof) => ({ 'X-Amz-Security-Token': [proof.padEnd(4097, 'A')] })],
    ['two headers, be both right', 'PROOF_MALFORMED', (proof) => ({ 'X-Amz-Security-Token': [proof, proof] })],
    [
      'two headers of different case',
      'PROOF_MALFORMED',
      (proof) => ({ 'X-Amz-Security-Token': [proof], 'x-amz-security-token': [proof] }),
    ],
    ['two in one', 'PROOF_MALFORMED', (proof) => ({ 'X-Amz-Security-Token': [`${proof}, ${proof}`] })],
  ])('%s', async (_name, code, headersOf) => {
    const { authorize, verifier } = await authorizer();
    expect(await authorize(eventWith(headersOf(proofFor(verifier))))).toEqual({
      principalId: 'nobody',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Deny', Action: 'execute-api:Invoke', Resource: `${ARN}/*/aws/*` }],
      },
      context: { code, reason: expect.stringMatching(/^\(The proof of identity is refused\. [^"\\]+\)$/) },
    });
  });
});

test('STS out of order is an error, which is 500 and not remembered', async () => {
  const url = await serverThat((_request, response) => response.writeHead(500).end());
  const lines: string[] = [];
  const authorize = identityAuthorizer(verifierAt(url), new LineLogger((line) => void lines.push(line)));
  const proof = proofFor(verifierAt(url));
  await expect(authorize(eventWith({ 'X-Amz-Security-Token': [proof] }))).rejects.toThrow('STS gave an answer (500)');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'ERROR', code: 'STS_UNAVAILABLE', requestId: 'REQUEST-1' },
  ]);
});

test('what is logged names the caller or the fault, and holds no proof', async () => {
  const { authorize, verifier, lines } = await authorizer();
  const good = proofFor(verifier);
  const bad = proofFor(verifier, { key: { ...ROLE, secretAccessKey: 'guess' } });
  await authorize(eventWith({ 'X-Amz-Security-Token': [good] }));
  await authorize(eventWith({ 'X-Amz-Security-Token': [bad] }));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { message: 'identified', requestId: 'REQUEST-1', arn: ROLE.arn, userId: ROLE.userId },
    { message: 'identity refused', requestId: 'REQUEST-1', code: 'PROOF_REFUSED_BY_STS' },
  ]);
  for (const proof of [good, bad]) {
    const { 'X-Amz-Signature': signature, 'X-Amz-Security-Token': token } = Object.fromEntries(
      new URLSearchParams(queryIn(proof)),
    );
    for (const secret of [proof, signature!, token!]) expect(lines.join()).not.toContain(secret);
  }
});

describe('the caller, read from the context', () => {
  const proven = { arn: ROLE.arn, userId: ROLE.userId, account: '999922223333', expiresAtEpochMs: NOW + MINUTE };
  const context = { ...authorizerContext(proven), principalId: ROLE.arn, integrationLatency: 12 };

  test('until its proof expires', () => {
    expect(callerFromAuthorizer(context, NOW + MINUTE - 1)).toEqual({
      principal: expect.objectContaining({ kind: 'iam', account: '999922223333', type: 'role', name: 'payments-ci' }),
      arn: ROLE.arn,
      session: 'build-42',
      uniqueId: 'AROAPAYMENTSPAYMENTS',
      account: '999922223333',
    });
  });

  test.each<[string, Record<string, unknown> | null | undefined, number]>([
    ['its proof has expired, whatever was remembered', context, NOW + MINUTE],
    ['there is no context', undefined, NOW],
    ['the context is null', null, NOW],
    ['nobody was named', { ...context, arn: '' }, NOW],
    ['the ARN is another kind', { ...context, arn: 'arn:aws:s3:::bucket' }, NOW],
    ['the account is not the ARN’s', { ...context, account: '111122223333' }, NOW],
    ['there is no expiry', { ...context, expiresAt: undefined }, NOW],
    ['the expiry is no number', { ...context, expiresAt: 'Infinity' }, NOW],
    ['the expiry is in seconds', { ...context, expiresAt: '1795176000' }, NOW],
  ])('is refused when %s', (_name, authorizer, now) => {
    expect(() => callerFromAuthorizer(authorizer, now)).toThrow(expect.objectContaining({ code: 'CALLER_UNKNOWN' }));
  });
});
