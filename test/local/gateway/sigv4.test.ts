import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type SignedRequest, verify } from '../../../src/local/gateway/sigv4.ts';
import { gateway, NOW, PAYMENTS, SESSION, type Signing, send, signed, type Wanted } from './gateway.ts';

/** AWS's own published suite: the answers were not computed by anything in this repository. */
describe("AWS's test vectors", () => {
  const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
  const options = { services: ['service'], region: 'us-east-1', nowEpochMs: Date.parse('2015-08-30T12:36:00Z') };

  test.each([
    ['get-vanilla', 'GET', '/', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    [
      'get-vanilla-query-order-key-case',
      'GET',
      '/?Param2=value2&Param1=value1',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    ['post-vanilla', 'POST', '/', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  ])('%s', (_name, method, target, signature) => {
    const request: SignedRequest = {
      method,
      target,
      headers: [
        ['Host', 'example.amazonaws.com'],
        ['X-Amz-Date', '20150830T123600Z'],
        [
          'Authorization',
          `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
        ],
      ],
      body: Buffer.alloc(0),
    };
    expect(verify(request, [key], options)).toEqual({ ok: key });
    expect(verify({ ...request, method: 'PUT' }, [key], options)).toHaveProperty('refused', 'SIGNATURE_INVALID');
  });
});

describe('accepted', () => {
  test.each<[string, Wanted, Signing]>([
    ['a body', { body: '{"actionGroupName":"été"}' }, {}],
    ['no body', { method: 'GET' }, {}],
    ['the service of unmodified AWS clients', {}, { service: 'bedrock' }],
    ['a session token', {}, { key: SESSION }],
    ['a doubled slash, which the SDK signs as one', { method: 'PUT', target: '/aws//agents/A/' }, {}],
    ['a label with an encoded slash', { target: '/v1/agents/a%2Fb/action-groups' }, {}],
    ['a label with letters beyond ASCII', { target: '/v1/agents/%C3%A9%20%2B/action-groups' }, {}],
    ['a query, unsorted and repeated', { method: 'GET', target: '/aws/x?b=2&a=%2F&a=1&c=' }, {}],
    ['a space as a plus sign', { method: 'GET', target: '/aws/x?a=b+c' }, {}],
    ['a clock four minutes behind', {}, { atEpochMs: NOW - 4 * 60_000 }],
    ['a clock four minutes ahead', {}, { atEpochMs: NOW + 4 * 60_000 }],
    ['a signed header with needless spaces', { headers: { 'X-Odd': '  a   b ' } }, {}],
  ])('%s', async (_name, wanted, signing) => {
    const { port, seen } = await gateway({ allowUnsigned: false });
    const got = await send(port, await signed(port, wanted, signing));
    expect(got.text).toBe('{"done":true}');
    expect(seen[0]?.event.requestContext.identity.accessKey).toBe(signing.key?.accessKeyId ?? PAYMENTS.accessKeyId);
  });

  test('raw spelling and no digest header, as curl signs', async () => {
    const { port } = await gateway({ allowUnsigned: false });
    expect((await send(port, signedRaw(port, '/aws//a%2Fb/?b=2&a&c=x+y', '{"a":1}'))).status).toBe(200);
  });
});

describe('403', () => {
  type Alteration = (wanted: Required<Wanted>) => Wanted;
  const authorization =
    (from: string | RegExp, to: string): Alteration =>
    (wanted) => ({
      ...wanted,
      headers: { ...wanted.headers, authorization: wanted.headers.authorization!.replace(from, to) },
    });
  const header =
    (name: string, value: string): Alteration =>
    (wanted) => ({ ...wanted, headers: { ...wanted.headers, [name]: value } });
  const without =
    (name: string): Alteration =>
    ({ headers, ...wanted }) => ({
      ...wanted,
      headers: Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name)),
    });

  test.each<[string, Alteration, RegExp]>([
    ['another body', (wanted) => ({ ...wanted, body: '{"a":2}' }), /does not match/],
    ['no body', (wanted) => ({ ...wanted, body: '' }), /does not match/],
    ['another path', (wanted) => ({ ...wanted, target: '/v1/agents/OTHER/action-groups' }), /does not match/],
    ['another query', (wanted) => ({ ...wanted, target: `${wanted.target}?dryRun=false` }), /does not match/],
    ['another method', (wanted) => ({ ...wanted, method: 'PUT' }), /does not match/],
    ['another signed header', header('x-team', 'travel'), /does not match/],
    ['a signed header taken away', without('x-team'), /x-team/],
    ['another date', header('x-amz-date', '20261120T120001Z'), /does not match/],
    ['a date that is none', header('x-amz-date', '20261320T120000Z'), /X-Amz-Date/],
    ['no date', without('x-amz-date'), /X-Amz-Date/],
    ['another signature', authorization(/Signature=.{8}/, 'Signature=00000000'), /does not match/],
    ['a signature in capitals', authorization(/Signature=.*/, `Signature=${'A'.repeat(64)}`), /must read/],
    ['half a signature', authorization(/Signature=.{32}/, 'Signature='), /must read/],
    ['another access key of this server', authorization(PAYMENTS.accessKeyId, SESSION.accessKeyId), /session token/],
    ['an unknown access key', authorization(PAYMENTS.accessKeyId, 'AKIDNOBODY'), /AKIDNOBODY is not known/],
    ['another region in the scope', authorization('us-east-1', 'us-west-2'), /us-west-2/],
    ['another service in the scope', authorization('execute-api', 's3'), /s3/],
    ['another date in the scope', authorization('/20261120/', '/20261119/'), /20261119/],
    ['a scope cut short', authorization('/aws4_request', ''), /must read/],
    ['a host that is not signed', authorization('SignedHeaders=host;', 'SignedHeaders='), /host/],
    ['another scheme', header('authorization', 'Bearer abc'), /must read/],
    ['a session token that the key does not have', header('x-amz-security-token', 'x'), /Security-Token/],
  ])('%s', async (_name, alter, detail) => {
    const { port, seen } = await gateway();
    const original = await signed(port, { body: '{"a":1}', headers: { 'x-team': 'payments' } });
    expect((await send(port, original)).status).toBe(200);
    const got = await send(port, alter(original));
    expect(got.status).toBe(403);
    expect(got.json).toMatchObject({ code: 'SIGNATURE_INVALID', __type: 'AccessDeniedException' });
    expect(got.json.detail).toMatch(detail);
    expect(seen).toHaveLength(1);
  });

  test.each<[string, Signing, RegExp]>([
    ['a clock six minutes behind', { atEpochMs: NOW - 6 * 60_000 }, /expired/],
    ['a clock six minutes ahead', { atEpochMs: NOW + 6 * 60_000 }, /not yet current/],
    ['the wrong secret', { key: { ...PAYMENTS, secretAccessKey: 'guess' } }, /does not match/],
    ['a session key without its token', { key: { ...SESSION, sessionToken: undefined } }, /session token/],
    ['a session key with another token', { key: { ...SESSION, sessionToken: 'other' } }, /session token/],
    ['another region', { region: 'eu-west-1' }, /eu-west-1/],
    ['another service', { service: 'sts' }, /sts/],
  ])('%s', async (_name, signing, detail) => {
    const { port, seen } = await gateway();
    const got = await send(port, await signed(port, {}, signing));
    expect(got.status).toBe(403);
    expect(got.json.message).toMatch(detail);
    expect(seen).toEqual([]);
  });

  test("a client's word for the digest of its body is not taken, even signed", async () => {
    const { port } = await gateway();
    const wanted = await signed(port, { body: 'abc', headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } });
    expect((await send(port, wanted)).json.detail).toMatch(/does not match/);
  });

  test('a refusal reveals neither the secret nor the signature that was expected', async () => {
    const { port } = await gateway();
    const good = await signed(port, {});
    const got = await send(port, authorization(/Signature=.{8}/, 'Signature=00000000')(good));
    expect(got.text).not.toContain(PAYMENTS.secretAccessKey);
    expect(got.text).not.toContain(/Signature=(.*)/.exec(good.headers.authorization!)![1]!.slice(8));
  });

  test('IAM authorization refuses the service name bedrock', async () => {
    const { port } = await gateway({ auth: 'iam' });
    expect((await send(port, await signed(port, {}, { service: 'bedrock' }))).json.detail).toMatch(
      /sign for execute-api/,
    );
    expect((await send(port, await signed(port, {}, { service: 'execute-api' }))).status).toBe(200);
  });

  test('a presigned URL, even where an unsigned request would pass', async () => {
    const { port, seen } = await gateway();
    const got = await send(port, { target: '/aws/x?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0' });
    expect([got.status, got.json.code]).toEqual([403, 'SIGNATURE_INVALID']);
    expect(seen).toEqual([]);
  });
});

/** The shortest signer there is: path and query as they are, and only the headers that must be signed. */
function signedRaw(port: number, target: string, body: string): Wanted {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const [path, query] = target.split('?');
  const host = `localhost:${port}`;
  const canonical = `POST\n${path}\n${query}\nhost:${host}\nx-amz-date:20261120T120000Z\n\nhost;x-amz-date\n${sha256(body)}`;
  const scope = '20261120/us-east-1/execute-api/aws4_request';
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${PAYMENTS.secretAccessKey}`);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n20261120T120000Z\n${scope}\n${sha256(canonical)}`).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${PAYMENTS.accessKeyId}/${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`;
  return {
    method: 'POST',
    target,
    body,
    headers: { host, 'X-Amz-Date': '20261120T120000Z', Authorization: authorization },
  };
}
