/** Every operation through the AWS SDK for JavaScript, unmodified: members, types and statuses as the service model has them. */
import {
  CreateAgentActionGroupCommand,
  type CreateAgentActionGroupCommandInput,
  DeleteAgentActionGroupCommand,
  GetAgentActionGroupCommand,
  GetAgentCommand,
  ListAgentActionGroupsCommand,
  PrepareAgentCommand,
  paginateListAgentActionGroups,
  UpdateAgentActionGroupCommand,
} from '@aws-sdk/client-bedrock-agent';
import { describe, expect, test, vi } from 'vitest';
import { type Caller, PAYMENTS_DEPLOY, PLATFORM, TRAVEL } from '../support/callers.ts';
import { AGENT, freshToken, LAMBDA, sharedService, UUID } from '../support/service.ts';
import { clientOf, creation, DRAFT } from './clients.ts';

const service = sharedService();

const ID = expect.stringMatching(/^[0-9A-Z]{10}$/);
const DATE = expect.any(Date);
/** One attempt, answered with one request id. */
const answered = (httpStatusCode: number) =>
  expect.objectContaining({ httpStatusCode, attempts: 1, requestId: expect.stringMatching(UUID) });

describe('each operation', () => {
  test('CreateAgentActionGroup', async () => {
    const clientToken = freshToken();
    const input = { ...creation(), clientToken };
    expect(await clientOf(service).send(new CreateAgentActionGroupCommand(input))).toEqual({
      $metadata: answered(200),
      agentActionGroup: {
        ...input,
        actionGroupId: ID,
        actionGroupState: 'ENABLED',
        createdAt: DATE,
        updatedAt: DATE,
      },
    });
  });

  test('GetAgentActionGroup, without the token of the creation', async () => {
    const client = clientOf(service);
    const { agentActionGroup: made } = await client.send(new CreateAgentActionGroupCommand(creation()));
    const { clientToken, ...group } = made!;
    expect(clientToken).toEqual(expect.stringMatching(UUID)); // the SDK's own
    const actionGroupId = group.actionGroupId!;
    expect(await client.send(new GetAgentActionGroupCommand({ ...DRAFT, actionGroupId }))).toEqual({
      $metadata: answered(200),
      agentActionGroup: group,
    });
  });

  test('UpdateAgentActionGroup replaces the whole group', async () => {
    const client = clientOf(service);
    const { agentActionGroup: made } = await client.send(
      new CreateAgentActionGroupCommand({ ...creation(), description: 'Goes.' }),
    );
    const input = { ...DRAFT, actionGroupName: 'tables', actionGroupExecutor: { lambda: LAMBDA } };
    const actionGroupId = made!.actionGroupId!;
    expect(await client.send(new UpdateAgentActionGroupCommand({ ...input, actionGroupId }))).toEqual({
      $metadata: answered(200),
      agentActionGroup: {
        ...input,
        actionGroupId,
        actionGroupState: 'ENABLED',
        createdAt: made!.createdAt,
        updatedAt: DATE,
      },
    });
  });

  test('ListAgentActionGroups', async () => {
    const client = clientOf(service);
    const { agentActionGroup: made } = await client.send(
      new CreateAgentActionGroupCommand({ ...creation(), description: 'Tables.' }),
    );
    const { actionGroupId, actionGroupName, actionGroupState, description, updatedAt } = made!;
    expect(await client.send(new ListAgentActionGroupsCommand(DRAFT))).toEqual({
      $metadata: answered(200),
      actionGroupSummaries: [{ actionGroupId, actionGroupName, actionGroupState, description, updatedAt }],
    });
  });

  test('DeleteAgentActionGroup', async () => {
    const client = clientOf(service);
    const { agentActionGroup } = await client.send(new CreateAgentActionGroupCommand(creation()));
    const group = { ...DRAFT, actionGroupId: agentActionGroup!.actionGroupId!, skipResourceInUseCheck: true };
    expect(await client.send(new DeleteAgentActionGroupCommand(group))).toEqual({ $metadata: answered(204) });
    expect((await client.send(new ListAgentActionGroupsCommand(DRAFT))).actionGroupSummaries).toEqual([]);
  });

  test('PrepareAgent, and GetAgent until it is prepared', async () => {
    const client = clientOf(service);
    expect(await client.send(new PrepareAgentCommand({ agentId: AGENT }))).toEqual({
      $metadata: answered(202),
      agentId: AGENT,
      agentStatus: 'PREPARING',
      agentVersion: 'DRAFT',
      preparedAt: DATE,
    });
    const prepared = await vi.waitFor(async () => {
      const answer = await client.send(new GetAgentCommand({ agentId: AGENT }));
      expect(answer.agent?.agentStatus).toBe('PREPARED');
      return answer;
    });
    expect(prepared).toEqual({
      $metadata: answered(200),
      agent: {
        agentId: AGENT,
        agentName: `agent-${AGENT}`,
        agentArn: `arn:aws:bedrock:us-east-1:111122223333:agent/${AGENT}`,
        agentVersion: 'DRAFT',
        agentStatus: 'PREPARED',
        agentResourceRoleArn: expect.stringContaining(':role/'),
        agentCollaboration: 'DISABLED',
        orchestrationType: 'DEFAULT',
        foundationModel: expect.any(String),
        idleSessionTTLInSeconds: 600,
        createdAt: DATE,
        updatedAt: DATE,
        preparedAt: DATE,
      },
    });
  });

  test('the paginator brings every group once, in pages of the size asked for', async () => {
    const client = clientOf(service);
    const names = Array.from({ length: 12 }, (_, index) => `group-${index + 1}`);
    for (const name of names) await client.send(new CreateAgentActionGroupCommand(creation(name)));
    const pages: (string | undefined)[][] = [];
    // The paginator writes the page into the input that it is given.
    for await (const page of paginateListAgentActionGroups({ client, pageSize: 5 }, { ...DRAFT })) {
      pages.push((page.actionGroupSummaries ?? []).map(({ actionGroupName }) => actionGroupName));
    }
    expect(pages).toEqual([names.slice(0, 5), names.slice(5, 10), names.slice(10)]);
  });
});

