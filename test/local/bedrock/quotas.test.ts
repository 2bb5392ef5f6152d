import {
  CreateAgentActionGroupCommand,
  ServiceQuotaExceededException,
  ThrottlingException,
  UpdateAgentActionGroupCommand,
} from '@aws-sdk/client-bedrock-agent';
import { describe, expect, test } from 'vitest';
import { PUBLISHED_RATE_LIMITS } from '../../../src/local/bedrock/settings.ts';
import { bench, creation, draft, thrown } from './support.ts';

const on = bench();
const create = (overrides = {}) => on.client.send(new CreateAgentActionGroupCommand(creation(overrides)));

const operation = { description: 'Does it.', responses: {} };
const openapi = (apis: number) =>
  JSON.stringify({
    openapi: '3.0.0',
    paths: Object.fromEntries(Array.from({ length: apis }, (_, n) => [`/do-${n}`, { post: operation }])),
  });
const parameters = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, { type: 'string' as const }]));

describe('402', () => {
  test.each([
    ['parameters-per-function', 5, 9, { functionSchema: { functions: [{ name: 'f', parameters: parameters(9) }] } }],
    ['apis-per-agent', 11, 12, { apiSchema: { payload: openapi(12) } }],
  ])('%s', async (quota, maximum, requested, content) => {
    const error = await thrown(create(content));
    expect(error).toBeInstanceOf(ServiceQuotaExceededException);
    expect(error.$metadata?.httpStatusCode).toBe(402);
    expect(error.message).toBe(
      `Validation failed for quota ${quota}. The maximum number of resources is ${maximum}, but account 111122223333 ` +
        `requested ${requested} resources. Retry the request with fewer resources.`,
    );
    expect(on.emulator.ledger).toEqual([]);
  });

  test('APIs count over all groups of an agent; an update counts its own group once', async () => {
    const { agentActionGroup } = await create({ actionGroupName: 'first', apiSchema: { payload: openapi(6) } });
    const { actionGroupId } = agentActionGroup!;
    const update = { ...draft, actionGroupId, actionGroupName: 'first', apiSchema: { payload: openapi(11) } };
    await on.client.send(new UpdateAgentActionGroupCommand(update));
    expect(await thrown(create({ apiSchema: { payload: openapi(1) } }))).toBeInstanceOf(ServiceQuotaExceededException);
  });

  test('fifteen enabled groups of twenty', async () => {
    for (let n = 0; n < 15; n += 1) await create({ actionGroupName: `on-${n}` });
    expect((await thrown(create())).message).toMatch(/quota enabled-action-groups-per-agent\./);
    for (let n = 0; n < 5; n += 1) await create({ actionGroupName: `off-${n}`, actionGroupState: 'DISABLED' });
    expect((await thrown(create({ actionGroupState: 'DISABLED' }))).message).toMatch(/quota action-groups-per-agent\./);
  });

  test('as set', async () => {
    on.emulator.configure({ quotas: { actionGroupsPerAgent: 1 } });
    await create({ actionGroupName: 'first' });
    expect(await thrown(create())).toBeInstanceOf(ServiceQuotaExceededException);
  });
});

test('429 above the rate, once it is set, until the second has passed', async () => {
  on.emulator.configure({ rateLimits: PUBLISHED_RATE_LIMITS });
  for (let n = 0; n < 12; n += 1) await create({ actionGroupName: `group-${n}` });
  const error = await thrown(create());
  expect(error).toBeInstanceOf(ThrottlingException);
  expect(error.$metadata?.httpStatusCode).toBe(429);
  on.clock.now += 1000;
  await create();
});
