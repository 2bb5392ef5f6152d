/** What each function was seen to ask of Bedrock, against the table from which its role is made. */
import { expect, test } from 'vitest';
import { PERMISSIONS } from '../../src/deploy/permissions.ts';
import type { Fault } from '../../src/local/bedrock/faults.ts';
import { routesOf } from '../../src/local/routes.ts';
import type { Services } from '../../src/services.ts';
import { type Ask, ask, behind, GROUPS, watch } from '../support/ask.ts';
import { AGENT, group, sharedService } from '../support/service.ts';

const service = sharedService();
const { make } = behind(service);

const AWS = `/aws/agents/${AGENT}`;
const AWS_GROUPS = `${AWS}/agentversions/DRAFT/actiongroups/`;
const later = group({ actionGroupName: 'there', description: 'Later.' });
/** An answer that is lost makes the service look for what it may have made. */
const LOST: Fault = { kind: 'drop', when: 'after-commit', operation: 'CreateAgentActionGroup', times: 3 };

/** Requests by which a function does all that it ever does; `id` is of an enabled group named `there`. */
const EXERCISES: Readonly<Record<string, { requests: (id: string) => Ask[]; faults?: Fault[]; status?: number }>> = {
  'create-action-group': {
    requests: () => [
      { method: 'POST', target: `${GROUPS}?prepare=wait`, body: group({ clientToken: 'a'.repeat(40) }) },
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
  },
  'put-action-group': {
    requests: () => [
      { method: 'PUT', target: `${GROUPS}/by-name/new?prepare=wait`, body: { description: 'New.' } },
      { method: 'PUT', target: `${GROUPS}/by-name/there`, body: { description: 'Later.' } },
      { method: 'PUT', target: `${GROUPS}/by-name/there`, body: { description: 'Later.' } },
    ],
  },
  'delete-action-group': {
    requests: (id) => [
      { method: 'DELETE', target: `${GROUPS}/${id}?dryRun=true&disableFirst=true` },
      { method: 'DELETE', target: `${GROUPS}/${id}?disableFirst=true&prepare=wait`, headers: { 'if-match': '*' } },
    ],
  },
  'prepare-agent': { requests: () => [{ method: 'POST', target: `/v1/agents/${AGENT}/prepare?wait=true` }] },
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
      { method: 'PUT', target: AWS_GROUPS, body: group({ clientToken: 'b'.repeat(40) }) },
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
    service.bedrock.fault(...(exercise.faults ?? []));
    const since = watch(service.bedrock);
    for (const request of exercise.requests(id)) {
      const { status, text } = await ask(service, request);
      expect([status < 300 || status === exercise.status, text]).toEqual([true, text]);
    }
    const seen = [...new Set(since.calls())].map((operation) => `bedrock:${operation}`).sort();
    expect(seen).toEqual([...PERMISSIONS[name]!.bedrock].sort());
  },
);

test('every function on a route is exercised that may ask anything of Bedrock', () => {
  const onRoutes = routesOf({} as Services).map(({ functionName = '' }) => functionName);
  const asking = onRoutes.filter((name) => PERMISSIONS[name]!.bedrock.length > 0);
  expect(asking.filter((name) => !(name in EXERCISES))).toEqual([]);
});