/** What boto3 and paws document for create_agent_action_group, the members of a function and its parameters included. */
const PARAMETERS: readonly [name: string, as: Caller, group: Partial<CreateAgentActionGroupCommandInput>][] = [
  [
    'a Lambda function, with functions, parameters and confirmation',
    PAYMENTS_DEPLOY,
    {
      description: 'Tables – für alle.',
      actionGroupExecutor: { lambda: `${LAMBDA}:live` },
      actionGroupState: 'DISABLED',
      functionSchema: {
        functions: [
          {
            name: 'book',
            description: 'Books a table.',
            requireConfirmation: 'ENABLED',
            parameters: {
              seats: { type: 'integer', description: 'How many.', required: true },
              at: { type: 'string', required: false },
              price: { type: 'number' },
              outside: { type: 'boolean' },
              dishes: { type: 'array' },
            },
          },
          { name: 'cancel', requireConfirmation: 'DISABLED' },
        ],
      },
    },
  ],
  [
    'an API schema in the request',
    PAYMENTS_DEPLOY,
    {
      actionGroupExecutor: { lambda: LAMBDA },
      apiSchema: {
        payload: JSON.stringify({
          openapi: '3.0.0',
          info: { title: 'Tables', version: '1' },
          paths: {
            '/book': {
              post: { description: 'Books.', operationId: 'book', responses: { 200: { description: 'ok' } } },
            },
          },
        }),
      },
    },
  ],
  [
    'an API schema in S3',
    PAYMENTS_DEPLOY,
    {
      actionGroupExecutor: { lambda: LAMBDA },
      apiSchema: { s3: { s3BucketName: 'acme-agent-schemas', s3ObjectKey: 'tables/api.yaml' } },
    },
  ],
  [
    'control returned to the application',
    TRAVEL,
    {
      actionGroupExecutor: { customControl: 'RETURN_CONTROL' },
      functionSchema: { functions: [{ name: 'confirm' }] },
    },
  ],
  ['a built-in signature', PAYMENTS_DEPLOY, { parentActionGroupSignature: 'AMAZON.UserInput' }],
  [
    'a built-in signature with its parameters',
    PLATFORM,
    {
      parentActionGroupSignature: 'ANTHROPIC.Computer',
      parentActionGroupSignatureParams: { type: 'computer_20241022' },
    },
  ],
];

describe('each documented parameter comes back from create, get and update as it was sent', () => {
  test.each(PARAMETERS)('%s', async (_name, as, members) => {
    const client = clientOf(service, { as });
    const input = { ...DRAFT, actionGroupName: 'everything', ...members };
    const { parentActionGroupSignature, ...shown } = input;
    const expected = {
      actionGroupState: 'ENABLED',
      ...shown,
      ...(parentActionGroupSignature && { parentActionSignature: parentActionGroupSignature }),
      actionGroupId: ID,
      createdAt: DATE,
      updatedAt: DATE,
    };

    const clientToken = freshToken();
    const created = await client.send(new CreateAgentActionGroupCommand({ ...input, clientToken }));
    expect(created.agentActionGroup).toEqual({ ...expected, clientToken });
    const actionGroupId = created.agentActionGroup!.actionGroupId!;
    const read = () => client.send(new GetAgentActionGroupCommand({ ...DRAFT, actionGroupId }));
    expect((await read()).agentActionGroup).toEqual(expected);

    const updated = await client.send(
      new UpdateAgentActionGroupCommand({ ...input, actionGroupId, actionGroupName: 'renamed' }),
    );
    expect(updated.agentActionGroup).toEqual({ ...expected, actionGroupName: 'renamed' });
    expect((await read()).agentActionGroup).toEqual({ ...expected, actionGroupName: 'renamed' });

    const { actionGroupState, description } = { actionGroupState: 'ENABLED', ...members };
    const { actionGroupSummaries } = await client.send(new ListAgentActionGroupsCommand(DRAFT));
    expect(actionGroupSummaries).toEqual([
      {
        actionGroupId,
        actionGroupName: 'renamed',
        actionGroupState,
        ...(description && { description }),
        updatedAt: DATE,
      },
    ]);
    // The repeat is answered from memory, and reads like the first answer.
    const repeated = await client.send(new CreateAgentActionGroupCommand({ ...input, clientToken }));
    expect(repeated.agentActionGroup).toEqual(created.agentActionGroup);
  });
});
