import { describe, expect, test } from 'vitest';
import { gateway, PAYMENTS, raw, SESSION, send, signed } from './gateway.ts';

test('the whole event, as a REST API gives it', async () => {
  const { port, seen } = await gateway();
  await send(port, {
    ...(await signed(port, {
      target: '/v1/agents/a%2Fb/action-groups?x=1&x=%C3%A9+y&flag',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json', 'USER-Agent': 'test' },
    })),
  });
  const { event } = seen[0]!;
  const authorization = event.headers.authorization!;
  expect(event).toEqual({
    resource: '/v1/agents/{agentId}/action-groups',
    path: '/v1/agents/a%2Fb/action-groups',
    httpMethod: 'POST',
    headers: expect.objectContaining({
      host: `localhost:${port}`,
      authorization,
      'content-type': 'application/json',
      'USER-Agent': 'test',
      'X-Forwarded-For': '127.0.0.1',
      'X-Forwarded-Port': String(port),
      'X-Forwarded-Proto': 'http',
      'X-Amzn-Trace-Id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    }),
    multiValueHeaders: expect.objectContaining({ authorization: [authorization], 'USER-Agent': ['test'] }),
    queryStringParameters: { x: 'é y', flag: '' },
    multiValueQueryStringParameters: { x: ['1', 'é y'], flag: [''] },
    pathParameters: { agentId: 'a/b' },
    stageVariables: null,
    body: '{"a":1}',
    isBase64Encoded: false,
    requestContext: {
      accountId: '444455556666',
      apiId: 'localapi00',
      domainName: `localhost:${port}`,
      domainPrefix: 'localhost',
      extendedRequestId: expect.stringMatching(/^.{15}=$/),
      httpMethod: 'POST',
      identity: {
        accessKey: PAYMENTS.accessKeyId,
        accountId: '111122223333',
        apiKey: null,
        apiKeyId: null,
        caller: expect.stringMatching(/^AROA[A-Z2-7]{17}:local$/),
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: '127.0.0.1',
        user: event.requestContext.identity.caller,
        userAgent: 'test',
        userArn: 'arn:aws:sts::111122223333:assumed-role/payments-ci/local',
      },
      path: '/v1/agents/a%2Fb/action-groups',
      protocol: 'HTTP/1.1',
      requestId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/),
      requestTime: '20/Nov/2026:12:00:00 +0000',
      requestTimeEpoch: Date.parse('2026-11-20T12:00:00Z'),
      resourceId: expect.stringMatching(/^[0-9a-f]{6}$/),
      resourcePath: '/v1/agents/{agentId}/action-groups',
      stage: 'local',
    },
  });
});

test('no query, no labels, no body: null', async () => {
  const { port, seen } = await gateway();
  await send(port, { target: '/health?' });
  expect(seen[0]?.event).toMatchObject({
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    body: null,
    isBase64Encoded: false,
  });
});

test.each([
  ['text goes as text', Buffer.from('{"é":"\u0000"}'), '{"é":"\u0000"}', false],
  ['a byte order mark is kept', Buffer.from('\uFEFF{}'), '\uFEFF{}', false],
  ['bytes that are no UTF-8 go as base64', Buffer.from([0x7b, 0xff, 0x7d]), 'e/99', true],
] as const)('body: %s', async (_name, sent, body, isBase64Encoded) => {
  const { port, seen } = await gateway();
  await send(port, { method: 'POST', target: '/aws/x', body: sent });
  expect(seen[0]?.event).toMatchObject({ body, isBase64Encoded });
});

test('repeated headers: all of them, and the last one; names as the client spelt them first', async () => {
  const { port, seen } = await gateway();
  await raw(
    port,
    `GET /health HTTP/1.1\r\nHost: localhost:${port}\r\nX-ODD: 1\r\nx-odd: 2\r\n__proto__: 3\r\nConnection: close\r\n\r\n`,
  );
  const { headers, multiValueHeaders } = seen[0]!.event;
  expect(headers['X-ODD']).toBe('2');
  expect(multiValueHeaders['X-ODD']).toEqual(['1', '2']);
  expect(Object.keys(headers)).not.toContain('x-odd');
  expect(Object.getOwnPropertyDescriptor(headers, '__proto__')?.value).toBe('3');
});

test('what a client claims about its connection is replaced, its forwarded address kept', async () => {
  const { port, seen } = await gateway();
  await send(port, { headers: { 'x-forwarded-proto': 'https', 'x-forwarded-for': '10.0.0.1' } });
  expect(seen[0]?.event.headers).toMatchObject({
    'X-Forwarded-Proto': 'http',
    'X-Forwarded-For': '10.0.0.1, 127.0.0.1',
  });
  expect(Object.keys(seen[0]!.event.headers)).not.toContain('x-forwarded-proto');
});

describe('the caller', () => {
  const identity = async (arn: string, userId?: string) => {
    const { port, seen } = await gateway({ principals: [{ arn, userId }] });
    await send(port, { target: '/aws/x' });
    return seen[0]?.event.requestContext.identity;
  };

  test.each([
    [
      'a role calls as a session of itself; its path is lost, as AWS loses it',
      'arn:aws:iam::111122223333:role/ci/payments-ci',
      'arn:aws:sts::111122223333:assumed-role/payments-ci/local',
      /^AROA[A-Z2-7]{17}:local$/,
    ],
    [
      'a session keeps its name',
      'arn:aws:sts::111122223333:assumed-role/payments-ci/build-42',
      'arn:aws:sts::111122223333:assumed-role/payments-ci/build-42',
      /^AROA[A-Z2-7]{17}:build-42$/,
    ],
    ['a user', 'arn:aws:iam::111122223333:user/ann', 'arn:aws:iam::111122223333:user/ann', /^AIDA[A-Z2-7]{17}$/],
    [
      'another partition',
      'arn:aws-cn:iam::111122223333:role/ci',
      'arn:aws-cn:sts::111122223333:assumed-role/ci/local',
      /^AROA/,
    ],
  ])('%s', async (_name, arn, userArn, caller) => {
    expect(await identity(arn)).toMatchObject({
      accountId: '111122223333',
      accessKey: null,
      userArn,
      caller: expect.stringMatching(caller),
      user: expect.stringMatching(caller),
    });
  });

  test('a role and its sessions share one unique id; the role of another name does not', async () => {
    const [role, session, other] = await Promise.all(
      [
        'arn:aws:iam::111122223333:role/payments-ci',
        'arn:aws:sts::111122223333:assumed-role/payments-ci/s1',
        'arn:aws:iam::111122223333:role/travel-ci',
      ].map(async (arn) => (await identity(arn))!.caller!.split(':')[0]),
    );
    expect(session).toBe(role);
    expect(other).not.toBe(role);
  });

  test('a given userId is used as it is', async () => {
    expect(await identity('arn:aws:iam::111122223333:role/r', 'AROAEXAMPLE:me')).toMatchObject({
      caller: 'AROAEXAMPLE:me',
    });
  });

  test('another account signs: its account in identity, the owner of the API in the context', async () => {
    const { port, seen } = await gateway();
    await send(port, await signed(port, {}, { key: SESSION }));
    const { accountId, identity } = seen[0]!.event.requestContext;
    expect([accountId, identity.accountId]).toEqual(['444455556666', '999922223333']);
  });

  test('a route without authorization knows no caller, signed or not', async () => {
    const { port, seen } = await gateway();
    await send(port, { headers: { authorization: 'AWS4-HMAC-SHA256 nonsense' } });
    expect(seen[0]?.event.requestContext.identity).toMatchObject({ userArn: null, accountId: null, accessKey: null });
  });
});

test('the context counts down from the timeout of the function', async () => {
  let now = Date.parse('2026-11-20T12:00:00Z');
  const { port, seen } = await gateway({ now: () => now });
  await send(port, {});
  const { context, event } = seen[0]!;
  expect(context.getRemainingTimeInMillis()).toBe(28_000);
  now += 27_000;
  expect(context.getRemainingTimeInMillis()).toBe(1_000);
  now += 27_000;
  expect(context.getRemainingTimeInMillis()).toBe(0);
  expect(context).toMatchObject({
    functionName: 'portcullis-local',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:444455556666:function:portcullis-local',
  });
  expect(context.awsRequestId).not.toBe(event.requestContext.requestId);
});
