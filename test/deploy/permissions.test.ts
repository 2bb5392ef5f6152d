/** What each function was seen to ask of Bedrock and of its tables, against the table from which its role is made. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { PERMISSIONS } from '../../src/deploy/permissions.ts';
import type { Fault } from '../../src/local/bedrock/faults.ts';
import { routesOf } from '../../src/local/routes.ts';
import type { Services } from '../../src/services.ts';
import { type Ask, ask, behind, GROUPS, watch } from '../support/ask.ts';
import { AGENT, freshToken, group, type Service, startService } from '../support/service.ts';
import { type RecordedStore, startRecordedStore } from './recorded-store.ts';

const service = {} as Service;
const store = {} as RecordedStore;
beforeAll(async () => {
  Object.assign(store, await startRecordedStore());
  Object.assign(service, await startService({ env: { AWS_ENDPOINT_URL_DYNAMODB: store.url } }));
});
beforeEach(() => service.reset());
afterAll(async () => {
  await service.close();
  await store.close();
});
const { make } = behind(service);

const AWS = `/aws/agents/${AGENT}`;
const AWS_GROUPS = `${AWS}/agentversions/DRAFT/actiongroups/`;
const later = group({ actionGroupName: 'there', description: 'Later.' });
/** An answer that is lost makes the service look for what it may have made. */
const LOST: Fault = { kind: 'drop', when: 'after-commit', operation: 'CreateAgentActionGroup', times: 3 };

interface Exercise {
  /** One after the other; `id` is of an enabled group named `there`. */
  readonly requests: (id: string) => Ask[];
  /** Then these at once, so that one waits for another; the ids are of the groups `second` and `third`. */
  readonly together?: (ids: string[]) => Ask[];
  readonly faults?: Fault[];
  readonly status?: number;
}

const tokened = group({ clientToken: freshToken() });
const tokenedByAws = group({ clientToken: freshToken() });
const prepare = { method: 'POST', target: `/v1/agents/${AGENT}/prepare?wait=true` };

