import {
  ConflictException,
  CreateAgentActionGroupCommand,
  GetAgentActionGroupCommand,
} from '@aws-sdk/client-bedrock-agent';
import { describe, expect, test } from 'vitest';
import { agentId, bench, creation, draft, thrown, token } from './support.ts';

const on = bench();
const create = (overrides = {}) =>
  on.client.send(new CreateAgentActionGroupCommand(creation({ clientToken: token, ...overrides })));

describe('a repeated client token commits nothing, and is answered', () => {
  test('with the same group', async () => {
    const { agentActionGroup: first } = await create();
    expect((await create()).agentActionGroup).toEqual(first);
  });

  test('without a mismatch error when the body differs, even in another agent: tokens are per account', async () => {
    on.emulator.agents.put('AGENT00002');
    const { agentActionGroup: first } = await create();
    const { agentActionGroup: second } = await create({ agentId: 'AGENT00002', actionGroupName: 'another' });
    expect(second).toEqual(first);
  });

  test('while the agent is busy', async () => {
    const { agentActionGroup: first } = await create();
    on.emulator.agents.setStatus(agentId, 'PREPARING');
    expect((await create()).agentActionGroup).toEqual(first);
  });

  test('without a group', async () => {
    on.emulator.configure({ tokenRepeat: 'no-group' });
    await create();
    const repeat = await create();
    expect(repeat.$metadata.httpStatusCode).toBe(200);
    expect(repeat.agentActionGroup).toBeUndefined();
  });

  test('as a taken name', async () => {
    on.emulator.configure({ tokenRepeat: 'name-taken' });
    await create();
    expect(await thrown(create())).toBeInstanceOf(ConflictException);
  });

  test('with some other group', async () => {
    on.emulator.configure({ tokenRepeat: 'different-group' });
    const { agentActionGroup: first } = await create();
    const { agentActionGroup: second } = await create();
    expect(second?.actionGroupId).not.toBe(first?.actionGroupId);
    expect(second?.clientToken).toBeUndefined();
  });
});

test('fifty requests at once with one token commit one group', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => create()));
  expect(new Set(answers.map((answer) => answer.agentActionGroup?.actionGroupId)).size).toBe(1);
  expect(on.emulator.ledger).toHaveLength(1);
  expect(on.emulator.requests).toHaveLength(50);
});

test('answers can leave the token out', async () => {
  on.emulator.configure({ clientTokenInAnswers: false });
  const { agentActionGroup: created } = await create();
  expect(created).not.toHaveProperty('clientToken');
  const read = await on.client.send(
    new GetAgentActionGroupCommand({ ...draft, actionGroupId: created!.actionGroupId! }),
  );
  expect(read.agentActionGroup).not.toHaveProperty('clientToken');
  expect(on.emulator.ledger[0]?.clientToken).toBe(token);
});
