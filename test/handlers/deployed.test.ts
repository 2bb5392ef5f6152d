/**
 * Every operation as it is bundled, with everything that its stages can come to need: what a handler forgot to hand in, or what the
 * bundle lacks of the SDK, would be missed here.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AGENTS, type Ask, behind, eventFor, GROUPS } from '../support/ask.ts';
import { type Deployed, startDeployed } from '../support/deployed.ts';
import { provenanceService } from '../support/provenance-service.ts';
import { AGENT, freshToken, group } from '../support/service.ts';

const bench = provenanceService();
let deployed: Deployed;
beforeAll(async () => {
  deployed = await startDeployed(bench.service.config);
});
afterAll(() => deployed?.kill());

async function ask(wanted: Ask) {
  const { functionName, event } = eventFor(bench.service.config, wanted);
  const { statusCode, body } = await deployed.call(functionName, event);
  return { functionName, status: statusCode, body: body === '' ? undefined : JSON.parse(body) };
}

const provenanceOf = (id: string) => ask({ method: 'GET', target: `${GROUPS}/${id}/provenance` });
const live = { status: 'PREPARED' };

const WRITES: [string, (query: string) => Promise<Ask>, number][] = [
  [
    'create-action-group',
    async (query) => ({ method: 'POST', target: GROUPS + query, body: group({ clientToken: freshToken() }) }),
    201,
  ],
  [
    'put-action-group',
    async (query) => {
      const { actionGroupName, ...body } = group() as { actionGroupName: string };
      return { method: 'PUT', target: `${GROUPS}/by-name/${actionGroupName}${query}`, body };
    },
    201,
  ],
  [
    'update-action-group',
    async (query) => {
      const { id } = await behind(bench.service).make();
      return { method: 'PUT', target: `${GROUPS}/${id}${query}`, body: group() };
    },
    200,
  ],
  [
    'delete-action-group',
    async (query) => {
      const { id } = await behind(bench.service).make({ actionGroupState: 'DISABLED' });
      return { method: 'DELETE', target: `${GROUPS}/${id}${query}` };
    },
    200,
  ],
];

describe.each(WRITES)('%s', (functionName, wanted, status) => {
  test('as a dry run', async () => {
    expect(await ask(await wanted('?dryRun=true'))).toMatchObject({ functionName, status: 200 });
  });

  test('made live, and its author kept', async () => {
    const reply = await ask(await wanted('?prepare=wait'));
    expect(reply).toMatchObject({ functionName, status, body: { preparation: live } });
    const id = bench.service.bedrock.ledger.findLast(({ actionGroupId }) => actionGroupId)?.actionGroupId ?? '';
    expect(await provenanceOf(id)).toMatchObject({ functionName: 'get-provenance', status: 200 });
  });
});

test('a creation is replayed', async () => {
  const body = group({ clientToken: freshToken() });
  const first = await ask({ method: 'POST', target: GROUPS, body });
  expect(await ask({ method: 'POST', target: GROUPS, body })).toEqual(first);
  expect(await ask({ method: 'POST', target: `${GROUPS}?dryRun=true`, body })).toMatchObject({ status: 200 });
});

test('aws-protocol: every operation, one after another', async () => {
  const draft = `/aws/agents/${AGENT}/agentversions/DRAFT/actiongroups/`;
  const put = (target: string, body: object) => ask({ method: 'PUT', target, body });
  const made = await put(draft, group({ clientToken: freshToken() }));
  const { actionGroupId } = made.body.agentActionGroup;
  const one = `${draft}${actionGroupId}/`;
  const replies = [
    made,
    await put(one, group({ actionGroupState: 'DISABLED' })),
    await ask({ method: 'GET', target: one }),
    await ask({ method: 'POST', target: draft, body: {} }),
    await ask({ method: 'POST', target: `/aws/agents/${AGENT}/` }),
    await ask({ method: 'GET', target: `/aws/agents/${AGENT}/` }),
    await ask({ method: 'DELETE', target: one }),
    await ask({ method: 'DELETE', target: one }),
  ];
  expect(new Set(replies.map(({ functionName }) => functionName))).toEqual(new Set(['aws-protocol']));
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 202, 200, 204, 404]);
});

test('prepare-agent', async () => {
  const reply = await ask({ method: 'POST', target: `${AGENTS}/${AGENT}/prepare?wait=true` });
  expect(reply).toMatchObject({ functionName: 'prepare-agent', status: 200, body: { preparation: live } });
});

test.each([
  ['get-action-group', async () => `${GROUPS}/${(await behind(bench.service).make()).id}`],
  ['list-action-groups', async () => GROUPS],
  ['get-agent', async () => `${AGENTS}/${AGENT}`],
  ['get-policy', async () => '/v1/policy'],
])('%s', async (functionName, target) => {
  expect(await ask({ method: 'GET', target: await target() })).toMatchObject({ functionName, status: 200 });
});