/** Requests by which a function does all that it ever does. */
const EXERCISES: Readonly<Record<string, Exercise>> = {
  'create-action-group': {
    requests: () => [
      { method: 'POST', target: `${GROUPS}?prepare=wait`, body: tokened },
      { method: 'POST', target: GROUPS, body: tokened },
      { method: 'POST', target: `${GROUPS}?dryRun=true`, body: group({ actionGroupName: 'other' }) },
    ],
    faults: [LOST],
  },
  'list-action-groups': { requests: () => [{ method: 'GET', target: GROUPS }] },
  'get-action-group': { requests: (id) => [{ method: 'GET', target: `${GROUPS}/${id}` }] },
  'update-action-group': {
    requests: (id) => [
      { method: 'PUT', target: `${GROUPS}/${id}?prepare=wait`, body: later, headers: { 'if-match': '*' } },
      { method: 'PUT', target: `${GROUPS}/${id}?dryRun=true`, body: later },
    ],
    together: (ids) =>
      ids.map((id, index) => ({
        method: 'PUT',
        target: `${GROUPS}/${id}?prepare=wait`,
        body: group({ actionGroupName: ['second', 'third'][index] }),
      })),
  },
  'put-action-group': {
    requests: () => [
      { method: 'PUT', target: `${GROUPS}/by-name/new?prepare=wait`, body: { description: 'New.' } },
      { method: 'PUT', target: `${GROUPS}/by-name/there`, body: { description: 'Later.' } },
      { method: 'PUT', target: `${GROUPS}/by-name/there`, body: { description: 'Later.' } },
    ],
    together: () =>
      ['second', 'third'].map((name) => ({
        method: 'PUT',
        target: `${GROUPS}/by-name/${name}?prepare=wait`,
        body: { description: 'Later.' },
      })),
  },
  'delete-action-group': {
    requests: (id) => [
      { method: 'DELETE', target: `${GROUPS}/${id}?dryRun=true&disableFirst=true` },
      { method: 'DELETE', target: `${GROUPS}/${id}?disableFirst=true&prepare=wait`, headers: { 'if-match': '*' } },
    ],
    together: (ids) =>
      ids.map((id) => ({ method: 'DELETE', target: `${GROUPS}/${id}?disableFirst=true&prepare=wait` })),
  },
  'prepare-agent': { requests: () => [prepare], together: () => [prepare, prepare, prepare] },
  'get-agent': { requests: () => [{ method: 'GET', target: `/v1/agents/${AGENT}` }] },
  'evaluate-policy': {
    requests: () => {
      const body = { operation: 'CreateAgentActionGroup', agentId: AGENT, agentVersion: 'DRAFT', actionGroup: group() };
      return [{ method: 'POST', target: '/v1/policy/evaluations', body }];
    },
  },
  // A group that was made round the service has none.
  'get-provenance': {
    requests: (id) => [{ method: 'GET', target: `${GROUPS}/${id}/provenance` }],
    status: 404,
  },
  'get-policy': { requests: () => [{ method: 'GET', target: '/v1/policy' }] },
  'aws-protocol': {
    requests: (id) => [
      { method: 'PUT', target: AWS_GROUPS, body: tokenedByAws },
      { method: 'PUT', target: AWS_GROUPS, body: tokenedByAws },
      { method: 'PUT', target: `${AWS_GROUPS}${id}/`, body: later },
      { method: 'GET', target: `${AWS_GROUPS}${id}/` },
      { method: 'POST', target: AWS_GROUPS, body: {} },
      { method: 'DELETE', target: `${AWS_GROUPS}${id}/?skipResourceInUseCheck=true` },
      { method: 'POST', target: `${AWS}/` },
      { method: 'GET', target: `${AWS}/` },
    ],
    faults: [LOST],
  },
  health: { requests: () => [{ method: 'GET', target: '/health' }] },
};

test.each(Object.entries(EXERCISES))(
  '%s asks for nothing that its role lacks, and its role has nothing that it never asks for',
  async (name, exercise) => {
    const { id } = await make({ actionGroupName: 'there' });
    const others = [await make({ actionGroupName: 'second' }), await make({ actionGroupName: 'third' })];
    service.bedrock.fault(...(exercise.faults ?? []));
    const since = watch(service.bedrock);
    store.calls.length = 0;
    const answers = [];
    for (const request of exercise.requests(id)) answers.push(await ask(service, request));
    const atOnce = exercise.together?.(others.map((other) => other.id)) ?? [];
    answers.push(...(await Promise.all(atOnce.map((request) => ask(service, request)))));
    for (const { status, text } of answers) {
      expect([status < 300 || status === exercise.status, text]).toEqual([true, text]);
    }
    const seen = [...new Set(since.calls())].map((operation) => `bedrock:${operation}`).sort();
    expect(seen).toEqual([...PERMISSIONS[name]!.bedrock].sort());
    const { idempotencyTable, provenanceTable } = service.config;
    expect(storeActions(idempotencyTable)).toEqual([...PERMISSIONS[name]!.table].sort());
    expect(storeActions(provenanceTable!)).toEqual([...PERMISSIONS[name]!.provenance].sort());
  },
);

function storeActions(table: string): string[] {
  const operations = store.calls.filter((call) => call.startsWith(`${table} `)).map((call) => call.split(' ')[1]);
  return [...new Set(operations)].map((operation) => `dynamodb:${operation}`).sort();
}

test('every function on a route is exercised that may ask anything of Bedrock', () => {
  const onRoutes = routesOf({} as Services).map(({ functionName = '' }) => functionName);
  const asking = onRoutes.filter((name) => PERMISSIONS[name]!.bedrock.length > 0);
  expect(asking.filter((name) => !(name in EXERCISES))).toEqual([]);
});
