/** What clients other than the SDK for JavaScript send, and what only a broken one does, over raw HTTP. */
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, test } from 'vitest';
import { Sha256, send } from '../local/gateway/gateway.ts';
import { PAYMENTS_DEPLOY } from '../support/callers.ts';
import { AGENT, freshToken, sharedService } from '../support/service.ts';
import { body, expectFailure, GROUPS, invoke, raw } from './clients.ts';

const service = sharedService();
const AGENT_PATH = `/aws/agents/${AGENT}/`;

async function made(): Promise<string> {
  const { json } = await raw(service, 'PUT', GROUPS, body());
  return json.agentActionGroup.actionGroupId;
}

describe('what clients send differently', () => {
  test('boto3, the CLI and Go sign without a digest of the body in a header', async () => {
    const { host, port } = new URL(service.url);
    const given = JSON.stringify(body({ clientToken: freshToken() }));
    const { accessKeyId, secretAccessKey } = PAYMENTS_DEPLOY;
    const signer = new SignatureV4({
      credentials: { accessKeyId, secretAccessKey },
      service: 'bedrock',
      region: 'us-east-1',
      sha256: Sha256,
      applyChecksum: false,
    });
    const request = {
      method: 'PUT',
      protocol: 'http:',
      hostname: '127.0.0.1',
      path: GROUPS,
      headers: {
        host,
        'Content-Type': 'application/json',
        'amz-sdk-invocation-id': freshToken(),
        'amz-sdk-request': 'attempt=2; max=5',
      },
      body: given,
    };
    const { headers } = await signer.sign(request);
    expect(Object.keys(headers).map((name) => name.toLowerCase())).not.toContain('x-amz-content-sha256');
    const reply = await send(Number(port), { method: 'PUT', target: GROUPS, headers, body: given });
    expect(reply.status).toBe(200);
    expect(service.audits()[0]?.principal).toContain('/payments-deploy/');
  });

  test.each([
    ['R paws names no content type', {}],
    ['one in capitals', { 'CONTENT-TYPE': 'application/json' }],
    ['one with a charset', { 'content-type': 'application/json; charset=utf-8' }],
    ['one that is empty', { 'content-type': '' }],
  ])('%s', async (_name, headers) => {
    const given = JSON.stringify(body());
    const length = { 'Content-Length': String(Buffer.byteLength(given)) };
    const port = Number(new URL(service.url).port);
    const reply = await send(port, { method: 'PUT', target: GROUPS, headers: { ...headers, ...length }, body: given });
    expect(reply.status).toBe(200);
  });

  test.each([
    ['no body', undefined],
    ['{}', {}],
    ['a page size', { maxResults: 10 }],
  ])('a list is asked for with %s', async (_name, given) => {
    const id = await made();
    const { status, json } = await raw(service, 'POST', GROUPS, given);
    expect([status, json.actionGroupSummaries]).toEqual([200, [expect.objectContaining({ actionGroupId: id })]]);
    expect(json).not.toHaveProperty('nextToken');
  });

  test.each(['""', 'null', '[]', '0', 'false'])('but not with %s, which is no object', async (given) => {
    const failure = await raw(service, 'POST', GROUPS, given);
    expectFailure(failure, 400, 'ValidationException', expect.stringMatching(/^The body must be an object/));
    expect(service.bedrock.requests).toEqual([]);
  });

  test('an empty object may come where the operation has no body', async () => {
    expect((await raw(service, 'POST', AGENT_PATH, {})).status).toBe(202);
    expect((await raw(service, 'GET', AGENT_PATH, {})).status).toBe(200);
    expect((await raw(service, 'DELETE', `${GROUPS}${await made()}/?skipResourceInUseCheck=true`, {})).status).toBe(
      204,
    );
  });

  test.each([
    ['a trailing slash', '/aws/agents/AGENT12345/'],
    ['none', '/aws/agents/AGENT12345'],
    ['a doubled slash in front', '/aws//agents/AGENT12345/'],
    ['an encoded letter', '/aws/agents/%41GENT12345/'],
  ])('%s in the path', async (_name, path) => {
    const { status, json } = await raw(service, 'GET', path);
    expect([status, json.agent.agentId]).toEqual([200, AGENT]);
  });

  test.each(['/prod/aws', '/prod/aws/', '/aws/aws'])('an endpoint with the base path %s', async (base) => {
    expect(await invoke(service, 'GET', `${base}/agents/${AGENT}/`)).toMatchObject({ status: 200 });
  });
});

