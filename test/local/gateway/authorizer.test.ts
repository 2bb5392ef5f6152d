import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent, Context } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import type { Authorizer } from '../../../src/local/gateway/authorizer.ts';
import { gateway, NOW, type Seen, send } from './gateway.ts';

const TOKEN = { 'X-Amz-Security-Token': 'token-1' };

function result(effect: string, resource = '*', more: object = {}): APIGatewayAuthorizerResult {
  const Statement = [{ Effect: effect, Action: 'execute-api:Invoke', Resource: resource }];
  return {
    principalId: 'alice',
    policyDocument: { Version: '2012-10-17', Statement },
    ...more,
  } as APIGatewayAuthorizerResult;
}

interface Asked {
  readonly event: APIGatewayRequestAuthorizerEvent;
  readonly context: Context;
}

/** A gateway with an authorizer in front of `/aws`, and what each of the two was given. */
async function guarded(authorize: (asked: Asked) => unknown, options: Partial<Authorizer> = {}, now = () => NOW) {
  const asked: Asked[] = [];
  const errors: unknown[] = [];
  const seen: Seen[] = [];
  const authorization: Authorizer = {
    authorizer: async (event, context) => {
      asked.push({ event, context });
      return authorize({ event, context }) as APIGatewayAuthorizerResult;
    },
    identityHeader: 'x-amz-security-token',
    ...options,
  };
  const handler = async (event: Seen['event'], context: Context) => {
    seen.push({ event, context });
    return { statusCode: 200, body: '{}' };
  };
  const { port } = await gateway({
    routes: [
      { method: 'ANY', path: '/aws/{proxy+}', authorization, handler },
      { method: 'ANY', path: '/other/{proxy+}', authorization, handler },
    ],
    now,
    onError: (error) => void errors.push(error),
  });
  const call = (target = '/aws/agents/', headers: Record<string, string | string[]> = TOKEN, method = 'PUT') =>
    send(port, { method, target, headers: headers as Record<string, string>, body: '{"a":1}' });
  return { call, asked, seen, errors };
}

describe('allowed', () => {
  test('the handler finds the context as strings, with the principal', async () => {
    const { call, seen } = await guarded(() => result('Allow', '*', { context: { arn: 'A', number: 1, yes: true } }));
    expect((await call()).status).toBe(200);
    expect(seen[0]!.event.requestContext).toMatchObject({
      authorizer: { principalId: 'alice', integrationLatency: 0, arn: 'A', number: '1', yes: 'true' },
      identity: { userArn: null, accountId: null, caller: null },
    });
  });

  test('the authorizer is given the request without its body', async () => {
    const { call, asked } = await guarded(() => result('Allow'));
    await call('/aws/agents//x/?a=1&a=2');
    expect(asked[0]!.event).toMatchObject({
      type: 'REQUEST',
      methodArn: 'arn:aws:execute-api:us-east-1:444455556666:localapi00/local/PUT/aws/agents//x/',
      resource: '/aws/{proxy+}',
      path: '/aws/agents//x/',
      httpMethod: 'PUT',
      headers: TOKEN,
      multiValueHeaders: { 'X-Amz-Security-Token': ['token-1'] },
      queryStringParameters: { a: '2' },
      multiValueQueryStringParameters: { a: ['1', '2'] },
      pathParameters: { proxy: 'agents//x/' },
      requestContext: { requestId: expect.any(String), stage: 'local' },
    });
    expect(asked[0]!.event).not.toHaveProperty('body');
    expect(asked[0]!.context.getRemainingTimeInMillis()).toBe(10_000);
  });

  test('a signature is not asked for, and a wrong one does not matter', async () => {
    const { call } = await guarded(() => result('Allow'));
    expect((await call('/aws/x', { ...TOKEN, Authorization: 'AWS4-HMAC-SHA256 rubbish' })).status).toBe(200);
  });
});

describe('401', () => {
  test.each([
    ['no identity source', {}],
    ['an empty one', { 'X-Amz-Security-Token': '' }],
  ])('%s, and the authorizer is not asked', async (_name, headers) => {
    const { call, asked, seen } = await guarded(() => result('Allow'));
    const got = await call('/aws/x', headers);
    expect([got.status, got.headers['x-amzn-errortype']]).toEqual([401, 'AccessDeniedException']);
    expect(got.json).toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.stringMatching(/^Unauthorized\. /),
      __type: 'AccessDeniedException',
    });
    expect([asked, seen]).toEqual([[], []]);
  });

  test('the authorizer says "Unauthorized"', async () => {
    const { call, seen } = await guarded(() => {
      throw new Error('Unauthorized');
    });
    const got = await call();
    expect([got.status, got.json.code]).toEqual([401, 'UNAUTHORIZED']);
    expect(seen).toEqual([]);
  });
});

