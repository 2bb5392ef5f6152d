/** What happens to a call when an answer is lost, late or nonsense, and when many calls come at once. */
import {
  type BedrockAgentClient,
  CreateAgentActionGroupCommand,
  DeleteAgentActionGroupCommand,
  GetAgentCommand,
  PrepareAgentCommand,
  UpdateAgentActionGroupCommand,
} from '@aws-sdk/client-bedrock-agent';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { describe, expect, test, vi } from 'vitest';
import { AGENT, freshToken, sharedService } from '../support/service.ts';
import { body, clientOf, creation, DRAFT, GROUPS, invoke } from './clients.ts';

const service = sharedService();
const commits = () => service.bedrock.ledger.map(({ operation, name }) => [operation, name]);

/** Delivers each request, and loses the first answer on its way to the client. */
function losesTheFirstAnswer(): NodeHttpHandler {
  const handler = new NodeHttpHandler();
  const handle = handler.handle.bind(handler);
  let isLost = false;
  handler.handle = async (...given) => {
    const answer = await handle(...given);
    if (isLost) return answer;
    isLost = true;
    throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  };
  return handler;
}

describe('an answer that is lost', () => {
  test('on the way to the client: its own retry brings the id, and there is one group', async () => {
    const client = clientOf(service, { requestHandler: losesTheFirstAnswer() });
    const { agentActionGroup, $metadata } = await client.send(new CreateAgentActionGroupCommand(creation()));
    expect($metadata).toMatchObject({ httpStatusCode: 200, attempts: 2 });
    expect(service.bedrock.ledger).toMatchObject([
      { operation: 'CreateAgentActionGroup', actionGroupId: agentActionGroup?.actionGroupId },
    ]);
  });

  test('between Bedrock and this service: the client sees nothing of it', async () => {
    service.bedrock.fault({ kind: 'drop', when: 'after-commit', operation: 'CreateAgentActionGroup' });
    const { agentActionGroup, $metadata } = await clientOf(service).send(new CreateAgentActionGroupCommand(creation()));
    expect($metadata.attempts).toBe(1);
    expect(service.bedrock.ledger).toMatchObject([{ actionGroupId: agentActionGroup?.actionGroupId }]);
  });
});

describe('a repeat while the first call runs', () => {
  test('waits, and gets its answer', async () => {
    service.bedrock.fault({ kind: 'delay', delayMs: 400, operation: 'CreateAgentActionGroup' });
    const client = clientOf(service, { maxAttempts: 1 });
    const create = new CreateAgentActionGroupCommand({ ...creation(), clientToken: freshToken() });
    const again = new CreateAgentActionGroupCommand(create.input);
    const [one, other] = await Promise.all([client.send(create), client.send(again)]);
    expect(other.agentActionGroup).toEqual(one.agentActionGroup);
    expect(commits()).toEqual([['CreateAgentActionGroup', 'bookings']]);
  });

  test('is told to come back when its time is up, in a way that clients do', async () => {
    service.bedrock.fault({ kind: 'delay', delayMs: 60_000, operation: 'CreateAgentActionGroup' });
    const repeated = { body: body({ clientToken: freshToken() }) };
    const first = invoke(service, 'PUT', GROUPS, repeated);
    await vi.waitFor(() => expect(service.bedrock.requests).toHaveLength(1));
    const second = await invoke(service, 'PUT', GROUPS, { ...repeated, remainingMs: 2_500 });
    expect(second).toMatchObject({
      status: 429,
      type: 'ThrottlingException',
      json: { __type: 'ThrottlingException', message: expect.stringContaining('still running') },
    });
    // Ends the call that takes so long; the first request goes on with its next attempt.
    service.bedrock.reset();
    expect((await first).status).toBe(200);
  });
});

test('a repeat with another body is a conflict, and is not retried', async () => {
  const client = clientOf(service);
  const clientToken = freshToken();
  await client.send(new CreateAgentActionGroupCommand({ ...creation(), clientToken }));
  const other = client.send(new CreateAgentActionGroupCommand({ ...creation('other'), clientToken }));
  await expect(other).rejects.toMatchObject({ name: 'ConflictException', $metadata: { attempts: 1 } });
});

