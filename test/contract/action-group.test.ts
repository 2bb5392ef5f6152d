import type { CreateAgentActionGroupRequest } from '@aws-sdk/client-bedrock-agent';
import { describe, expect, test } from 'vitest';
import { accepted, faultsOfBody, group, LAMBDA, parameter, pointersOf, TOKEN } from './requests.ts';

const everything = group({
  description: 'Books seats.',
  actionGroupExecutor: { lambda: LAMBDA },
  actionGroupState: 'ENABLED',
  functionSchema: {
    functions: [
      {
        name: 'book',
        description: 'Books a seat.',
        parameters: {
          seat: { description: 'Row and letter.', type: 'string', required: true },
          constructor: { type: 'array' },
          toString: { type: 'boolean', required: false },
        },
        requireConfirmation: 'DISABLED',
      },
    ],
  },
});

describe('accepted, and handed on as it came', () => {
  test.each([
    ['a group with nothing but a name', group()],
    ['functions, with parameters that bear the names of inherited members', everything],
    ['an OpenAPI document as text', group({ apiSchema: { payload: '{"openapi": "3.0.0"}' } })],
    ['an empty document: what it must hold is not the contract’s', group({ apiSchema: { payload: '' } })],
    ['an OpenAPI document in S3', group({ apiSchema: { s3: { s3BucketName: 'a.b', s3ObjectKey: 'x/y.json' } } })],
    ['control returned to the caller', group({ actionGroupExecutor: { customControl: 'RETURN_CONTROL' } })],
    ['no functions at all', group({ functionSchema: { functions: [] } })],
    ['a built-in', { actionGroupName: 'UserInputAction', parentActionGroupSignature: 'AMAZON.UserInput' }],
    [
      'a built-in with parameters and a state',
      group({
        actionGroupState: 'DISABLED',
        parentActionGroupSignature: 'ANTHROPIC.Computer',
        parentActionGroupSignatureParams: { type: 'computer_20241022', constructor: '', '': 'x' },
      }),
    ],
    ['200 characters that are 400 UTF-16 units', group({ description: '😀'.repeat(200) })],
    ['control characters in a description, which the model allows', group({ description: 'a\u0000\nb' })],
  ])('%s', (_name, body) => {
    const { actionGroup } = accepted(body);
    expect(actionGroup).toEqual(body);
    // The type that the SDK takes: checked by the compiler.
    const input: CreateAgentActionGroupRequest = { agentId: 'AGENT12345', agentVersion: 'DRAFT', ...actionGroup };
    expect(input.actionGroupName).toBe(body.actionGroupName);
  });

  test('own members only, in one order whatever the order of the request, and without the token', () => {
    const forwards = accepted({ ...everything, clientToken: TOKEN });
    const backwards = accepted(Object.fromEntries(Object.entries({ ...everything, clientToken: TOKEN }).reverse()));
    expect(JSON.stringify(backwards.actionGroup)).toBe(JSON.stringify(forwards.actionGroup));
    expect(forwards.actionGroup).not.toHaveProperty('clientToken');
    expect(forwards.clientToken).toBe(TOKEN);
    expect(Object.getPrototypeOf(forwards.actionGroup)).toBe(Object.prototype);
  });

  test('the request is not changed', () => {
    const body = structuredClone(everything);
    accepted(body);
    expect(body).toEqual(everything);
  });
});