describe('403', () => {
  const here = 'arn:aws:execute-api:us-east-1:444455556666:localapi00/local';
  const both = (first: string, second: string) => ({
    ...result('Allow'),
    policyDocument: {
      Version: '2012-10-17',
      Statement: [first, second].map((Effect) => ({ Effect, Action: 'execute-api:*', Resource: '*' })),
    },
  });

  test.each<[string, unknown]>([
    ['a denial', result('Deny')],
    ['no statement', { ...result('Allow'), policyDocument: { Version: '2012-10-17', Statement: [] } }],
    ['another path', result('Allow', `${here}/*/v1/*`)],
    ['another method', result('Allow', `${here}/GET/aws/*`)],
    ['another API', result('Allow', `${here.replace('localapi00', 'another000')}/*`)],
    ['another stage', result('Allow', `${here.replace('/local', '/prod')}/*`)],
    ['a path that ends earlier', result('Allow', `${here}/PUT/aws/agents`)],
    ['a dot that is no wildcard', result('Allow', `${here}/PUT/aws.agents/`)],
    ['denied and allowed', both('Deny', 'Allow')],
    ['allowed and denied', both('Allow', 'Deny')],
  ])('%s', async (_name, given) => {
    const { call, seen } = await guarded(() => given);
    const got = await call();
    expect([got.status, got.json.code]).toEqual([403, 'ACCESS_DENIED']);
    expect(got.json.message).toMatch(/^User is not authorized to access this resource/);
    expect(seen).toEqual([]);
  });

  test.each([`${here}/*`, `${here}/*/aws/*`, `${here}/PUT/aws/agents?`, `${here}/PUT/aws/agents/`, '*'])(
    'but not for %s',
    async (resource) => {
      const { call } = await guarded(() => result('Allow', resource));
      expect((await call()).status).toBe(200);
    },
  );

  test('says why, when the authorizer does', async () => {
    const { call } = await guarded(() => result('Deny', '*', { context: { reason: 'It has expired.' } }));
    expect((await call()).json).toMatchObject({
      message:
        'User is not authorized to access this resource with an explicit deny in an identity-based policy It has expired.',
    });
  });
});

describe('500', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['no policy', { principalId: 'alice' }],
    ['no principal', { ...result('Allow'), principalId: '' }],
    ['an effect that there is not', result('allow')],
    [
      'a condition, which is not emulated',
      {
        ...result('Allow'),
        policyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Condition: {} }],
        },
      },
    ],
    ['an object in the context', result('Allow', '*', { context: { nested: {} } })],
    ['a list in the context', result('Allow', '*', { context: { list: [] } })],
  ])('the authorizer answers %s', async (_name, given) => {
    const { call, seen, errors } = await guarded(() => given);
    const got = await call();
    expect([got.status, got.headers['x-amzn-errortype']]).toEqual([500, 'InternalServerException']);
    expect(got.json).toMatchObject({ code: 'AUTHORIZER_FAILED', retryable: true, message: 'Internal server error' });
    expect([seen.length, errors.length]).toEqual([0, 1]);
  });

  test('the authorizer throws; what it says is not for the caller', async () => {
    const { call, errors } = await guarded(() => {
      throw new Error('the inside story');
    });
    const got = await call();
    expect([got.status, got.text]).toEqual([500, expect.not.stringContaining('story')]);
    expect(errors).toEqual([expect.objectContaining({ message: 'the inside story' })]);
  });

  test('the authorizer does not answer in time', async () => {
    const { call } = await guarded(() => new Promise(() => {}), { timeoutMs: 1 });
    expect((await call()).status).toBe(500);
  });
});

describe('what the authorizer said is kept for a fixed time', () => {
  test('for the same identity source, on all routes and methods', async () => {
    const { call, asked, seen } = await guarded(() => result('Allow', '*', { context: { expiresAt: '0' } }));
    await call('/aws/a');
    await call('/aws/b', { 'x-amz-security-token': 'token-1' }, 'GET');
    await call('/other/c');
    expect([asked.length, seen.length]).toEqual([1, 3]);
    expect(seen[2]!.event.requestContext.authorizer).toEqual(seen[0]!.event.requestContext.authorizer);
    await call('/aws/a', { 'X-Amz-Security-Token': 'token-2' });
    expect(asked).toHaveLength(2);
  });

  test('though its policy is judged for each path', async () => {
    const { call, asked } = await guarded(({ event }) => result('Allow', event.methodArn));
    expect((await call('/aws/a')).status).toBe(200);
    expect((await call('/aws/b')).status).toBe(403);
    expect(asked).toHaveLength(1);
  });

  test('denials too, errors not', async () => {
    const answers: unknown[] = [undefined, result('Deny'), result('Allow')];
    const { call } = await guarded(() => answers.shift());
    const statuses = [await call(), await call(), await call()].map(({ status }) => status);
    expect(statuses).toEqual([500, 403, 403]);
  });

  test.each([
    ['300 seconds unless told', {}, 299_999, 300_000],
    ['as many seconds as told', { resultTtlSeconds: 60 }, 59_999, 60_000],
  ])('%s', async (_name, options, within, after) => {
    let now = NOW;
    const { call, asked } = await guarded(
      () => result('Allow'),
      options,
      () => now,
    );
    await call();
    now = NOW + within;
    await call();
    expect(asked).toHaveLength(1);
    now = NOW + after;
    await call();
    expect(asked).toHaveLength(2);
  });

  test('not at all for 0 seconds', async () => {
    const { call, asked } = await guarded(() => result('Allow'), { resultTtlSeconds: 0 });
    await call();
    await call();
    expect(asked).toHaveLength(2);
  });
});