describe('nonsense from Bedrock is never passed on as a success', () => {
  const GROUP = `${GROUPS}ABCDEFGH12/`;
  const calls = [
    ['CreateAgentActionGroup', 'PUT', GROUPS, 'agentActionGroup'],
    ['UpdateAgentActionGroup', 'PUT', GROUP, 'agentActionGroup'],
    ['GetAgentActionGroup', 'GET', GROUP, 'agentActionGroup'],
    ['ListAgentActionGroups', 'POST', GROUPS, 'actionGroupSummaries'],
    ['PrepareAgent', 'POST', `/aws/agents/${AGENT}/`, 'agentStatus'],
    ['GetAgent', 'GET', `/aws/agents/${AGENT}/`, 'agent'],
  ] as const;
  const rows = calls.flatMap((call) =>
    (['html', 'truncated', 'empty-object'] as const).flatMap((answer) =>
      ([1, 1_000] as const).map((times) => [call[0], answer, times === 1 ? 'once' : 'for good', times, call] as const),
    ),
  );

  test.each(rows)('%s: %s, %s', async (_name, answer, _times, times, [operation, method, path, member]) => {
    service.bedrock.fault({ kind: 'nonsense', answer, times });
    const isWrite = method === 'PUT';
    const given = isWrite ? { body: body(operation.startsWith('C') ? { clientToken: freshToken() } : {}) } : {};
    const reply = await invoke(service, method, path, { ...given, remainingMs: 2_500 });
    if (reply.status < 300) {
      expect(times).toBe(1);
      expect(reply.json[member]).toBeTruthy();
    } else {
      // 404: there is no such group, once Bedrock makes sense again.
      expect(reply).toMatchObject({
        type: expect.stringMatching(/^(InternalServer|ResourceNotFound|Conflict)Exception$/),
        json: { __type: reply.type, message: expect.stringMatching(/./) },
      });
      if (times > 1) expect([409, 500]).toContain(reply.status);
    }
  });
});

test('an agent that stays busy: a prepare that never began is a conflict, not a promise', async () => {
  service.bedrock.agents.setStatus(AGENT, 'VERSIONING');
  const reply = await invoke(service, 'POST', `/aws/agents/${AGENT}/`, { remainingMs: 1_500 });
  expect(reply).toMatchObject({
    status: 409,
    type: 'ConflictException',
    json: { message: expect.stringContaining('VERSIONING') },
  });
  expect(service.bedrock.ledger).toEqual([]);
});

test("an agent that stays busy: the message is Bedrock's own, which Terraform waits at", async () => {
  service.bedrock.agents.setStatus(AGENT, 'PREPARING');
  const reply = await invoke(service, 'PUT', GROUPS, { body: body(), remainingMs: 1_500 });
  expect(reply).toMatchObject({ status: 409, type: 'ConflictException' });
  expect(reply.json.message).toContain("operation can't be performed on Agent when it is in Preparing state.");
});

describe('many at once', () => {
  async function untilPrepared(client: BedrockAgentClient): Promise<void> {
    await vi.waitFor(
      async () => {
        const { agent } = await client.send(new GetAgentCommand({ agentId: AGENT }));
        expect(agent?.agentStatus).toBe('PREPARED');
      },
      { timeout: 15_000, interval: 50 },
    );
  }

  test('ten groups of one agent, each created and prepared on its own, meet no error', async () => {
    const client = clientOf(service, { maxAttempts: 1 });
    const names = Array.from({ length: 10 }, (_, index) => `group-${index}`);
    await Promise.all(
      names.map(async (name) => {
        await client.send(new CreateAgentActionGroupCommand(creation(name)));
        await client.send(new PrepareAgentCommand({ agentId: AGENT }));
        await untilPrepared(client);
      }),
    );
    const created = commits().filter(([operation]) => operation === 'CreateAgentActionGroup');
    expect(created.map(([, name]) => name).sort()).toEqual(names);
    expect(service.bedrock.ledger.at(-1)?.operation).toBe('PrepareAgent');
  });

  test("Terraform's life of three groups: create, prepare, update, prepare, delete", async () => {
    const client = clientOf(service, { maxAttempts: 1 });
    const live = async () => {
      await client.send(new PrepareAgentCommand({ agentId: AGENT }));
      await untilPrepared(client);
    };
    const names = ['one', 'two', 'three'];
    const ids = await Promise.all(
      names.map(async (name) => {
        const { agentActionGroup } = await client.send(new CreateAgentActionGroupCommand(creation(name)));
        await live();
        return agentActionGroup!.actionGroupId!;
      }),
    );
    await Promise.all(
      ids.map(async (actionGroupId, index) => {
        const changed = { ...creation(`${names[index]}-changed`), actionGroupId };
        await client.send(new UpdateAgentActionGroupCommand(changed));
        await live();
      }),
    );
    await Promise.all(
      ids.map((actionGroupId) =>
        client.send(new DeleteAgentActionGroupCommand({ ...DRAFT, actionGroupId, skipResourceInUseCheck: true })),
      ),
    );
    const count = (wanted: string) => commits().filter(([operation]) => operation === wanted).length;
    expect(['Create', 'Update', 'Delete'].map((verb) => count(`${verb}AgentActionGroup`))).toEqual([3, 3, 3]);
  });
});
