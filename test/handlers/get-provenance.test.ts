/** The contract of `GET …/action-groups/{actionGroupId}/provenance`, by status, and what each kind of write leaves there. */
import { describe, expect, test } from 'vitest';
import { ask, behind, expectAnswer, GROUPS, watch } from '../support/ask.ts';
import { SESSION, STRANGER, TRAVEL } from '../support/callers.ts';
import { expectProblem } from '../support/problem.ts';
import { provenanceService } from '../support/provenance-service.ts';
import { AGENT, freshToken, group, ISO_TIME, UUID } from '../support/service.ts';

const bench = provenanceService();
const at = (id: string) => ({ method: 'GET', target: `${GROUPS}/${id}/provenance` });
const provenance = (id: string, wanted = {}) => ask(bench.service, { ...at(id), ...wanted });

const AWS_GROUPS = `/aws/agents/${AGENT}/agentversions/DRAFT/actiongroups/`;

const create = async (members = {}) => (await bench.service.post(group(members))).json.agentActionGroup;

/** Each leaves a group that one request wrote, and tells that request's answer. */
const WRITES = {
  'a creation': ['CreateAgentActionGroup', () => bench.service.post(group())],
  'a creation with a client token': [
    'CreateAgentActionGroup',
    () => bench.service.post(group({ clientToken: freshToken() })),
  ],
  'an update': [
    'UpdateAgentActionGroup',
    async () => {
      const { actionGroupId } = await create();
      return ask(bench.service, { method: 'PUT', target: `${GROUPS}/${actionGroupId}`, body: updated });
    },
  ],
  'a declaration that creates': [
    'CreateAgentActionGroup',
    () => ask(bench.service, { method: 'PUT', target: `${GROUPS}/by-name/bookings`, body: unnamed() }),
  ],
  'a declaration that updates': [
    'UpdateAgentActionGroup',
    async () => {
      await create({ description: 'Earlier.' });
      return ask(bench.service, { method: 'PUT', target: `${GROUPS}/by-name/bookings`, body: unnamed() });
    },
  ],
  'a creation by an AWS client': [
    'CreateAgentActionGroup',
    () => ask(bench.service, { method: 'PUT', target: AWS_GROUPS, body: group() }),
  ],
  'an update by an AWS client': [
    'UpdateAgentActionGroup',
    async () => {
      const { actionGroupId } = await create();
      return ask(bench.service, { method: 'PUT', target: `${AWS_GROUPS}${actionGroupId}/`, body: updated });
    },
  ],
} as const;

const updated = group({ actionGroupState: 'ENABLED', description: 'Later.' });

function unnamed(): Record<string, unknown> {
  const { actionGroupName: _, ...rest } = group();
  return rest;
}

