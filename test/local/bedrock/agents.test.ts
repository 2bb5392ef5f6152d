import {
  ConflictException,
  CreateAgentActionGroupCommand,
  DeleteAgentActionGroupCommand,
  GetAgentCommand,
  ListAgentsCommand,
  ListAgentVersionsCommand,
  PrepareAgentCommand,
  UpdateAgentActionGroupCommand,
  ValidationException,
} from '@aws-sdk/client-bedrock-agent';
import { describe, expect, test } from 'vitest';
import { agentId, bench, creation, draft, thrown } from './support.ts';

const on = bench({ settings: { prepareMs: 1000 } });
const prepare = () => on.client.send(new PrepareAgentCommand({ agentId }));
const agent = async () => (await on.client.send(new GetAgentCommand({ agentId }))).agent!;
const create = () => on.client.send(new CreateAgentActionGroupCommand(creation()));

describe('preparing', () => {
  test('takes its time by the clock, and a change undoes it', async () => {
    expect((await agent()).agentStatus).toBe('NOT_PREPARED');
    expect(await prepare()).toMatchObject({
      $metadata: { httpStatusCode: 202 },
      agentId,
      agentStatus: 'PREPARING',
      agentVersion: 'DRAFT',
      preparedAt: new Date(on.clock.now),
    });
    on.clock.now += 999;
    expect((await agent()).agentStatus).toBe('PREPARING');
    on.clock.now += 1;
    expect(await agent()).toMatchObject({ agentStatus: 'PREPARED', preparedAt: new Date(on.clock.now) });
    await create();
    expect((await agent()).agentStatus).toBe('NOT_PREPARED');
  });

  test('fails once when told, with the reasons', async () => {
    on.emulator.agents.failNextPrepare(agentId, 'The role cannot be assumed.');
    await prepare();
    on.clock.now += 1000;
    expect(await agent()).toMatchObject({ agentStatus: 'FAILED', failureReasons: ['The role cannot be assumed.'] });
    await prepare();
    on.clock.now += 1000;
    const healed = await agent();
    expect(healed.agentStatus).toBe('PREPARED');
    expect(healed.failureReasons).toBeUndefined();
  });

  test('never ends when told so, until somebody sets a status', async () => {
    on.emulator.configure({ prepareMs: null });
    await prepare();
    on.clock.now += 1_000_000_000;
    expect((await agent()).agentStatus).toBe('PREPARING');
    on.emulator.agents.setStatus(agentId, 'PREPARED');
    expect((await agent()).agentStatus).toBe('PREPARED');
  });
});

describe('a busy agent accepts no change', () => {
  const commands = (actionGroupId: string) => [
    ['Create', new CreateAgentActionGroupCommand(creation({ actionGroupName: 'another' }))],
    ['Update', new UpdateAgentActionGroupCommand({ ...draft, actionGroupId, actionGroupName: 'bookings' })],
    ['Delete', new DeleteAgentActionGroupCommand({ ...draft, actionGroupId, skipResourceInUseCheck: true })],
    ['Prepare', new PrepareAgentCommand({ agentId })],
  ];

  test.each([
    ['PREPARING', 'Preparing', ConflictException],
    ['VERSIONING', 'Versioning', ValidationException],
    ['UPDATING', 'Updating', ConflictException],
  ] as const)('%s', async (status, word, exception) => {
    const { agentActionGroup } = await create();
    on.emulator.agents.setStatus(agentId, status);
    for (const [verb, command] of commands(agentActionGroup!.actionGroupId!)) {
      // biome-ignore lint/suspicious/noExplicitAny: a table of different commands has no common type the client takes.
      const error = await thrown(on.client.send(command as any));
      expect(error).toBeInstanceOf(exception);
      expect(error.message).toBe(
        `${verb} operation can't be performed on Agent when it is in ${word} state. ` +
          'Retry the request when the agent is in a valid state.',
      );
    }
    expect(on.emulator.ledger).toHaveLength(1);
  });
});

test('agents and versions are listed', async () => {
  on.emulator.agents.put('AGENT00002', { agentName: 'second' });
  on.emulator.agents.publishVersion(agentId);
  const { agentSummaries } = await on.client.send(new ListAgentsCommand({}));
  expect(agentSummaries).toMatchObject([
    { agentId, latestAgentVersion: '1' },
    { agentId: 'AGENT00002', agentName: 'second', latestAgentVersion: 'DRAFT' },
  ]);
  const { agentVersionSummaries } = await on.client.send(new ListAgentVersionsCommand({ agentId }));
  expect(agentVersionSummaries?.map((version) => version.agentVersion)).toEqual(['DRAFT', '1']);
});
