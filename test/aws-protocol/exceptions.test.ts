/** Every modelled exception as the AWS SDK for JavaScript raises it: class, message, status, and how often it was sent. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AccessDeniedException,
  type BedrockAgentClient,
  BedrockAgentServiceException,
  ConflictException,
  CreateAgentActionGroupCommand,
  DeleteAgentActionGroupCommand,
  GetAgentActionGroupCommand,
  GetAgentCommand,
  InternalServerException,
  ListAgentsCommand,
  ResourceNotFoundException,
  ServiceQuotaExceededException,
  ThrottlingException,
  UpdateAgentActionGroupCommand,
  ValidationException,
} from '@aws-sdk/client-bedrock-agent';
import { describe, expect, onTestFinished, test } from 'vitest';
import { GATEWAY_RESPONSES, type GatewayResponseCode } from '../../src/http/gateway-response.ts';
import { gatewayResponse } from '../../src/local/gateway/gateway-response.ts';
import { ask } from '../support/ask.ts';
import { PAYMENTS_DEPLOY, STRANGER } from '../support/callers.ts';
import { AGENT, sharedService, startService, UUID } from '../support/service.ts';
import { clientOf, creation, DRAFT, GROUPS, raw } from './clients.ts';

const service = sharedService();
/** Of this service's own SDK, for one call of its caller. */
const EVERY_ATTEMPT = 3;

/** What the call is refused with. */
async function refusal(call: Promise<unknown>): Promise<BedrockAgentServiceException & { fieldList?: object[] }> {
  const error = await call.then(
    () => new Error('The call succeeded.'),
    (reason: unknown) => reason,
  );
  if (error instanceof BedrockAgentServiceException) return error;
  throw error;
}

const create = (client: BedrockAgentClient, members: object = {}) =>
  client.send(new CreateAgentActionGroupCommand({ ...creation(), ...members }));

/** Whatever would make the client try again has been waited for: this is what its user sees. */
const patience = { maxAttempts: 3 };

describe('each modelled exception, with one attempt', () => {
  const ABSENT = { ...DRAFT, actionGroupId: 'ABSENT2345' };
  const rows: readonly [
    string,
    (client: BedrockAgentClient) => Promise<unknown>,
    abstract new (...args: never[]) => Error,
    number,
    string,
  ][] = [
    [
      'ValidationException, here',
      (client) => create(client, { actionGroupName: 'not a name' }),
      ValidationException,
      400,
      '/actionGroupName: ',
    ],
    [
      'ResourceNotFoundException',
      (client) => client.send(new GetAgentActionGroupCommand(ABSENT)),
      ResourceNotFoundException,
      404,
      "it doesn't exist",
    ],
    [
      'ResourceNotFoundException, of an update',
      (client) => client.send(new UpdateAgentActionGroupCommand({ ...creation(), ...ABSENT })),
      ResourceNotFoundException,
      404,
      "it doesn't exist",
    ],
    [
      'ConflictException, of a name that is taken',
      async (client) => {
        await create(client);
        await create(client);
      },
      ConflictException,
      409,
      'already exists',
    ],
    [
      'ConflictException, of an enabled group',
      async (client) => {
        const { agentActionGroup } = await create(client);
        const actionGroupId = agentActionGroup!.actionGroupId!;
        await client.send(new DeleteAgentActionGroupCommand({ ...DRAFT, actionGroupId }));
      },
      ConflictException,
      409,
      'cannot be deleted when it is Enabled',
    ],
    [
      'ServiceQuotaExceededException',
      (client) => {
        service.bedrock.configure({ quotas: { actionGroupsPerAgent: 0 } });
        return create(client);
      },
      ServiceQuotaExceededException,
      402,
      'The maximum number of resources is 0',
    ],
    [
      "AccessDeniedException, of another team's agent",
      (client) => client.send(new GetAgentCommand({ agentId: 'TRAVEL2345' })),
      AccessDeniedException,
      403,
      '[caller-manages-agent]',
    ],
  ];

  test.each(rows)('%s', async (_name, call, type, httpStatusCode, message) => {
    const error = await refusal(call(clientOf(service, patience)));
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ name: type.name, message: expect.stringContaining(message) });
    expect(error.$metadata).toMatchObject({ httpStatusCode, attempts: 1, requestId: expect.stringMatching(UUID) });
  });

  test('another operation of the service is none of ours', async () => {
    const error = await refusal(clientOf(service).send(new ListAgentsCommand({})));
    expect(error).toMatchObject({ name: 'UnknownOperationException', $metadata: { httpStatusCode: 404, attempts: 1 } });
    expect(error.message).toContain('Send other calls to Amazon Bedrock itself');
  });
});

