import {
  AccessDeniedException,
  CreateAgentActionGroupCommand,
  GetAgentCommand,
  InternalServerException,
  ListAgentActionGroupsCommand,
  ServiceQuotaExceededException,
  ThrottlingException,
  ValidationException,
} from '@aws-sdk/client-bedrock-agent';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../../src/local/bedrock/faults.ts';
import { startBedrockEmulator } from '../../../src/local/bedrock/server.ts';
import { agentId, bench, clientOf, creation, draft, thrown, token } from './support.ts';

const on = bench();
const create = (overrides = {}, options: { abortSignal?: AbortSignal } = {}) =>
  on.client.send(new CreateAgentActionGroupCommand(creation(overrides)), options);

describe('errors', () => {
  test.each([
    [{ kind: 'throttle' }, 429, 'ThrottlingException', ThrottlingException],
    [{ kind: 'error' }, 500, 'InternalServerException', InternalServerException],
    [{ kind: 'unavailable' }, 503, 'ServiceUnavailableException', Error],
    [{ kind: 'access-denied' }, 403, 'AccessDeniedException', AccessDeniedException],
    [{ kind: 'expired-token' }, 403, 'ExpiredTokenException', Error],
    [{ kind: 'unrecognized-client' }, 403, 'UnrecognizedClientException', Error],
    [{ kind: 'quota' }, 402, 'ServiceQuotaExceededException', ServiceQuotaExceededException],
    [
      { kind: 'custom', status: 400, type: 'ValidationException', message: 'S3.' },
      400,
      'ValidationException',
      ValidationException,
    ],
    [{ kind: 'custom', status: 418, type: 'TeapotException', message: 'Short.' }, 418, 'TeapotException', Error],
  ] as const)('%o', async (fault, status, name, exception) => {
    on.emulator.fault(fault);
    const error = await thrown(create());
    expect(error).toBeInstanceOf(exception);
    expect(error).toMatchObject({ name, $metadata: { httpStatusCode: status } });
    expect(on.emulator.ledger).toEqual([]);
    await create();
  });
});

describe('before and after the commit', () => {
  const kinds: Fault[] = [
    { kind: 'error' },
    { kind: 'drop' },
    { kind: 'nonsense', answer: 'html' },
    { kind: 'nonsense', answer: 'truncated' },
  ];
  test.each(kinds.flatMap((fault) => [[fault, 'before-commit', 0] as const, [fault, 'after-commit', 1] as const]))(
    '%o %s commits %i',
    async (fault, when, commits) => {
      on.emulator.fault({ ...fault, when });
      await thrown(create({ clientToken: token }));
      expect(on.emulator.ledger).toHaveLength(commits);
      // The same token finds out what the lost answer was, and never commits twice.
      await create({ clientToken: token });
      expect(on.emulator.ledger).toHaveLength(1);
    },
  );

  test.each([
    ['before-commit', 0],
    ['after-commit', 1],
  ] as const)('an empty answer %s commits %i, and looks like a success', async (when, commits) => {
    on.emulator.fault({ kind: 'nonsense', answer: 'empty-object', when });
    expect((await create()).agentActionGroup).toBeUndefined();
    expect(on.emulator.ledger).toHaveLength(commits);
  });

  test.each([
    ['before-commit', 0],
    ['after-commit', 1],
  ] as const)('a hang %s never answers, and commits %i', async (when, commits) => {
    on.emulator.fault({ kind: 'hang', when, operation: 'CreateAgentActionGroup' });
    const giveUp = new AbortController();
    const call = thrown(create({}, { abortSignal: giveUp.signal }));
    while (on.emulator.faults().length > 0) await on.client.send(new GetAgentCommand({ agentId }));
    giveUp.abort();
    expect((await call).name).toBe('AbortError');
    expect(on.emulator.ledger).toHaveLength(commits);
    expect(on.emulator.requests.find((request) => request.fault === 'hang')?.status).toBeNull();
  });

  test('a refused request does not use up a fault after the commit', async () => {
    on.emulator.fault({ kind: 'drop', when: 'after-commit' });
    expect(await thrown(create({ description: '' }))).toBeInstanceOf(ValidationException);
    expect(on.emulator.faults()).toHaveLength(1);
  });

  test('a delay waits, then tells the truth', async () => {
    on.emulator.fault({ kind: 'delay', delayMs: 5000 });
    const { agentActionGroup } = await create();
    expect(agentActionGroup?.createdAt).toEqual(new Date(on.clock.now));
    on.emulator.fault({ kind: 'delay', delayMs: 5000, when: 'after-commit' });
    const second = await create({ actionGroupName: 'second' });
    expect(second.agentActionGroup?.createdAt).toEqual(new Date(on.clock.now - 5000));
  });
});

describe('the queue', () => {
  test('one fault a request, oldest first, for its operation only, as many times as told', async () => {
    on.emulator.fault(
      { kind: 'throttle', operation: 'CreateAgentActionGroup', times: 2 },
      { kind: 'error', operation: '*' },
      { kind: 'access-denied', operation: 'ListAgentActionGroups' },
    );
    expect(await thrown(create())).toBeInstanceOf(ThrottlingException);
    const list = () => on.client.send(new ListAgentActionGroupsCommand(draft));
    expect(await thrown(list())).toBeInstanceOf(InternalServerException);
    expect(await thrown(list())).toBeInstanceOf(AccessDeniedException);
    expect(await thrown(create())).toBeInstanceOf(ThrottlingException);
    await create();
    await list();
    expect(on.emulator.faults()).toEqual([]);
  });

  test.each([
    { kind: 'explode' },
    { kind: 'drop', operation: 'CreateActionGroup' },
    { kind: 'drop', when: 'sometimes' },
    { kind: 'drop', times: 0 },
    { kind: 'delay' },
    { kind: 'nonsense' },
    { kind: 'custom', status: 200, type: 'X', message: 'y' },
  ])('%o is refused: a misspelt fault must not let a test pass', (fault) => {
    expect(() => on.emulator.fault(fault as Fault)).toThrow(TypeError);
  });
});

test('closing ends a hanging call', async () => {
  const emulator = await startBedrockEmulator();
  const client = clientOf(emulator.url);
  emulator.fault({ kind: 'hang' });
  const call = thrown(client.send(new CreateAgentActionGroupCommand(creation())));
  while (emulator.faults().length > 0) await fetch(`${emulator.url}/_emulator/faults`);
  await emulator.close();
  expect((await call).message).toMatch(/socket hang up|ECONNRESET/);
  client.destroy();
});

test('a reset forgets a request that still waits: it does not commit into the next test', async () => {
  let release = () => {};
  const emulator = await startBedrockEmulator({
    sleep: () =>
      new Promise<void>((done) => {
        release = done;
      }),
  });
  const client = clientOf(emulator.url);
  emulator.fault({ kind: 'delay', delayMs: 1 });
  const call = thrown(client.send(new CreateAgentActionGroupCommand(creation())));
  while (emulator.faults().length > 0) await fetch(`${emulator.url}/_emulator/faults`);
  emulator.reset();
  release();
  await call;
  expect(emulator.ledger).toEqual([]);
  client.destroy();
  await emulator.close();
});
