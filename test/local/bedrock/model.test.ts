/** The emulator's model is the service's: nothing is softened on the way, and its answers satisfy the same model. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OPERATIONS, route, SHAPES, type Shapes } from '../../../src/local/bedrock/model.ts';
import { read } from '../../../src/local/bedrock/validate.ts';
import { agentId, bench, draft, token } from './support.ts';

const source = JSON.parse(
  readFileSync(new URL('../../data/bedrock-agent-constraints.json', import.meta.url), 'utf8'),
) as {
  operations: Record<string, { output: string }>;
  shapes: Shapes;
};

const on = bench();

test('every operation and shape is the source, member for member', () => {
  expect(source.operations).toMatchObject(OPERATIONS as object);
  expect(source.shapes).toEqual(expect.objectContaining(SHAPES));
});

test.each([
  ['PUT', '/agents/A/agentversions/DRAFT/actiongroups/', 'CreateAgentActionGroup'],
  ['PUT', '/agents/A/agentversions/DRAFT/actiongroups', 'CreateAgentActionGroup'],
  ['PUT', '//agents/A/agentversions/DRAFT/actiongroups/', 'CreateAgentActionGroup'],
  ['PUT', '/agents/A/agentversions/DRAFT/actiongroups/G', 'UpdateAgentActionGroup'],
  ['GET', '/agents/A/agentversions/DRAFT/actiongroups/G/', 'GetAgentActionGroup'],
  ['POST', '/agents/A/agentversions/1/actiongroups/', 'ListAgentActionGroups'],
  ['DELETE', '/agents/A/agentversions/DRAFT/actiongroups/G/', 'DeleteAgentActionGroup'],
  ['POST', '/agents/A/', 'PrepareAgent'],
  ['GET', '/agents/A', 'GetAgent'],
  ['POST', '/agents/', 'ListAgents'],
  ['POST', '/agents/A/agentversions/', 'ListAgentVersions'],
  ['GET', '/agents/', undefined],
  ['PATCH', '/agents/A/', undefined],
  ['GET', '/agents//', undefined],
  ['GET', '/prod/agents/A/', undefined],
])('%s %s is %s', (method, path, operation) => {
  expect(route(method, path)?.operation).toBe(operation);
});

test('every answer satisfies its output shape, unknown members aside', async () => {
  const send = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${on.emulator.url}${path}`, { method, body: body ? JSON.stringify(body) : null });
    return response.json() as Promise<{ agentActionGroup: { actionGroupId: string } }>;
  };
  const groups = `/agents/${agentId}/agentversions/DRAFT/actiongroups/`;
  const executor = { customControl: 'RETURN_CONTROL' };
  const created = await send('PUT', groups, {
    actionGroupName: 'bookings',
    clientToken: token,
    description: 'Books.',
    actionGroupExecutor: executor,
    functionSchema: { functions: [{ name: 'f', parameters: { p: { type: 'integer' } } }] },
  });
  const label = `${groups}${created.agentActionGroup.actionGroupId}/`;
  const answers = {
    CreateAgentActionGroup: created,
    GetAgentActionGroup: await send('GET', label),
    UpdateAgentActionGroup: await send('PUT', label, {
      actionGroupName: 'bookings',
      parentActionGroupSignature: 'AMAZON.UserInput',
    }),
    ListAgentActionGroups: await send('POST', groups, {}),
    PrepareAgent: await send('POST', `/agents/${agentId}/`),
    GetAgent: await send('GET', `/agents/${agentId}/`),
    ListAgents: await send('POST', '/agents/', {}),
    ListAgentVersions: await send('POST', `/agents/${agentId}/agentversions/`, {}),
  };
  for (const [operation, answer] of Object.entries(answers)) {
    const reading = read(source.shapes, source.operations[operation]!.output, answer);
    expect({ operation, ...reading }).toEqual({ operation, value: answer, violations: [] });
  }
  expect(created.agentActionGroup).toMatchObject(draft);
});
