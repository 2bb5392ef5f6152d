/** Ten groups of one agent at once, each asked to be live: ten calls of the handler, each in a process of its own. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { breakableService } from '../support/breakable-service.ts';
import { type ChildService, startChildService } from '../support/child-service.ts';

const GROUPS = 10;
const service = breakableService();
let children: ChildService[] = [];
beforeAll(async () => {
  children = await Promise.all(Array.from({ length: GROUPS }, () => startChildService(service.config)));
}, 60_000);
afterAll(() => Promise.all(children.map(({ kill }) => kill())));

const createAll = (remainingMs: number) =>
  Promise.all(
    children.map(({ create }, index) =>
      create({ group: { actionGroupName: `group-${index}` }, prepare: 'wait', remainingMs }),
    ),
  );

const commits = (operation: string) => service.bedrock.ledger.filter((entry) => entry.operation === operation);

test('all are made, and all are live', async () => {
  const replies = await createAll(28_000);
  expect(replies.map(({ status, body }) => [status, body.preparation])).toEqual(
    replies.map(() => [201, { status: 'PREPARED' }]),
  );
  expect(new Set(replies.map(({ body }) => body.agentActionGroup.actionGroupId)).size).toBe(GROUPS);
  expect(commits('CreateAgentActionGroup')).toHaveLength(GROUPS);
  expect(commits('PrepareAgent').length).toBeLessThan(GROUPS);
}, 60_000);

test('where the time runs out before the agent is prepared, the groups are made and say how far they are', async () => {
  service.bedrock.configure({ prepareMs: null });
  const [first] = children;
  const reply = await first!.create({ group: { actionGroupName: 'late' }, prepare: 'wait', remainingMs: 4_000 });
  expect([reply.status, reply.body.preparation]).toEqual([201, { status: 'PREPARING' }]);
  expect(commits('CreateAgentActionGroup')).toHaveLength(1);
}, 60_000);
