import { CreateAgentActionGroupCommand, ValidationException } from '@aws-sdk/client-bedrock-agent';
import { describe, expect, test } from 'vitest';
import { agentId, bench, creation, thrown } from './support.ts';

const on = bench();
const arn = 'arn:aws:lambda:us-east-1:111122223333:function:agents-book';
const create = (overrides: object) => on.client.send(new CreateAgentActionGroupCommand(creation(overrides)));
const functions = (...list: object[]) => ({ functionSchema: { functions: list } });

describe('each constraint of the model, by the path it is broken at', () => {
  test.each([
    ['a name is required', { actionGroupName: undefined }, ['actionGroupName'], 'Member must not be null'],
    [
      'a space in a name',
      { actionGroupName: 'two words' },
      ['actionGroupName'],
      'Member must satisfy regular expression pattern: ([0-9a-zA-Z][_-]?){1,100}',
    ],
    ['a name of 101', { actionGroupName: 'a'.repeat(101) }, ['actionGroupName'], 'regular expression'],
    ['a pattern is for the whole value', { actionGroupName: 'good\n' }, ['actionGroupName'], 'regular expression'],
    ['an agent id that is percent-encoded on the way', { agentId: 'a/b ?é%...' }, ['agentId'], 'regular expression'],
    [
      'a version that cannot be written',
      { agentVersion: '1' },
      ['agentVersion', 'agentVersion'],
      'greater than or equal to 5',
    ],
    ['a short token', { clientToken: 'short' }, ['clientToken'], 'greater than or equal to 33'],
    [
      'an empty description',
      { description: '' },
      ['description'],
      'Member must have length greater than or equal to 1',
    ],
    [
      'a long description',
      { description: 'x'.repeat(201) },
      ['description'],
      'Member must have length less than or equal to 200',
    ],
    [
      'an unknown signature',
      { parentActionGroupSignature: 'AMAZON.Other' },
      ['parentActionGroupSignature'],
      'Member must satisfy enum value set: [AMAZON.UserInput, ',
    ],
    ['an unknown state', { actionGroupState: 'enabled' }, ['actionGroupState'], 'enum value set: [ENABLED, DISABLED]'],
    [
      'an ARN of something else',
      { actionGroupExecutor: { lambda: 'arn:aws:s3:::bucket' } },
      ['actionGroupExecutor.lambda'],
      'regular expression',
    ],
    [
      'a long ARN',
      { actionGroupExecutor: { lambda: `${arn}${'x'.repeat(2048)}` } },
      ['actionGroupExecutor.lambda'],
      'less than or equal to 2048',
    ],
    [
      'another control',
      { actionGroupExecutor: { customControl: 'KEEP' } },
      ['actionGroupExecutor.customControl'],
      'enum',
    ],
    [
      'a union without a member',
      { actionGroupExecutor: {} },
      ['actionGroupExecutor'],
      'exactly one of: [lambda, customControl]',
    ],
    ['a union with a null member', { actionGroupExecutor: { lambda: null } }, ['actionGroupExecutor'], 'exactly one'],
    [
      'a bucket name',
      { apiSchema: { s3: { s3BucketName: 'B!', s3ObjectKey: 'k' } } },
      ['apiSchema.s3.s3BucketName', 'apiSchema.s3.s3BucketName'],
      'greater than or equal to 3',
    ],
    [
      'an object key',
      { apiSchema: { s3: { s3BucketName: 'bucket', s3ObjectKey: 'a b' } } },
      ['apiSchema.s3.s3ObjectKey'],
      'regular expression',
    ],
    [
      'a function without a name, by its position from 1',
      functions({ name: 'f' }, {}),
      ['functionSchema.functions.2.member.name'],
      'null',
    ],
    [
      'a parameter without a type',
      functions({ name: 'f', parameters: { p: {} } }),
      ['functionSchema.functions.1.member.parameters.p.member.type'],
      'null',
    ],
    [
      'a parameter of another type',
      functions({ name: 'f', parameters: { p: { type: 'object' } } }),
      ['functionSchema.functions.1.member.parameters.p.member.type'],
      'enum',
    ],
    [
      "a parameter's name",
      functions({ name: 'f', parameters: { 'a b': { type: 'string' } } }),
      ['functionSchema.functions.1.member.parameters'],
      'Map keys must satisfy constraint: [',
    ],
    [
      "a function's description",
      functions({ name: 'f', description: 'x'.repeat(1201) }),
      ['functionSchema.functions.1.member.description'],
      '1200',
    ],
    [
      'a signature parameter',
      { parentActionGroupSignatureParams: { k: 'x'.repeat(101) } },
      ['parentActionGroupSignatureParams.k.member'],
      '100',
    ],
  ] as [string, object, string[], string][])('%s', async (_name, overrides, names, constraint) => {
    const error = (await thrown(create(overrides))) as ValidationException;
    expect(error).toBeInstanceOf(ValidationException);
    expect(error.$metadata.httpStatusCode).toBe(400);
    expect(error.fieldList?.map((field) => field.name)).toEqual(names);
    expect(error.fieldList?.[0]?.message).toContain(constraint);
    expect(error.message).toContain(`Value at '${names[0]}' failed to satisfy constraint: `);
    expect(on.emulator.ledger).toEqual([]);
  });

  test('all of them at once', async () => {
    const error = await thrown(create({ actionGroupName: ' ', description: '', actionGroupState: 'ON' }));
    expect(error.message).toMatch(
      /^3 validation errors detected: Value at 'actionGroupName' .*; Value at 'description' .*; /,
    );
  });
});