describe('ValidationException.fieldList', () => {
  test('names each fault of the request, and so does the message', async () => {
    const call = create(clientOf(service), {
      actionGroupName: '-',
      actionGroupExecutor: { lambda: 'arn:nothing' },
      description: '',
    });
    const error = await refusal(call);
    const names = ['/actionGroupName', '/actionGroupExecutor/lambda', '/description'];
    expect((error.fieldList as { name: string }[]).map(({ name }) => name).sort()).toEqual(names.sort());
    for (const name of names) expect(error.message).toContain(`${name}: `);
    expect(error.message).toMatch(/^3 things to mend\. /);
  });

  test("is Bedrock's own, where Bedrock is the one to refuse", async () => {
    const error = await refusal(
      create(clientOf(service), {
        functionSchema: undefined,
        apiSchema: { payload: JSON.stringify({ openapi: '3.0.0', paths: { '/create-task': { post: {} } } }) },
      }),
    );
    expect(error).toBeInstanceOf(ValidationException);
    expect(error.message).toContain('Failed to create OpenAPI 3 model from the JSON/YAML object that you provided');
    expect(error.fieldList).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining("'description' is missing for path: /create-task") }),
    );
  });

  test('a single fault stands once in the message', async () => {
    const { message } = await refusal(create(clientOf(service), { actionGroupName: '' }));
    expect(message.split('is empty')).toHaveLength(2);
  });

  test('so does one of the text, and one that Bedrock names in its own message', async () => {
    const target = '/aws/agents/AGENT12345/agentversions/DRAFT/actiongroups/';
    const twice = await ask(service, { method: 'PUT', target, body: '{"actionGroupName":"a","actionGroupName":"b"}' });
    expect(twice.json.message.split('more than once')).toHaveLength(2);
    expect(twice.json.message).toContain('Keep one');
    const message = 'Value at apiSchema failed to satisfy constraint: too odd';
    const fieldList = [{ name: 'apiSchema', message: 'too odd' }];
    service.bedrock.fault({ kind: 'custom', status: 400, type: 'ValidationException', message, fieldList });
    const refused = await refusal(create(clientOf(service)));
    expect(refused.message.split('too odd')).toHaveLength(2);
    expect(refused).toMatchObject({ fieldList: [{ name: 'apiSchema', message: expect.stringContaining('too odd') }] });
  });
});

describe('a denial', () => {
  const forbidden = {
    actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:999922223333:function:anything' },
    functionSchema: undefined,
    apiSchema: { s3: { s3BucketName: 'somebody-elses-bucket', s3ObjectKey: 'api.yaml' } },
  };

  test('is sent once, reaches Bedrock never, and carries rules, what is allowed and remedies in its message', async () => {
    const error = await refusal(create(clientOf(service, patience), forbidden));
    expect(error).toBeInstanceOf(AccessDeniedException);
    expect(error.$metadata).toMatchObject({ httpStatusCode: 403, attempts: 1 });
    const decisions = service.audits().map(({ decisionId }) => decisionId);
    for (const part of [
      '[lambda-arn-has-required-prefix] /actionGroupExecutor/lambda: ',
      'Allowed: arn:aws:lambda:us-east-1:111122223333:function:agents-.',
      'Deploy the function',
      '[s3-schema-is-in-allowed-bucket] /apiSchema/s3/s3BucketName: ',
      'Allowed: acme-agent-schemas.',
      `(decision ${decisions[0]})`,
    ]) {
      expect(error.message).toContain(part);
    }
    // One call: an attempt, and its outcome.
    expect(decisions).toEqual([decisions[0], decisions[0]]);
    expect(service.bedrock.requests).toEqual([]);
  });

  test('of a caller in no team is one, too', async () => {
    const error = await refusal(create(clientOf(service, { ...patience, as: STRANGER })));
    expect(error).toBeInstanceOf(AccessDeniedException);
    expect(error.message).toContain('[caller-is-in-one-team]');
    expect(error.$metadata.attempts).toBe(1);
  });
});

