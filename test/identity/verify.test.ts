import { describe, expect, test } from 'vitest';
import { makeProof } from '../../src/identity/proof.ts';
import { stsEndpoint } from '../../src/identity/sts-endpoint.ts';
import { verifyProof } from '../../src/identity/verify.ts';
import {
  AUDIENCE,
  MINUTE,
  NOW,
  proofFor,
  queryIn,
  ROLE,
  serverThat,
  stsAndVerifier,
  tampered,
  USER,
  verifierAt,
} from './proofs.ts';

describe('accepted', () => {
  test('a role session', async () => {
    const { verifier } = await stsAndVerifier();
    expect(await verifyProof(proofFor(verifier), verifier)).toEqual({
      arn: ROLE.arn,
      userId: ROLE.userId,
      account: '999922223333',
      expiresAtEpochMs: NOW + 15 * MINUTE,
    });
  });

  test('a user, who has no session token', async () => {
    const { verifier } = await stsAndVerifier();
    expect(await verifyProof(proofFor(verifier, { key: USER }), verifier)).toEqual({
      arn: USER.arn,
      userId: USER.userId,
      account: '111122223333',
      expiresAtEpochMs: NOW + 15 * MINUTE,
    });
  });

  test.each([
    ['up to its last second', -15 * MINUTE + 1000, 1000],
    ['from a clock that is a minute ahead', MINUTE, 16 * MINUTE],
  ])('%s', async (_name, signedAt, livesForMs) => {
    const { verifier } = await stsAndVerifier();
    const proof = proofFor(verifier, { signedAtEpochMs: NOW + signedAt });
    expect(await verifyProof(proof, verifier)).toMatchObject({ expiresAtEpochMs: NOW + livesForMs });
  });

  test('STS is asked one question, with our audience, and no cookie, credential or referrer of anybody', async () => {
    const { sts, verifier } = await stsAndVerifier();
    const proof = proofFor(verifier);
    await verifyProof(proof, verifier);
    expect(sts.requests).toEqual([
      { method: 'GET', target: `/?${queryIn(proof)}`, status: 200, headers: expect.anything() },
    ]);
    expect(Object.fromEntries(sts.requests[0]!.headers)).toEqual({
      Host: new URL(sts.url).host,
      Accept: 'application/json',
      'x-portcullis-audience': AUDIENCE,
      Connection: 'close',
    });
  });
});

