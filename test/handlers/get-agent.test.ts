/** The contract of `GET /v1/agents/{agentId}`, by status. */
import { describe, expect, test } from 'vitest';
import { AGENTS, ask, behind, expectAnswer } from '../support/ask.ts';
import { PLATFORM, STRANGER, TRAVEL } from '../support/callers.ts';
import { expectProblem } from '../support/problem.ts';
import { AGENT, ISO_TIME, sharedService } from '../support/service.ts';

const service = sharedService();
const get = (agentId = AGENT, wanted = {}) =>
  ask(service, { method: 'GET', target: `${AGENTS}/${agentId}`, ...wanted });

describe('200', () => {
  test('the agent, as Bedrock answers it', async () => {
    expectAnswer(await get(), 200, {
      agent: {
        agentId: AGENT,
        agentName: `agent-${AGENT}`,
        agentArn: `arn:aws:bedrock:us-east-1:111122223333:agent/${AGENT}`,
        agentVersion: 'DRAFT',
        agentStatus: 'NOT_PREPARED',
        agentResourceRoleArn: expect.any(String),
        agentCollaboration: 'DISABLED',
        orchestrationType: 'DEFAULT',
        foundationModel: expect.any(String),
        idleSessionTTLInSeconds: 600,
        createdAt: expect.stringMatching(ISO_TIME),
        updatedAt: expect.stringMatching(ISO_TIME),
      },
    });
  });

  test('its status changes with what is done to it', async () => {
    service.bedrock.configure({ prepareMs: null });
    await behind(service).make();
    expect((await get()).json.agent.agentStatus).toBe('NOT_PREPARED');
    await ask(service, { method: 'POST', target: `${AGENTS}/${AGENT}/prepare` });
    expect((await get()).json.agent.agentStatus).toBe('PREPARING');
    service.bedrock.agents.setStatus(AGENT, 'PREPARED');
    expect((await get()).json.agent).toMatchObject({
      agentStatus: 'PREPARED',
      preparedAt: expect.stringMatching(ISO_TIME),
    });
  });

  test('why it could not be prepared', async () => {
    service.bedrock.agents.put(AGENT, { status: 'FAILED', failureReasons: ['The role cannot be assumed.'] });
    expect((await get()).json.agent).toMatchObject({
      agentStatus: 'FAILED',
      failureReasons: ['The role cannot be assumed.'],
    });
  });
});

test.each([
  ['an id that is none', `${AGENTS}/AGENT`, 'path:agentId'],
  ['an unknown parameter', `${AGENTS}/${AGENT}?wait=true`, 'query:wait'],
])('400: %s', async (_name, target, pointer) => {
  expectProblem(await ask(service, { method: 'GET', target }), 'INVALID_REQUEST', {
    errors: [{ pointer, message: expect.any(String), fix: expect.any(String) }],
  });
  expect(service.bedrock.requests).toEqual([]);
});

test.each([
  ['a caller in no team', STRANGER, 'caller-is-in-one-team'],
  ["another team's agent", TRAVEL, 'caller-manages-agent'],
])('403: %s', async (_name, as, rule) => {
  service.bedrock.agents.put('DEMOAGENT1');
  expectProblem(await get('DEMOAGENT1', { as }), 'POLICY_DENIED', {
    decided: true,
    errors: [expect.objectContaining({ rule, pointer: '', fix: expect.any(String) })],
  });
  expect(service.bedrock.requests).toEqual([]);
});

test('404: an absent agent, for a team that may touch every agent', async () => {
  const reply = await get('NOSUCHAGNT', { as: PLATFORM });
  expectProblem(reply, 'NOT_FOUND', { decided: true, upstream: expect.objectContaining({ status: 404 }) });
});

test('502: an answer without an agent is no answer', async () => {
  service.bedrock.fault({ kind: 'nonsense', answer: 'empty-object' });
  expectProblem(await get(), 'UPSTREAM_FAILED', { decided: true, retryAfter: '2' });
});
