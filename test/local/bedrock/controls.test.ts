import { CreateAgentActionGroupCommand } from '@aws-sdk/client-bedrock-agent';
import { expect, test } from 'vitest';
import { agentId, bench, creation, thrown, token } from './support.ts';

const on = bench();

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${on.emulator.url}/_emulator/${path}`, init);
  return { status: response.status, body: response.status === 204 ? undefined : await response.json() };
}
const create = () => on.client.send(new CreateAgentActionGroupCommand(creation({ clientToken: token })));

test('the ledger and the requests, which controls are not among', async () => {
  const { agentActionGroup, $metadata } = await create();
  expect(await call('GET', 'ledger')).toEqual({
    status: 200,
    body: {
      ledger: [
        {
          operation: 'CreateAgentActionGroup',
          agentId,
          actionGroupId: agentActionGroup!.actionGroupId,
          name: 'bookings',
          clientToken: token,
          userAgent: expect.stringContaining('aws-sdk-js/'),
          at: new Date(on.clock.now).toISOString(),
          requestId: $metadata.requestId,
        },
      ],
    },
  });
  expect(await call('GET', 'requests')).toMatchObject({
    body: {
      requests: [
        {
          operation: 'CreateAgentActionGroup',
          method: 'PUT',
          path: `/agents/${agentId}/agentversions/DRAFT/actiongroups/`,
          status: 200,
          requestId: $metadata.requestId,
          accessKeyId: 'AKIDEXAMPLE',
          signingName: 'bedrock',
          headers: { 'amz-sdk-request': 'attempt=1; max=1' },
        },
      ],
    },
  });
});

test('faults: one, several, listed, forgotten', async () => {
  const throttle = { kind: 'throttle', operation: 'CreateAgentActionGroup' };
  expect(await call('POST', 'faults', throttle)).toEqual({
    status: 200,
    body: { faults: [{ ...throttle, times: 1 }] },
  });
  expect((await thrown(create())).name).toBe('ThrottlingException');
  await call('POST', 'faults', [{ kind: 'drop' }, { kind: 'hang', times: 2 }]);
  expect(await call('GET', 'faults')).toMatchObject({
    body: { faults: [{ kind: 'drop' }, { kind: 'hang', times: 2 }] },
  });
  expect(await call('DELETE', 'faults')).toEqual({ status: 200, body: { faults: [] } });
  await create();
});

test('agents and settings', async () => {
  const added = await call('PUT', 'agents/AGENT00002', { agentName: 'second', status: 'PREPARED' });
  expect(added).toMatchObject({ status: 200, body: { agent: { agentId: 'AGENT00002', agentStatus: 'PREPARED' } } });
  const changed = await call('PUT', 'settings', { prepareMs: null, quotas: { apisPerAgent: 1 } });
  expect(changed.body).toEqual((await call('GET', 'settings')).body);
  expect(changed.body).toMatchObject({
    settings: { prepareMs: null, quotas: { apisPerAgent: 1, actionGroupsPerAgent: 20 } },
  });
});

test('reset', async () => {
  await create();
  await call('PUT', 'settings', { tokenRepeat: 'no-group' });
  await call('POST', 'faults', { kind: 'drop' });
  expect(await call('POST', 'reset')).toEqual({ status: 204, body: undefined });
  expect(on.emulator.ledger).toEqual([]);
  expect(on.emulator.requests).toEqual([]);
  expect(on.emulator.faults()).toEqual([]);
  await create();
  expect((await create()).agentActionGroup).toBeDefined();
});

test.each([
  ['POST', 'faults', { kind: 'explode' }],
  ['PUT', 'settings', { prepareMS: 1 }],
  ['PUT', 'settings', { quotas: { apis: 1 } }],
  ['PUT', 'settings', { tokenRepeat: 'perhaps' }],
  ['PUT', 'settings', { rateLimits: { CreateActionGroup: 1 } }],
  ['PUT', 'settings', []],
  ['PUT', 'agents/AGENT12345', { status: 'READY' }],
  ['PUT', 'agents/AGENT12345', { name: 'x' }],
  ['PUT', 'agents/short', {}],
])('400: %s %s %o, so that a mistake is not mistaken for a pass', async (method, path, body) => {
  expect(await call(method, path, body)).toEqual({ status: 400, body: { message: expect.any(String) } });
});

test('404: a control that does not exist', async () => {
  expect((await call('GET', 'nothing')).status).toBe(404);
});