describe('refused before STS is asked', () => {
  const sign = (wanted: Parameters<typeof proofFor>[1]) => (verifier: Parameters<typeof proofFor>[0]) =>
    proofFor(verifier, wanted);
  const change = (from: RegExp | string, to: string) => (verifier: Parameters<typeof proofFor>[0]) =>
    tampered(proofFor(verifier), (query) => query.replace(from, to));

  test.each<[string, string, (verifier: Parameters<typeof proofFor>[0]) => string]>([
    ['empty', 'PROOF_MALFORMED', () => ''],
    ['oversized', 'PROOF_TOO_LARGE', sign({ key: { ...ROLE, sessionToken: 'x'.repeat(4096) } })],
    ['oversized, and nothing else', 'PROOF_TOO_LARGE', () => 'x'.repeat(4097)],
    ['not base64url', 'PROOF_MALFORMED', (verifier) => `${proofFor(verifier)}!`],
    ['expired to the second', 'PROOF_EXPIRED', sign({ signedAtEpochMs: NOW - 15 * MINUTE })],
    ['expired a day ago', 'PROOF_EXPIRED', sign({ signedAtEpochMs: NOW - 1440 * MINUTE })],
    [
      'past its own, earlier end',
      'PROOF_EXPIRED',
      (verifier) =>
        tampered(proofFor(verifier, { signedAtEpochMs: NOW - MINUTE }), (query) =>
          query.replace('Expires=900', 'Expires=60'),
        ),
    ],
    [
      'expired, however long it would like to live',
      'PROOF_EXPIRED',
      (verifier) =>
        tampered(proofFor(verifier, { signedAtEpochMs: NOW - 15 * MINUTE }), (query) =>
          query.replace('Expires=900', 'Expires=604800'),
        ),
    ],
    ['from the future', 'PROOF_FROM_THE_FUTURE', sign({ signedAtEpochMs: NOW + MINUTE + 1000 })],
    ['its audience not signed', 'PROOF_WITHOUT_AUDIENCE', change('host%3Bx-portcullis-audience', 'host')],
    ['its host not signed', 'PROOF_WITHOUT_AUDIENCE', change('host%3Bx-portcullis-audience', 'x-portcullis-audience')],
    [
      'another header signed too',
      'PROOF_WITHOUT_AUDIENCE',
      change('portcullis-audience', 'portcullis-audience%3Bx-evil'),
    ],
    ['a token for Kubernetes', 'PROOF_WITHOUT_AUDIENCE', change('x-portcullis-audience', 'x-k8s-aws-id')],
    ['its audience signed twice', 'PROOF_WITHOUT_AUDIENCE', change('host%3B', 'host%3Bx-portcullis-audience%3B')],
    ['for another service', 'PROOF_FOR_ANOTHER_STS', change('%2Fsts%2F', '%2Fexecute-api%2F')],
    ['for another region', 'PROOF_FOR_ANOTHER_STS', change('%2Fus-east-1%2F', '%2Feu-west-1%2F')],
    ['of another operation', 'PROOF_MALFORMED', change('GetCallerIdentity', 'GetSessionToken')],
    ['with a parameter more', 'PROOF_MALFORMED', change(/$/, '&DurationSeconds=900')],
    ['with a parameter twice', 'PROOF_MALFORMED', change(/$/, '&Action=GetCallerIdentity')],
  ])('%s: %s', async (_name, code, make) => {
    const { sts, verifier } = await stsAndVerifier();
    const verdict = await verifyProof(make(verifier), verifier);
    expect(verdict).toEqual({ refused: code, reason: expect.stringMatching(/^[^"\\\n]+\.$/) });
    expect(sts.requests).toEqual([]);
  });
});

describe('refused by STS', () => {
  const flip = (text: string) => text.replace(/[0-9a-f]$/, (digit) => (digit === '0' ? '1' : '0'));

  test.each<[string, (verifier: Parameters<typeof proofFor>[0]) => string]>([
    [
      'forged: signed with another secret',
      (verifier) => proofFor(verifier, { key: { ...ROLE, secretAccessKey: 'guess' } }),
    ],
    ['forged: of an unknown key', (verifier) => proofFor(verifier, { key: { ...ROLE, accessKeyId: 'ASIANOBODY' } })],
    [
      'the key of one with the session of another',
      (verifier) => proofFor(verifier, { key: { ...USER, sessionToken: ROLE.sessionToken } }),
    ],
    [
      'a session without its token',
      (verifier) => proofFor(verifier, { key: { ...ROLE, sessionToken: undefined as never } }),
    ],
    ['for another audience', (verifier) => proofFor(verifier, { audience: 'https://other.example.com' })],
    ['for an audience that begins like ours', (verifier) => proofFor(verifier, { audience: `${AUDIENCE}/x` })],
    ['for our audience in another case', (verifier) => proofFor(verifier, { audience: AUDIENCE.toUpperCase() })],
    ['signed for another host', () => makeProof(ROLE, { audience: AUDIENCE, sts: stsEndpoint('us-east-1') }, NOW).text],
    [
      'its signature altered',
      (verifier) => tampered(proofFor(verifier), (query) => query.replace(/(?<=Signature=)\w+/, flip)),
    ],
    [
      'its key altered',
      (verifier) => tampered(proofFor(verifier), (query) => query.replace('ASIAPAYMENTS', 'AKIAALICE')),
    ],
    ['its date altered', (verifier) => tampered(proofFor(verifier), (query) => query.replace('T120000Z', 'T120001Z'))],
    [
      'its lifetime altered',
      (verifier) => tampered(proofFor(verifier), (query) => query.replace('Expires=900', 'Expires=899')),
    ],
    ['its token altered', (verifier) => tampered(proofFor(verifier), (query) => query.replace('session', 'Session'))],
    [
      'its token removed',
      (verifier) => tampered(proofFor(verifier), (query) => query.replace(/&X-Amz-Security-Token=[^&]*/, '')),
    ],
  ])('%s', async (_name, make) => {
    const { sts, verifier } = await stsAndVerifier();
    expect(await verifyProof(make(verifier), verifier)).toEqual({
      refused: 'PROOF_REFUSED_BY_STS',
      reason: expect.stringMatching(/^STS answers (SignatureDoesNotMatch|InvalidClientTokenId)/),
    });
    expect(sts.requests).toHaveLength(1);
  });
});

test('refused: expired while STS was asked', async () => {
  const times = [NOW, NOW + 1000];
  const { verifier } = await stsAndVerifier();
  const proof = proofFor(verifier, { signedAtEpochMs: NOW - 15 * MINUTE + 1000 });
  const verdict = await verifyProof(proof, { ...verifier, now: () => times.shift()! });
  expect(verdict).toMatchObject({ refused: 'PROOF_EXPIRED' });
});

describe('an answer that names nobody says nothing of the proof', () => {
  const identity = (members: object) =>
    JSON.stringify({ GetCallerIdentityResponse: { GetCallerIdentityResult: members } });
  const error = (code: string) => JSON.stringify({ Error: { Code: code, Message: 'No.', Type: 'Sender' } });
  const named = { Arn: USER.arn, UserId: USER.userId, Account: '111122223333' };

  test.each<[string, number, string, string]>([
    ['nothing', 200, 'application/json', ''],
    ['rubbish', 200, 'application/json', '{"GetCallerIdentityResponse":'],
    ['HTML, as a proxy in between would', 200, 'text/html', '<html><body>Welcome</body></html>'],
    ['HTML called XML', 200, 'text/xml', '<html><body>Welcome</body></html>'],
    ['a right answer under a wrong type', 200, 'text/html', identity(named)],
    ['a right answer under a wrong status', 201, 'application/json', identity(named)],
    ['nobody', 200, 'application/json', identity({})],
    [
      'somebody that no policy can name',
      200,
      'application/json',
      identity({ ...named, Arn: 'arn:aws:iam::111122223333:group/x' }),
    ],
    ['an account that is not the ARN’s', 200, 'application/json', identity({ ...named, Account: '999922223333' })],
    ['a list of ARNs', 200, 'application/json', identity({ ...named, Arn: [USER.arn] })],
    ['an account that is a number', 200, 'application/json', identity({ ...named, Account: 111122223333 })],
    ['an unlikely id', 200, 'application/json', identity({ ...named, UserId: 'AIDA\nx' })],
    ['a redirect', 302, 'text/html', ''],
    ['throttling', 400, 'application/json', error('Throttling')],
    ['a failure of its own', 500, 'application/json', error('InternalFailure')],
    ['being overloaded', 503, 'text/html', '<html>Service Unavailable</html>'],
    ['a refusal by somebody else, such as a firewall', 403, 'text/html', '<html>Forbidden</html>'],
  ])('%s', async (_name, status, contentType, body) => {
    const url = await serverThat((_request, response) =>
      response.writeHead(status, { 'Content-Type': contentType }).end(body),
    );
    const verifier = verifierAt(url);
    expect(await verifyProof(proofFor(verifier), verifier)).toEqual({
      refused: 'STS_UNAVAILABLE',
      reason: expect.any(String),
    });
  });

  test('no answer at all', async () => {
    const verifier = verifierAt(await serverThat((request) => request.socket.destroy()));
    expect(await verifyProof(proofFor(verifier), verifier)).toMatchObject({ refused: 'STS_UNAVAILABLE' });
  });
});

test('a redirect is not followed, wherever it leads', async () => {
  const { sts, verifier: right } = await stsAndVerifier();
  const url = await serverThat((request, response) =>
    response.writeHead(307, { Location: `${sts.url}${request.url}`, 'Content-Type': 'text/html' }).end(),
  );
  // The proof is good for the place that the redirect leads to.
  const verifier = { ...verifierAt(url), sts: { ...verifierAt(url).sts, host: right.sts.host } };
  expect(await verifyProof(proofFor(right), verifier)).toMatchObject({ refused: 'STS_UNAVAILABLE' });
  expect(sts.requests).toEqual([]);
});

test('no verdict holds the proof', async () => {
  const { verifier } = await stsAndVerifier();
  const proof = proofFor(verifier, { key: { ...ROLE, secretAccessKey: 'guess' } });
  const verdict = JSON.stringify(await verifyProof(proof, verifier));
  const secrets = [proof, ...new URLSearchParams(queryIn(proof)).values()].filter((value) => value.length > 20);
  for (const secret of secrets) expect(verdict).not.toContain(secret);
});