describe('refused, with one fault', () => {
  test.each([
    ['no name', {}, '/actionGroupName', '`actionGroupName` is missing.', 'Add `actionGroupName`.'],
    [
      'an empty name',
      group({ actionGroupName: '' }),
      '/actionGroupName',
      '`actionGroupName` is empty.',
      'Use 1 to 100 letters (A-Z, a-z) and digits, each followed by at most one "_" or "-".',
    ],
    [
      'a Cyrillic look-alike in a name',
      group({ actionGroupName: 'bооking' }),
      '/actionGroupName',
      '`actionGroupName` has "о" (U+043E) at position 2; only letters A-Z and a-z and digits, "_" and "-" are allowed.',
      'Use 1 to 100 letters (A-Z, a-z) and digits, each followed by at most one "_" or "-".',
    ],
    [
      '101 letters',
      group({ actionGroupName: 'a'.repeat(101) }),
      '/actionGroupName',
      '`actionGroupName` has 101 letters and digits; at most 100 are allowed.',
      expect.any(String),
    ],
    [
      'two separators in a row',
      group({ actionGroupName: 'a_-b' }),
      '/actionGroupName',
      '`actionGroupName` has "_-", two separators in a row.',
      expect.any(String),
    ],
    [
      'a description of 201 characters',
      group({ description: 'x'.repeat(201) }),
      '/description',
      '`description` has 201 characters; at most 200 are allowed.',
      'Shorten it to at most 200 characters.',
    ],
    [
      'an empty description',
      group({ description: '' }),
      '/description',
      '`description` is empty; at least 1 is needed.',
      'Use at least 1 character.',
    ],
    [
      'half of a surrogate pair',
      group({ description: 'a\ud83d' }),
      '/description',
      '`description` has half of a surrogate pair, which is not a Unicode character.',
      'Write the whole character, or remove it.',
    ],
    [
      'half of a surrogate pair in a document',
      group({ apiSchema: { payload: '\udc00' } }),
      '/apiSchema/payload',
      '`payload` has half of a surrogate pair, which is not a Unicode character.',
      'Write the whole character, or remove it.',
    ],
    [
      'null for absent',
      group({ description: null }),
      '/description',
      '`description` is null.',
      'Leave it out, or give it a value: null does not stand for "absent".',
    ],
    [
      'null for a required member',
      { actionGroupName: null },
      '/actionGroupName',
      '`actionGroupName` is null, but is required.',
      'Give it a value.',
    ],
    [
      'a number for a string',
      group({ description: 7 }),
      '/description',
      '`description` must be a string, but is a number.',
      'Give a string, in quotes.',
    ],
    [
      'a list for an object',
      group({ actionGroupExecutor: [{ lambda: LAMBDA }] }),
      '/actionGroupExecutor',
      '`actionGroupExecutor` must be an object, but is a list.',
      'Give a JSON object: { … }.',
    ],
    [
      'an object for a list',
      group({ functionSchema: { functions: { name: 'book' } } }),
      '/functionSchema/functions',
      '`functions` must be a list, but is an object.',
      'Give a list: [ … ].',
    ],
    [
      'a string for a boolean',
      parameter({ type: 'string', required: 'true' }),
      '/functionSchema/functions/0/parameters/seat/required',
      '`required` must be true or false, but is a string.',
      'Write true or false, without quotes.',
    ],
    [
      'a document that is not text',
      group({ apiSchema: { payload: { openapi: '3.0.0' } } }),
      '/apiSchema/payload',
      '`payload` must be a string, but is an object.',
      'Give a string. A document is passed as text: encode it first, for example with JSON.stringify or json.dumps.',
    ],
    [
      'a signature with a slip of the hand',
      group({ parentActionGroupSignature: 'AMAZON.UserImput' }),
      '/parentActionGroupSignature',
      '`parentActionGroupSignature` is "AMAZON.UserImput", which is not one of the allowed values.',
      'Did you mean "AMAZON.UserInput"? Use one of "AMAZON.UserInput", "AMAZON.CodeInterpreter", "ANTHROPIC.Computer", "ANTHROPIC.Bash", "ANTHROPIC.TextEditor".',
    ],
    [
      'a state that is far from any',
      group({ actionGroupState: 'on' }),
      '/actionGroupState',
      '`actionGroupState` is "on", which is not one of the allowed values.',
      'Use one of "ENABLED", "DISABLED".',
    ],
    [
      'a type that is unknown',
      parameter({ type: 'Integer' }),
      '/functionSchema/functions/0/parameters/seat/type',
      '`type` is "Integer", which is not one of the allowed values.',
      'Did you mean "integer"? Use one of "string", "number", "integer", "boolean", "array".',
    ],
    [
      'a parameter without a type',
      parameter({ description: 'x' }),
      '/functionSchema/functions/0/parameters/seat/type',
      '`type` is missing.',
      'Add `type`.',
    ],
    [
      'a function that is not an object',
      group({ functionSchema: { functions: [{ name: 'a' }, 'b'] } }),
      '/functionSchema/functions/1',
      'Item 2 of `functions` must be an object, but is a string.',
      'Give a JSON object: { … }.',
    ],
    [
      'a parameter whose name has a slash, a tilde and a space',
      group({ functionSchema: { functions: [{ name: 'f', parameters: { 'a/b~c d': { type: 'string' } } }] } }),
      '/functionSchema/functions/0/parameters/a~1b~0c d',
      '"a/b~c d" has "/" (U+002F) at position 2; only letters A-Z and a-z and digits, "_" and "-" are allowed.',
      expect.any(String),
    ],
    [
      'something else than a Lambda ARN',
      group({ actionGroupExecutor: { lambda: 'arn:aws:s3:::bucket' } }),
      '/actionGroupExecutor/lambda',
      '`lambda` is "arn:aws:s3:::bucket", which does not have the required form.',
      expect.stringContaining('arn:aws:lambda:'),
    ],
    [
      'an executor of neither kind',
      group({ actionGroupExecutor: {} }),
      '/actionGroupExecutor',
      '`actionGroupExecutor` is empty; exactly one member is needed.',
      'Give it exactly one member: `lambda` or `customControl`.',
    ],
    [
      'an executor of both kinds',
      group({ actionGroupExecutor: { lambda: LAMBDA, customControl: 'RETURN_CONTROL' } }),
      '/actionGroupExecutor',
      '`actionGroupExecutor` has `lambda` and `customControl`; exactly one member is needed.',
      'Give it exactly one member: `lambda` or `customControl`.',
    ],
    [
      'a function schema without functions',
      group({ functionSchema: {} }),
      '/functionSchema',
      '`functionSchema` is empty; exactly one member is needed.',
      'Give it `functions`.',
    ],
    [
      'an S3 schema without its bucket, which no policy could judge',
      group({ apiSchema: { s3: { s3ObjectKey: 'x.json' } } }),
      '/apiSchema/s3/s3BucketName',
      '`s3BucketName` is missing.',
      'Add `s3BucketName`.',
    ],
    [
      'an S3 schema without its key',
      group({ apiSchema: { s3: { s3BucketName: 'bucket' } } }),
      '/apiSchema/s3/s3ObjectKey',
      '`s3ObjectKey` is missing.',
      'Add `s3ObjectKey`.',
    ],
    [
      'a misspelt member: once named, it is not called a missing one too',
      group({ actionGroupExecutor: { lamda: LAMBDA } }),
      '/actionGroupExecutor/lamda',
      '`lamda` is not a known member.',
      'Did you mean `lambda`? Rename it, or remove it.',
    ],
    [
      'a member of another case',
      group({ ClientToken: TOKEN }),
      '/ClientToken',
      '`ClientToken` is not a known member.',
      'Did you mean `clientToken`? Rename it, or remove it.',
    ],
    [
      'an unknown member that objects inherit',
      group({ actionGroupExecutor: { lambda: LAMBDA, constructor: 1 } }),
      '/actionGroupExecutor/constructor',
      '`constructor` is not a known member.',
      'Remove it. The members known here are `lambda`, `customControl`.',
    ],
    [
      'both kinds of schema',
      group({ apiSchema: { payload: '{}' }, functionSchema: { functions: [] } }),
      '/functionSchema',
      '`functionSchema` cannot be given together with `apiSchema`.',
      'Describe the actions once: leave out `functionSchema` or `apiSchema`.',
    ],
    ...['description', 'apiSchema', 'actionGroupExecutor', 'functionSchema'].map(
      (member) =>
        [
          `a signature and ${member}`,
          group({
            parentActionGroupSignature: 'AMAZON.UserInput',
            [member]: {
              description: 'x',
              apiSchema: { payload: '' },
              actionGroupExecutor: { lambda: LAMBDA },
              functionSchema: { functions: [] },
            }[member],
          }),
          `/${member}`,
          `\`${member}\` cannot be given together with \`parentActionGroupSignature\`.`,
          `Leave out \`${member}\`, or leave out \`parentActionGroupSignature\`.`,
        ] as const,
    ),
    [
      'a short token, which is not shown',
      group({ clientToken: 'tiny' }),
      '/clientToken',
      '`clientToken` has 4 characters; at least 33 are needed.',
      'Use at least 33 characters.',
    ],
    [
      'a strange character in a token, which is not shown',
      group({ clientToken: `${TOKEN}!` }),
      '/clientToken',
      '`clientToken` has a character at position 37; only letters A-Z and a-z and digits and "-" are allowed.',
      expect.stringContaining('33 to 256'),
    ],
  ] as [string, unknown, string, string, string][])('%s', (_name, body, pointer, message, fix) => {
    expect(faultsOfBody(body)).toEqual([{ pointer, message, fix }]);
  });
});

describe('all faults at once', () => {
  test('broken members do not hide the rules between them', () => {
    const body = {
      parentActionGroupSignature: 'NO',
      description: 1,
      apiSchema: { payload: 2 },
      clientToken: null,
      x: 1,
    };
    expect(pointersOf(body)).toEqual([
      '/actionGroupName',
      '/description',
      '/parentActionGroupSignature',
      '/apiSchema/payload',
      '/clientToken',
      '/x',
      '/description',
      '/apiSchema',
    ]);
  });

  test('every unknown member is named', () => {
    expect(pointersOf(group({ a: 1, toString: 1, b: null }))).toEqual(['/a', '/toString', '/b']);
  });

  test('null is no partner in a rule: it is asked to be left out', () => {
    expect(pointersOf(group({ parentActionGroupSignature: null, description: 'x' }))).toEqual([
      '/parentActionGroupSignature',
    ]);
  });
});
