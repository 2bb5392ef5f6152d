import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, test } from 'vitest';
import { AUDIENCE, MINUTE, NOW, ROLE, stsAndVerifier, USER } from '../../identity/proofs.ts';
import { type Got, Sha256, send } from '../gateway/gateway.ts';

interface Presigning {
  readonly key?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly service?: string;
  readonly region?: string;
  readonly expiresIn?: number;
  readonly audience?: string;
  readonly query?: Record<string, string>;
}

/** Presigned by the AWS SDK's own signer: neither of the implementations that are ours. */
async function presigned(url: string, wanted: Presigning = {}): Promise<string> {
  const { key = ROLE, service = 'sts', region = 'us-east-1', expiresIn = 900, audience = AUDIENCE } = wanted;
  const { hostname, port, host } = new URL(url);
  const signer = new SignatureV4({ credentials: key, service, region, sha256: Sha256 });
  const request = {
    method: 'GET',
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15', ...wanted.query },
    headers: { host, 'x-portcullis-audience': audience },
  };
  const { query } = await signer.presign(request, { expiresIn, signingDate: new Date(NOW) });
  const pairs = Object.entries(query ?? {}).map((pair) =>
    pair.map((text) => encodeURIComponent(String(text))).join('='),
  );
  return `/?${pairs.join('&')}`;
}

async function ask(
  wanted: Presigning & { headers?: Record<string, string>; target?: (target: string) => string } = {},
  now = NOW,
): Promise<Got> {
  const { sts } = await stsAndVerifier({ now: () => now });
  const target = (wanted.target ?? ((same) => same))(await presigned(sts.url, wanted));
  const headers = { 'X-Portcullis-Audience': AUDIENCE, ...wanted.headers };
  return send(Number(new URL(sts.url).port), { target, headers: { host: new URL(sts.url).host, ...headers } });
}

describe('answers who signed', () => {
  test.each([
    ['a session', ROLE, '999922223333'],
    ['a user', USER, '111122223333'],
  ])('%s, in XML and in JSON', async (_name, key, account) => {
    const xml = await ask({ key });
    expect([xml.status, xml.headers['content-type']]).toEqual([200, 'text/xml']);
    expect(xml.text).toContain(
      `<Arn>${key.arn}</Arn>\n    <UserId>${key.userId}</UserId>\n    <Account>${account}</Account>`,
    );
    const json = await ask({ key, headers: { accept: 'application/json' } });
    expect(json.json.GetCallerIdentityResponse.GetCallerIdentityResult).toEqual({
      Account: account,
      Arn: key.arn,
      UserId: key.userId,
    });
  });

  test('whatever X-Amz-Expires says, for 15 minutes', async () => {
    expect((await ask({ expiresIn: 1 }, NOW + 15 * MINUTE)).status).toBe(200);
  });
});

describe('refuses as STS does', () => {
  test.each<[string, Parameters<typeof ask>[0], number, string]>([
    ['another audience than the one signed', { audience: 'https://other.example.com' }, 403, 'SignatureDoesNotMatch'],
    ['another secret', { key: { ...ROLE, secretAccessKey: 'guess' } }, 403, 'SignatureDoesNotMatch'],
    ['an unknown key', { key: { ...ROLE, accessKeyId: 'ASIANOBODY' } }, 403, 'InvalidClientTokenId'],
    ['a token that is not the key’s', { key: { ...ROLE, sessionToken: 'other' } }, 403, 'InvalidClientTokenId'],
    ['another region', { region: 'eu-west-1' }, 403, 'SignatureDoesNotMatch'],
    ['another service', { service: 'execute-api' }, 403, 'SignatureDoesNotMatch'],
    ['another operation', { query: { Action: 'AssumeRole' } }, 400, 'InvalidAction'],
    ['another version', { query: { Version: '2012-01-01' } }, 400, 'InvalidAction'],
    ['a parameter more than was signed', { target: (target) => `${target}&Foo=1` }, 403, 'SignatureDoesNotMatch'],
    ['a parameter twice', { target: (target) => `${target}&X-Amz-Date=x` }, 400, 'IncompleteSignature'],
    [
      'no signature',
      { target: () => '/?Action=GetCallerIdentity&Version=2011-06-15' },
      403,
      'MissingAuthenticationToken',
    ],
    ['half a signature', { target: (target) => target.replace(/&X-Amz-Date=\w+/, '') }, 400, 'IncompleteSignature'],
  ])('%s', async (_name, wanted, status, code) => {
    const got = await ask(wanted);
    expect([got.status, got.headers['content-type'], /<Code>(.*)<\/Code>/.exec(got.text)?.[1]]).toEqual([
      status,
      'text/xml',
      code,
    ]);
    const json = await ask({ ...wanted, headers: { accept: 'application/json' } });
    expect([json.status, json.json.Error.Code]).toEqual([status, code]);
  });

  test.each([
    ['older than 15 minutes', NOW + 15 * MINUTE + 1000, 'Signature expired'],
    ['more than five minutes ahead', NOW - 5 * MINUTE - 1000, 'Signature not yet current'],
  ])('%s', async (_name, now, message) => {
    expect((await ask({}, now)).text).toContain(message);
  });

  test('a POST', async () => {
    const { sts } = await stsAndVerifier();
    const { host, port } = new URL(sts.url);
    const got = await send(Number(port), {
      method: 'POST',
      target: await presigned(sts.url),
      headers: { host },
      body: 'Action=GetCallerIdentity&Version=2011-06-15',
    });
    expect([got.status, got.text]).toEqual([400, expect.stringContaining('InvalidAction')]);
  });
});