describe('success', () => {
  test('is JSON with its body, its decision and one request id; timestamps are ISO 8601', async () => {
    const { status, headers, json } = await raw(service, 'PUT', GROUPS, body());
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    expect(headers['x-decision-id']).toBe(service.audits()[0]?.decisionId);
    expect(headers['x-amzn-requestid']).toBe(headers['x-request-id']);
    expect(Date.parse(json.agentActionGroup.createdAt)).toBe(new Date(json.agentActionGroup.createdAt).getTime());
    expect(json.agentActionGroup.createdAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  test('of a deletion is empty', async () => {
    const { status, text, headers } = await raw(
      service,
      'DELETE',
      `${GROUPS}${await made()}/?skipResourceInUseCheck=true`,
    );
    expect([status, text, headers['x-decision-id']]).toEqual([204, '', service.audits().at(-1)?.decisionId]);
  });

  test('names the client token only where the request carried one', async () => {
    const clientToken = freshToken();
    const carried = await raw(service, 'PUT', GROUPS, body({ clientToken }));
    expect(carried.json.agentActionGroup.clientToken).toBe(clientToken);
    const { json } = await raw(service, 'PUT', GROUPS, body({ actionGroupName: 'other' }));
    expect(json.agentActionGroup).not.toHaveProperty('clientToken');
  });
});

describe('400 ValidationException', () => {
  const skip = (value: string) => `${GROUPS}ABCDEFGH12/?skipResourceInUseCheck=${value}`;
  test.each([
    ['JSON that is cut off', 'PUT', GROUPS, '{"actionGroupName":', /not valid JSON/],
    ['an empty text', 'POST', GROUPS, ' ', /empty/],
    ['no body where one is needed', 'PUT', GROUPS, undefined, /body is missing/],
    ['a list where an object is needed', 'PUT', GROUPS, [], /must be an object/],
    ['a body over 1 MB', 'PUT', GROUPS, body({ description: 'x'.repeat(1_048_576) }), /1 MB/],
    ['an unknown member', 'PUT', GROUPS, body({ lambdaArn: 'x', sneaky: 1 }), /`lambdaArn`.*`sneaky`/],
    ['a member given twice', 'PUT', GROUPS, '{"actionGroupName":"a","actionGroupName":"b"}', /more than once/],
    ['an unknown member of a list', 'POST', GROUPS, { maxresults: 5 }, /Did you mean `maxResults`/],
    ['a page of nothing', 'POST', GROUPS, { maxResults: 0 }, /maxResults/],
    ['a page that is a text', 'POST', GROUPS, { maxResults: '5' }, /maxResults/],
    ['a token in an update', 'PUT', `${GROUPS}ABCDEFGH12/`, body({ clientToken: freshToken() }), /clientToken/],
    ['a slash in a label', 'GET', '/aws/agents/AGENT12345%2F/', undefined, /U\+002F/],
    ['dots in a label', 'GET', '/aws/agents/%2E%2E/', undefined, /agentId/],
    ['a version that cannot be written', 'PUT', GROUPS.replace('DRAFT', '1'), body(), /agentVersion/],
    ['a dry run, which is REST', 'PUT', `${GROUPS}?dryRun=true`, body(), /`dryRun` is not a query parameter/],
    ['a preparation, which is REST', 'PUT', `${GROUPS}?prepare=wait`, body(), /`prepare` is not a query parameter/],
    ['a wait, which is REST', 'POST', `${AGENT_PATH}?wait=true`, undefined, /`wait` is not a query parameter/],
    ['disableFirst, which is REST', 'DELETE', `${GROUPS}ABCDEFGH12/?disableFirst=true`, undefined, /`disableFirst`/],
    ['skipResourceInUseCheck that is TRUE', 'DELETE', skip('TRUE'), undefined, /"true", "false"/],
    ['skipResourceInUseCheck that is 1', 'DELETE', skip('1'), undefined, /"true", "false"/],
    ['skipResourceInUseCheck that is empty', 'DELETE', skip(''), undefined, /"true", "false"/],
    ['skipResourceInUseCheck twice', 'DELETE', `${skip('true')}&skipResourceInUseCheck=true`, undefined, /2 times/],
  ] as const)('%s', async (_name, method, target, given, message) => {
    const reply = await raw(service, method, target, given);
    expectFailure(reply, 400, 'ValidationException', expect.stringMatching(message));
    expect(service.bedrock.requests).toEqual([]);
  });

  test('a content type that is not JSON', async () => {
    const reply = await raw(service, 'PUT', GROUPS, body(), { 'content-type': 'text/xml' });
    expectFailure(reply, 400, 'ValidationException', expect.stringContaining('application/json'));
  });
});

describe('404 UnknownOperationException', () => {
  test.each([
    ['PUT', '/aws/agents/'],
    ['POST', '/aws/agents/'],
    ['DELETE', AGENT_PATH],
    ['PATCH', AGENT_PATH],
    ['OPTIONS', AGENT_PATH],
    ['PUT', `${GROUPS}/`],
    ['GET', '/aws/knowledgebases/'],
  ])('%s %s', async (method, target) => {
    const reply = await raw(service, method, target, method === 'OPTIONS' ? undefined : body());
    expectFailure(reply, 404, 'UnknownOperationException', expect.stringContaining('Amazon Bedrock itself'));
    expect(service.bedrock.requests).toEqual([]);
  });

  test('HEAD is answered without a body', async () => {
    const { status, headers, text } = await raw(service, 'HEAD', AGENT_PATH);
    expect([status, headers['x-amzn-errortype'], text]).toEqual([404, 'UnknownOperationException', '']);
  });
});

test.each([
  ['true', 204],
  ['false', 409],
] as const)('an enabled group is deleted with skipResourceInUseCheck=%s: %i', async (value, status) => {
  const target = `${GROUPS}${await made()}/?skipResourceInUseCheck=${value}`;
  expect((await raw(service, 'DELETE', target)).status).toBe(status);
});