describe('200', () => {
  test.each(Object.entries(WRITES))('%s: who, when, and by which decision', async (_name, [operation, write]) => {
    const made = await write();
    const { actionGroupId, updatedAt } = made.json.agentActionGroup;
    expectAnswer(await provenance(actionGroupId), 200, {
      provenance: {
        agentId: AGENT,
        agentVersion: 'DRAFT',
        actionGroupId,
        exists: true,
        changedSince: false,
        written: {
          operation,
          at: expect.stringMatching(ISO_TIME),
          by: {
            principal: 'arn:aws:sts::111122223333:assumed-role/payments-ci/local',
            session: 'local',
            uniqueId: expect.any(String),
            team: 'payments',
          },
          decisionId: made.headers['x-decision-id'],
          policy: { revision: 'test.1', digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
          actionGroupName: 'bookings',
          updatedAt,
        },
      },
    });
  });

  test('a pipeline is named with its session', async () => {
    const made = await ask(bench.service, { method: 'POST', target: GROUPS, body: group(), as: SESSION });
    const { json } = await provenance(made.json.agentActionGroup.actionGroupId);
    expect(json.provenance.written.by).toMatchObject({ principal: SESSION.arn, session: 'build-1842' });
  });

  test('a change round the service shows, and ends with the next one through it', async () => {
    const { actionGroupId: id } = await create();
    await bench.changeRound(id, { description: 'Nobody asked.' });
    const before = (await provenance(id)).json.provenance;
    expect(before).toMatchObject({
      exists: true,
      changedSince: true,
      written: { operation: 'CreateAgentActionGroup' },
    });
    await ask(bench.service, { method: 'PUT', target: `${GROUPS}/${id}`, body: updated });
    const { json } = await provenance(id);
    expect(json.provenance).toMatchObject({ changedSince: false, written: { operation: 'UpdateAgentActionGroup' } });
  });

  test.each([
    ['', ''],
    [' by an AWS client', 'aws'],
  ])('a deletion%s leaves who wrote the group, and who deleted it', async (_name, surface) => {
    const { actionGroupId: id } = await create();
    const target =
      surface === 'aws'
        ? `${AWS_GROUPS}${id}/?skipResourceInUseCheck=true`
        : `${GROUPS}/${id}?skipResourceInUseCheck=true`;
    const gone = await ask(bench.service, { method: 'DELETE', target });
    expect(gone.status).toBe(204);
    expect((await provenance(id)).json.provenance).toMatchObject({
      exists: false,
      changedSince: false,
      written: { operation: 'CreateAgentActionGroup' },
      deleted: {
        operation: 'DeleteAgentActionGroup',
        by: { team: 'payments' },
        decisionId: gone.headers['x-decision-id'],
      },
    });
  });

  test('a deletion round the service is a change, too', async () => {
    const { actionGroupId: id } = await create();
    await behind(bench.service).remove(id);
    expect((await provenance(id)).json.provenance).toMatchObject({ exists: false, changedSince: true });
  });

  test('a group made round the service and deleted through it has a deletion alone', async () => {
    const { id } = await behind(bench.service).make();
    await ask(bench.service, { method: 'DELETE', target: `${GROUPS}/${id}?skipResourceInUseCheck=true` });
    const { json } = await provenance(id);
    expect(json.provenance).toMatchObject({
      exists: false,
      changedSince: false,
      deleted: { by: { team: 'payments' } },
    });
    expect(json.provenance).not.toHaveProperty('written');
  });
});

describe('200, after a change of unknown outcome', () => {
  const EVERY_ATTEMPT = 3;
  const DELETE = 'DeleteAgentActionGroup';
  const UPDATE = 'UpdateAgentActionGroup';
  const update = (id: string) => ask(bench.service, { method: 'PUT', target: `${GROUPS}/${id}`, body: updated });
  const remove = (id: string, query = '') =>
    ask(bench.service, { method: 'DELETE', target: `${GROUPS}/${id}?skipResourceInUseCheck=true${query}` });
  const loseAnswers = (operation: typeof DELETE | typeof UPDATE) =>
    bench.service.bedrock.fault({ kind: 'drop', when: 'after-commit', operation, times: EVERY_ATTEMPT });
  const enabled = () => create({ actionGroupState: 'ENABLED' });

  test.each([
    ['an update that was made', UPDATE, update, { exists: true }],
    ['a deletion of which only the disabling was made', DELETE, (id: string) => remove(id, '&disableFirst=true'), {}],
  ] as const)(
    '%s is nobody else’s: the decision is named, until a write settles it',
    async (_name, operation, change, more) => {
      const { actionGroupId: id } = await enabled();
      if (operation === UPDATE) loseAnswers(UPDATE);
      else bench.service.bedrock.fault({ kind: 'access-denied', operation });
      const failed = await change(id);
      expect(failed.status).toBeGreaterThanOrEqual(500);
      const { json } = await provenance(id);
      expect(json.provenance).toMatchObject({
        ...more,
        changedSince: null,
        pending: {
          operation,
          at: expect.stringMatching(ISO_TIME),
          by: { team: 'payments' },
          decisionId: failed.headers['x-decision-id'],
        },
        written: { operation: 'CreateAgentActionGroup' },
      });
      expect((await update(id)).status).toBe(200);
      const settled = (await provenance(id)).json.provenance;
      expect(settled).toMatchObject({ exists: true, changedSince: false, written: { operation: UPDATE } });
      expect(settled).not.toHaveProperty('pending');
      // Nor does it excuse anybody any more.
      await bench.changeRound(id, { description: 'Nobody asked.' });
      expect((await provenance(id)).json.provenance.changedSince).toBe(true);
    },
  );

  test('a deletion that was made', async () => {
    const { actionGroupId: id } = await create();
    bench.service.bedrock.fault({ kind: 'drop', when: 'after-commit', operation: DELETE });
    bench.service.bedrock.fault({ kind: 'drop', operation: DELETE, times: EVERY_ATTEMPT - 1 });
    const failed = await remove(id);
    expect(failed.status).toBe(504);
    expect((await provenance(id)).json.provenance).toMatchObject({
      exists: false,
      changedSince: null,
      pending: { operation: DELETE, decisionId: failed.headers['x-decision-id'] },
    });
  });

  test('an update that was not made leaves the group as it was written', async () => {
    const { actionGroupId: id } = await create();
    bench.service.bedrock.fault({ kind: 'drop', operation: UPDATE, times: EVERY_ATTEMPT });
    expect((await update(id)).status).toBe(504);
    const { json } = await provenance(id);
    expect(json.provenance).toMatchObject({ changedSince: false });
    expect(json.provenance).not.toHaveProperty('pending');
  });
});

test.each([
  ['a version that is published', GROUPS.replace('DRAFT', '1'), '', 'path:agentVersion'],
  ['an id that is none', GROUPS, 'x', 'path:actionGroupId'],
  ['an unknown parameter', GROUPS, '?dryRun=true', 'query:dryRun'],
])('400: %s', async (_name, groups, more, pointer) => {
  const id = more === 'x' ? 'bookings' : 'GROUP12345';
  const target = `${groups}/${id}/provenance${more.startsWith('?') ? more : ''}`;
  expectProblem(await ask(bench.service, { method: 'GET', target }), 'INVALID_REQUEST', {
    errors: [{ pointer, message: expect.any(String), fix: expect.any(String) }],
  });
});

test.each([
  ['a caller in no team', STRANGER, 'caller-is-in-one-team'],
  ["another team's agent", TRAVEL, 'caller-manages-agent'],
])('403: %s learns nothing', async (_name, as, rule) => {
  const target = `${GROUPS.replace(AGENT, 'DEMOAGENT1')}/GROUP12345/provenance`;
  expectProblem(await provenance('', { target, as }), 'POLICY_DENIED', {
    decided: true,
    errors: [expect.objectContaining({ rule })],
  });
  expect(bench.calls()).toEqual([]);
  expect(bench.service.bedrock.requests).toEqual([]);
});

describe('404', () => {
  test('a group that exists, but was made round the service', async () => {
    const { id } = await behind(bench.service).make();
    const reply = await provenance(id);
    expectProblem(reply, 'NOT_FOUND', {
      decided: true,
      detail: expect.stringMatching(
        /exists, .* made round this service, .* record .* could not be kept; the audit trail tells/,
      ),
    });
    expect(reply.headers['x-decision-id']).toMatch(UUID);
  });

  test('a group that nobody knows', async () => {
    expectProblem(await provenance('GROUP12345'), 'NOT_FOUND', {
      decided: true,
      upstream: expect.objectContaining({ status: 404 }),
    });
  });
});

test('503: what is known cannot be read', async () => {
  const { actionGroupId: id } = await create();
  bench.store.fault({ do: 'error', times: 3 });
  expectProblem(await provenance(id), 'STORE_UNAVAILABLE', { decided: true, retryAfter: '2' });
});

test('it is a read: on record as one of the group, with no change in Bedrock', async () => {
  const { actionGroupId: id } = await create();
  const since = watch(bench.service.bedrock);
  await provenance(id);
  expect(since.calls()).toEqual(['GetAgentActionGroup']);
  expect(bench.service.events().at(-1)).toMatchObject({
    api: { operation: 'GetAgentActionGroup' },
    unmapped: { phase: 'outcome' },
  });
});
