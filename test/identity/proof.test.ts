import { describe, expect, test } from 'vitest';
import { makeProof, readProof } from '../../src/identity/proof.ts';
import { stsEndpoint } from '../../src/identity/sts-endpoint.ts';
import { AUDIENCE, NOW, PREFIX, proofFor, proofHolding, queryIn, ROLE, tampered } from './proofs.ts';

const BINDING = { audience: AUDIENCE, sts: stsEndpoint('us-east-1') };
const KEY = { accessKeyId: 'AKIDPAYMENTS', secretAccessKey: 'a/secret+of=payments' };

describe('a proof', () => {
  /** The signatures were made by botocore's SigV4QueryAuth for the same credentials, header, host and time. */
  test.each([
    ['of a user', KEY, 'de1a23da17f0db1fe5b5f125604d8dfc14c689adfe52027d45192c47aab4834e'],
    [
      'of a session',
      { ...KEY, sessionToken: 'a+session/token==' },
      '88a639d17eb7d97f938220da82af4992cf3c1a5944dfeb6342b9622134485cb2',
    ],
  ])('%s is signed as botocore signs', (_name, key, signature) => {
    const query = new URLSearchParams(queryIn(makeProof(key, BINDING, NOW).text));
    expect(query.get('X-Amz-Signature')).toBe(signature);
  });

  test('says all that STS needs, and lives for 15 minutes', () => {
    const { text, expiresAtEpochMs } = makeProof(ROLE, BINDING, NOW + 999);
    expect(expiresAtEpochMs).toBe(NOW + 900_000);
    expect(Object.fromEntries(new URLSearchParams(queryIn(text)))).toEqual({
      Action: 'GetCallerIdentity',
      Version: '2011-06-15',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'ASIAPAYMENTS/20261120/us-east-1/sts/aws4_request',
      'X-Amz-Date': '20261120T120000Z',
      'X-Amz-Expires': '900',
      'X-Amz-Security-Token': 'a+session/token==',
      'X-Amz-SignedHeaders': 'host;x-portcullis-audience',
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('is a header value, and reads back', () => {
    const text = proofFor(BINDING);
    expect(text).toMatch(/^portcullis-proof-v1\.[\w-]+$/);
    expect(readProof(text)).toEqual({
      query: queryIn(text),
      service: 'sts',
      region: 'us-east-1',
      signedHeaders: 'host;x-portcullis-audience',
      signedAtEpochMs: NOW,
      lifetimeSeconds: 900,
    });
  });

  test('of botocore, which orders its parameters otherwise, reads the same', () => {
    const text = proofFor(BINDING);
    const reordered = tampered(text, (query) => query.split('&').reverse().join('&'));
    expect(readProof(reordered)).toEqual(readProof(text));
  });
});

describe('refused: what is no proof at all', () => {
  test.each([
    ['nothing', ''],
    ['the session token of an AWS client', 'IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJHMEU='],
    ['another version', proofFor(BINDING).replace('v1', 'v2')],
    ['nothing after the prefix', PREFIX],
    ['the query itself', PREFIX + queryIn(proofFor(BINDING))],
    ['base64 that is not base64url', `${PREFIX}${Buffer.from('Action=???').toString('base64')}`],
    ['padding', `${proofFor(BINDING)}=`],
    ['a blank at its end', `${proofFor(BINDING)} `],
    ['a line break', `${proofFor(BINDING)}\n`],
    ['bits left over', `${PREFIX}QR`],
    ['bytes beyond ASCII', PREFIX + Buffer.from([0xff, 0xfe, 0x00]).toString('base64url')],
    ['a whole URL', proofHolding(`https://sts.us-east-1.amazonaws.com/?${queryIn(proofFor(BINDING))}`)],
    ['a path before the query', proofHolding(`/?${queryIn(proofFor(BINDING))}`)],
    ['a fragment', tampered(proofFor(BINDING), (query) => `${query}#x`)],
    ['JSON, as for a POST', proofHolding(JSON.stringify({ method: 'POST', body: 'Action=GetCallerIdentity' }))],
    ['a POST, signed in headers', proofHolding('Action=GetCallerIdentity&Version=2011-06-15')],
  ])('%s', (_name, text) => {
    expect(readProof(text)).toEqual({ fault: expect.any(String) });
  });
});

/** Every parameter of a proof, and a value of another that would have to be refused by its form. */
const WRONG: Record<string, readonly string[]> = {
  Action: ['AssumeRole', 'getcalleridentity', 'GetCallerIdentity%20', ''],
  Version: ['2012-10-17', ''],
  'X-Amz-Algorithm': ['AWS4-ECDSA-P256-SHA256', 'AWS4-HMAC-SHA1', ''],
  'X-Amz-Credential': ['ASIAPAYMENTS', 'A%2F20261120%2Fus-east-1%2Fsts%2Faws4_request%2Fx', '%2F%2F%2F%2F', ''],
  'X-Amz-Date': ['20261320T120000Z', '20260231T120000Z', '2026-11-20T12:00:00Z', '20261121T000000Z', '1', ''],
  'X-Amz-Expires': ['0', '-1', '1e9', '900.5', '0900', '99999999', 'Infinity', ''],
  'X-Amz-Security-Token': ['', '%0d%0aX-Injected:%201', 'a%20b', '%C3%A9', 'a%2bsession%2ftoken%3d%3d', '%zz'],
  'X-Amz-SignedHeaders': ['', 'Host', 'host%0A'],
  'X-Amz-Signature': ['', 'de1a', 'A'.repeat(64), 'g'.repeat(64)],
};

describe.each(Object.entries(WRONG))('%s', (name, values) => {
  const pair = (query: string) => query.split('&').find((each) => each.startsWith(`${name}=`))!;
  const change = (to: (pair: string) => string) =>
    readProof(tampered(proofFor(BINDING), (query) => query.replace(pair(query), to(pair(query)))));

  test.each(values)('is refused as "%s"', (value) => {
    expect(change(() => `${name}=${value}`)).toEqual({ fault: expect.any(String) });
  });

  test.each<[string, (pair: string) => string]>([
    ['twice', (pair) => `${pair}&${pair}`],
    ['a second time, empty', (pair) => `${pair}&${name}=`],
    ['a second time, without a value', (pair) => `${pair}&${name}`],
    ['a second time in lower case', (pair) => `${pair}&${pair.toLowerCase()}`],
    ['in lower case alone', (pair) => `${name.toLowerCase()}=${pair.slice(name.length + 1)}`],
    ['a second time in upper case', (pair) => `${pair}&${name.toUpperCase()}=x`],
    ['as an array', (pair) => `${pair}&${name}[]=x`],
    ['as an element of an array', (pair) => `${pair}&${name}[0]=x`],
    ['a second time, its name encoded', (pair) => `${pair}&%${name.charCodeAt(0).toString(16)}${name.slice(1)}=x`],
    ['its name encoded', (pair) => `%${name.charCodeAt(0).toString(16)}${pair.slice(1)}`],
    ['a second time after a blank', (pair) => `${pair}&+${name}=x`],
    ['a second time after a semicolon', (pair) => `${pair};${name}=x`],
    ['with two equals signs', (pair) => `${pair}=x`],
    ['needlessly encoded', (pair) => `${pair}%41`.replace(/=(.)/, '=%41$1')],
  ])('is refused %s', (_name, to) => {
    expect(change(to)).toEqual({ fault: expect.any(String) });
  });

  if (name === 'X-Amz-Security-Token') return; // users have none
  test('is missed', () => {
    const without = tampered(proofFor(BINDING), (query) => {
      const kept = query.split('&').filter((each) => each !== pair(query));
      return kept.join('&');
    });
    expect(readProof(without)).toEqual({ fault: `It lacks ${name}.` });
  });
});

test.each([
  'Foo=1',
  'RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fx',
  'X-Amz-Content-Sha256=UNSIGNED-PAYLOAD',
  'X-Amz-Region-Set=*',
  '__proto__=x',
  'constructor=x',
  '',
])('a parameter that is not named is refused: "%s"', (extra) => {
  expect(readProof(tampered(proofFor(BINDING), (query) => `${query}&${extra}`))).toEqual({
    fault: 'It holds a parameter that is not read here.',
  });
});

test('a fault quotes nothing of the proof', () => {
  const secretive = tampered(proofFor(BINDING), (query) => `${query}&hunter2=hunter2`);
  expect(JSON.stringify(readProof(secretive))).not.toMatch(/hunter2|Signature=|ASIAPAYMENTS/);
});

test('a proof may ask for fewer seconds to live', () => {
  const shorter = tampered(proofFor(BINDING), (query) => query.replace('X-Amz-Expires=900', 'X-Amz-Expires=60'));
  expect(readProof(shorter)).toMatchObject({ lifetimeSeconds: 60 });
});