describe('what clients retry', () => {
  test('ThrottlingException: the client comes back, and succeeds', async () => {
    service.bedrock.fault({ kind: 'throttle', operation: 'GetAgent', times: EVERY_ATTEMPT });
    const { $metadata } = await clientOf(service, patience).send(new GetAgentCommand({ agentId: AGENT }));
    expect($metadata).toMatchObject({ httpStatusCode: 200, attempts: 2 });
  });

  test.each([
    ['ThrottlingException', 'throttle', ThrottlingException, 429],
    ['InternalServerException', 'error', InternalServerException, 500],
    ['InternalServerException, of a Bedrock that is not available', 'unavailable', InternalServerException, 500],
    ["InternalServerException, of our own role: not the caller's", 'access-denied', InternalServerException, 500],
  ] as const)('%s', async (_name, kind, type, httpStatusCode) => {
    service.bedrock.fault({ kind, operation: 'GetAgent', times: EVERY_ATTEMPT });
    const call = clientOf(service, { maxAttempts: 1 }).send(new GetAgentCommand({ agentId: AGENT }));
    const error = await refusal(call);
    expect(error).toBeInstanceOf(type);
    expect(error.$metadata.httpStatusCode).toBe(httpStatusCode);
    expect(error.message).not.toContain('assumed-role');
  });
});

describe("the gateway's own refusals", () => {
  test.each(Object.keys(GATEWAY_RESPONSES) as GatewayResponseCode[])('%s is read as its class', async (code) => {
    const { status, headers, body } = gatewayResponse({ code, detail: 'Words of the gateway.' }, 'request-1');
    const server = createServer((_request, response) => {
      response.writeHead(status, Object.fromEntries(headers)).end(body);
    });
    onTestFinished(() => void server.close());
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const error = await refusal(clientOf({ url }, { maxAttempts: 1 }).send(new GetAgentCommand({ agentId: AGENT })));
    expect(error).toMatchObject({
      name: GATEWAY_RESPONSES[code].aws,
      message: expect.stringContaining('Words of the gateway.'),
      $metadata: { httpStatusCode: status },
    });
  });

  test('a secret that is wrong is an AccessDeniedException, once', async () => {
    const as = { ...PAYMENTS_DEPLOY, secretAccessKey: 'another' };
    const error = await refusal(create(clientOf(service, { ...patience, as })));
    expect(error).toBeInstanceOf(AccessDeniedException);
    expect(error.message).toContain('signature');
    expect(error.$metadata).toMatchObject({ httpStatusCode: 403, attempts: 1 });
  });

  test('without the unsigned caller, and with IAM as the mode, only signatures for execute-api pass', async () => {
    const env = { LOCAL_AUTH: 'iam', LOCAL_PRINCIPALS: JSON.stringify([PAYMENTS_DEPLOY]) };
    const iam = await startService({ env });
    onTestFinished(() => iam.close());

    const unsigned = await raw(iam, 'POST', GROUPS, {});
    expect(unsigned).toMatchObject({ status: 403, json: { __type: 'AccessDeniedException' } });
    expect(unsigned.headers['x-amzn-errortype']).toBe('AccessDeniedException');

    const error = await refusal(create(clientOf(iam, patience)));
    expect(error).toBeInstanceOf(AccessDeniedException);
    expect(error.message).toContain('sign for execute-api');
    expect(error.$metadata.attempts).toBe(1);

    // An option that the SDK takes, and its types do not name.
    const options = { ...patience, signingName: 'execute-api' };
    const made = await create(clientOf(iam, options));
    expect(made.agentActionGroup?.actionGroupName).toBe('bookings');
  });
});