describe('accepted', () => {
  test.each([
    ['a name alone', {}],
    ['a name of 100 characters, each with a hyphen', { actionGroupName: 'a-'.repeat(100) }],
    ['a description of 200 code points, which are 400 code units', { description: '😀'.repeat(200) }],
    ['a qualified function', { actionGroupExecutor: { lambda: `${arn}:$LATEST` } }],
    ['a member that the model does not know', { surprise: true }],
    [
      'five parameters',
      functions({ name: 'f', parameters: Object.fromEntries([...'abcde'].map((p) => [p, { type: 'array' }])) }),
    ],
    ['a schema in S3', { apiSchema: { s3: { s3BucketName: 'bucket', s3ObjectKey: 'schemas/x.yaml' } } }],
    ['a payload in YAML', { apiSchema: { payload: 'openapi: 3.0.0\npaths: {}\n' } }],
  ])('%s', async (_name, overrides) => {
    expect((await create(overrides)).$metadata.httpStatusCode).toBe(200);
  });
});

describe('rules between members', () => {
  test('a signature excludes description, apiSchema and actionGroupExecutor', async () => {
    const content = { description: 'x', apiSchema: { payload: '{}' }, actionGroupExecutor: { lambda: arn } };
    const error = (await thrown(
      create({ parentActionGroupSignature: 'AMAZON.UserInput', ...content }),
    )) as ValidationException;
    expect(error).toBeInstanceOf(ValidationException);
    expect(error.fieldList?.map((field) => field.name)).toEqual(['description', 'apiSchema', 'actionGroupExecutor']);
  });

  test.each([
    [
      'half a million quotes, which would keep the parser of YAML busy',
      '"'.repeat(500_000),
      'at most 100000 characters',
    ],
    ['no JSON and no YAML', '{"openapi": ', 'neither JSON nor YAML'],
    ['a text', 'just words', 'not a mapping'],
    ['another version', '{"openapi": "3.1.0", "paths": {}}', 'openapi is not 3.0.x'],
    [
      'an operation without a description',
      '{"openapi": "3.0.0", "paths": {"/create-task": {"post": {"responses": {}}}}}',
      "'description' is missing for path: /create-task",
    ],
  ])('an OpenAPI payload that is %s', async (_name, payload, cause) => {
    const error = (await thrown(create({ apiSchema: { payload } }))) as ValidationException;
    expect(error.message).toBe(
      'Failed to create OpenAPI 3 model from the JSON/YAML object that you provided for action: bookings',
    );
    expect(error.fieldList?.[0]?.message).toContain(cause);
  });
});

/** Without a client: what clients would not send, and the shape of an error on the wire. */
describe('on the wire', () => {
  const path = `/agents/${agentId}/agentversions/DRAFT/actiongroups/`;
  const send = (method: string, target: string, body?: string) =>
    fetch(`${on.emulator.url}${target}`, { method, ...(body === undefined ? {} : { body }) });

  test('an error has a status, a header, and a body that says the same', async () => {
    const response = await send('PUT', path, '{}');
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-errortype')).toBe('ValidationException');
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await response.json()).toEqual({
      __type: 'ValidationException',
      message:
        "1 validation error detected: Value at 'actionGroupName' failed to satisfy constraint: Member must not be null",
      fieldList: [{ name: 'actionGroupName', message: 'Member must not be null' }],
    });
  });

  test.each([
    ['a body that is not JSON', 'PUT', path, '{', 400, 'SerializationException'],
    ['a body that is not an object', 'PUT', path, '[]', 400, 'SerializationException'],
    ['a number for a string', 'PUT', path, '{"actionGroupName": 1}', 400, 'SerializationException'],
    ['a fraction for an integer', 'POST', path, '{"maxResults": 1.5}', 400, 'SerializationException'],
    ['a page of nothing', 'POST', path, '{"maxResults": 0}', 400, 'ValidationException'],
    ['a page of too much', 'POST', path, '{"maxResults": 1001}', 400, 'ValidationException'],
    ['a broken percent-encoding', 'GET', `${path}%zz/`, undefined, 400, 'SerializationException'],
    [
      'a flag that is neither true nor false',
      'DELETE',
      `${path}GROUP12345/?skipResourceInUseCheck=yes`,
      undefined,
      400,
      'SerializationException',
    ],
    ['an operation that does not exist', 'PATCH', path, undefined, 404, 'UnknownOperationException'],
  ] as const)('%s', async (_name, method, target, body, status, type) => {
    const response = await send(method, target, body);
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([status, type]);
    expect(await response.json()).toMatchObject({ __type: type, message: expect.any(String) });
  });

  test('an empty body lists, and the trailing slash is optional', async () => {
    expect(await (await send('POST', path.slice(0, -1))).json()).toEqual({ actionGroupSummaries: [] });
  });
});
