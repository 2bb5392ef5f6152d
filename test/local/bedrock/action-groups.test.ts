import {
  ActionGroupSignature,
  ConflictException,
  CreateAgentActionGroupCommand,
  DeleteAgentActionGroupCommand,
  GetAgentActionGroupCommand,
  ListAgentActionGroupsCommand,
  paginateListAgentActionGroups,
  ResourceNotFoundException,
  UpdateAgentActionGroupCommand,
} from '@aws-sdk/client-bedrock-agent';
import { describe, expect, test } from 'vitest';
import { agentId, bench, creation, draft, thrown, token } from './support.ts';

const on = bench();
const create = (overrides = {}) => on.client.send(new CreateAgentActionGroupCommand(creation(overrides)));

describe('a life', () => {
  test('created, read, listed, replaced, disabled, deleted', async () => {
    const content = {
      description: 'Books hotels.',
      actionGroupExecutor: { lambda: 'arn:aws:lambda:us-east-1:111122223333:function:agents-book' },
      functionSchema: { functions: [{ name: 'book', parameters: { city: { type: 'string', required: true } } }] },
    } as const;
    const { agentActionGroup: created, $metadata } = await create({ ...content, clientToken: token });
    expect($metadata).toMatchObject({ httpStatusCode: 200, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(created).toEqual({
      ...draft,
      ...content,
      actionGroupId: expect.stringMatching(/^[0-9A-Z]{10}$/),
      actionGroupName: 'bookings',
      actionGroupState: 'ENABLED',
      clientToken: token,
      createdAt: new Date(on.clock.now),
      updatedAt: new Date(on.clock.now),
    });
    const label = { ...draft, actionGroupId: created!.actionGroupId! };

    const read = await on.client.send(new GetAgentActionGroupCommand(label));
    expect(read.agentActionGroup).toEqual(created);

    on.clock.now += 1000;
    const update = { ...label, actionGroupName: 'bookings-2', actionGroupState: 'DISABLED' } as const;
    const { agentActionGroup: updated } = await on.client.send(new UpdateAgentActionGroupCommand(update));
    expect(updated).toEqual({
      ...update,
      clientToken: token,
      createdAt: created!.createdAt,
      updatedAt: new Date(on.clock.now),
    });

    const listed = await on.client.send(new ListAgentActionGroupsCommand(draft));
    const { actionGroupId, updatedAt } = updated!;
    expect(listed.actionGroupSummaries).toEqual([
      { actionGroupId, actionGroupName: 'bookings-2', actionGroupState: 'DISABLED', updatedAt },
    ]);
    expect(listed.nextToken).toBeUndefined();

    const deleted = await on.client.send(new DeleteAgentActionGroupCommand(label));
    expect(deleted.$metadata.httpStatusCode).toBe(204);
    expect(await thrown(on.client.send(new GetAgentActionGroupCommand(label)))).toBeInstanceOf(
      ResourceNotFoundException,
    );
    expect(
      on.emulator.ledger.map((entry) => [entry.operation, entry.actionGroupId, entry.name, entry.clientToken]),
    ).toEqual([
      ['CreateAgentActionGroup', actionGroupId, 'bookings', token],
      ['UpdateAgentActionGroup', actionGroupId, 'bookings-2', undefined],
      ['DeleteAgentActionGroup', actionGroupId, 'bookings-2', undefined],
    ]);
  });

  test('a signature is answered under the name parentActionSignature', async () => {
    const signature = ActionGroupSignature.ANTHROPIC_COMPUTER;
    const params = { type: 'computer_20241022' };
    const { agentActionGroup } = await create({
      parentActionGroupSignature: signature,
      parentActionGroupSignatureParams: params,
    });
    expect(agentActionGroup).toMatchObject({
      parentActionSignature: signature,
      parentActionGroupSignatureParams: params,
    });
    expect(agentActionGroup).not.toHaveProperty('parentActionGroupSignature');
  });

  test('a payload of two megabytes comes back whole', async () => {
    const payload = JSON.stringify({ openapi: '3.0.0', info: { description: 'é'.repeat(1_000_000) }, paths: {} });
    const { agentActionGroup } = await create({ apiSchema: { payload } });
    expect(agentActionGroup?.apiSchema?.payload).toBe(payload);
  });
});

describe('refusals', () => {
  test('a name is unique in an agent, and only there', async () => {
    on.emulator.agents.put('AGENT00002');
    const { agentActionGroup: other } = await create({ actionGroupName: 'other' });
    await create();
    await create({ agentId: 'AGENT00002' });
    expect(await thrown(create())).toBeInstanceOf(ConflictException);
    const rename = { ...draft, actionGroupId: other!.actionGroupId!, actionGroupName: 'bookings' };
    expect(await thrown(on.client.send(new UpdateAgentActionGroupCommand(rename)))).toBeInstanceOf(ConflictException);
  });

  test('an enabled group is deleted only without the check', async () => {
    const { agentActionGroup } = await create();
    const label = { ...draft, actionGroupId: agentActionGroup!.actionGroupId! };
    const error = await thrown(on.client.send(new DeleteAgentActionGroupCommand(label)));
    expect(error).toBeInstanceOf(ConflictException);
    expect(error.message).toBe(`ActionGroup with ID ${label.actionGroupId} cannot be deleted when it is Enabled.`);
    await on.client.send(new DeleteAgentActionGroupCommand({ ...label, skipResourceInUseCheck: true }));
  });

  const absent = { ...draft, actionGroupId: 'ABSENT0000' };
  test.each([
    ['create in an unknown agent', new CreateAgentActionGroupCommand(creation({ agentId: 'UNKNOWN000' }))],
    ['read an unknown group', new GetAgentActionGroupCommand(absent)],
    ['read in a version that was never published', new ListAgentActionGroupsCommand({ agentId, agentVersion: '7' })],
    ['replace an unknown group', new UpdateAgentActionGroupCommand({ ...absent, actionGroupName: 'bookings' })],
    ['delete an unknown group', new DeleteAgentActionGroupCommand(absent)],
  ])('404: %s', async (_name, command) => {
    // biome-ignore lint/suspicious/noExplicitAny: a table of different commands has no common type the client takes.
    const error = await thrown(on.client.send(command as any));
    expect(error).toBeInstanceOf(ResourceNotFoundException);
    expect(error.message).toMatch(/^Failed to retrieve resource because it doesn't exist\./);
    expect(on.emulator.ledger).toEqual([]);
  });
});

describe('versions', () => {
  test('a numeric version keeps what DRAFT was, and is never written', async () => {
    const { agentActionGroup } = await create();
    on.emulator.agents.publishVersion(agentId);
    const label = { ...draft, actionGroupId: agentActionGroup!.actionGroupId! };
    await on.client.send(new UpdateAgentActionGroupCommand({ ...label, actionGroupName: 'renamed' }));
    const published = await on.client.send(new GetAgentActionGroupCommand({ ...label, agentVersion: '1' }));
    expect(published.agentActionGroup).toMatchObject({ agentVersion: '1', actionGroupName: 'bookings' });
    const write = new DeleteAgentActionGroupCommand({ ...label, agentVersion: '1', skipResourceInUseCheck: true });
    expect((await thrown(on.client.send(write))).message).toMatch(/'agentVersion' failed to satisfy constraint/);
  });
});

describe('pages', () => {
  test.each([
    ['at most ten, whatever is asked for', 100, [10, 2]],
    ['as few as asked for', 5, [5, 5, 2]],
    ['ten when nothing is asked for', undefined, [10, 2]],
    ['no further page after one that ends the list', 6, [6, 6]],
  ])('%s', async (_name, maxResults, sizes) => {
    for (let n = 0; n < 12; n += 1) await create({ actionGroupName: `group-${n}` });
    const pages: string[][] = [];
    for await (const page of paginateListAgentActionGroups({ client: on.client }, { ...draft, maxResults })) {
      pages.push(page.actionGroupSummaries!.map((summary) => summary.actionGroupName!));
    }
    expect(pages.map((page) => page.length)).toEqual(sizes);
    expect(pages.flat()).toEqual(Array.from({ length: 12 }, (_, n) => `group-${n}`));
  });

  test('a token of another list, or of nothing, is refused', async () => {
    const error = await thrown(on.client.send(new ListAgentActionGroupsCommand({ ...draft, nextToken: 'made-up' })));
    expect(error).toMatchObject({ name: 'ValidationException', fieldList: [{ name: 'nextToken' }] });
  });
});
