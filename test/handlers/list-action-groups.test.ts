/** The contract of `GET …/action-groups`, by status. */
import { describe, expect, test } from 'vitest';
import { ask, behind, expectAnswer, GROUPS } from '../support/ask.ts';
import { PLATFORM, STRANGER, TRAVEL } from '../support/callers.ts';
import { expectProblem } from '../support/problem.ts';
import { AGENT, ISO_TIME, sharedService } from '../support/service.ts';
import { EVERY_PARAMETER } from './every-parameter.ts';

const service = sharedService();
const { make } = behind(service);
const list = (query = '', wanted = {}) => ask(service, { method: 'GET', target: `${GROUPS}${query}`, ...wanted });

const many = async (count: number) => {
  service.bedrock.configure({ quotas: { actionGroupsPerAgent: count, enabledActionGroupsPerAgent: count } });
  const names = Array.from({ length: count }, (_, index) => `group-${index}`);
  for (const actionGroupName of names) await make({ actionGroupName });
  return names;
};

describe('200', () => {
  test('no group is an empty list', async () => {
    expectAnswer(await list(), 200, { actionGroupSummaries: [] });
  });

  test('a group is summed up', async () => {
    const { id } = await make({ description: 'Books tables.', actionGroupState: 'DISABLED' });
    const summary = {
      actionGroupId: id,
      actionGroupName: 'bookings',
      actionGroupState: 'DISABLED',
      description: 'Books tables.',
      updatedAt: expect.stringMatching(ISO_TIME),
    };
    expectAnswer(await list(), 200, { actionGroupSummaries: [summary] });
  });

  test.each(EVERY_PARAMETER)('%s is listed as it was created', async (_name, members, as) => {
    const { agentActionGroup: created } = (await service.post(members, { as })).json;
    const { actionGroupId, actionGroupName, actionGroupState, description, updatedAt } = created;
    const summary = { actionGroupId, actionGroupName, actionGroupState, description, updatedAt };
    expect((await list()).json.actionGroupSummaries).toEqual([JSON.parse(JSON.stringify(summary))]);
  });

  test.each([
    ['ten a page unless told', '', [10, 10, 1]],
    ['never more than ten, whatever is asked', 'maxResults=1000', [10, 10, 1]],
    ['fewer when asked', 'maxResults=8', [8, 8, 5]],
  ])('pages: %s', async (_name, query, sizes) => {
    const names = await many(21);
    const seen: string[] = [];
    const pages: number[] = [];
    let nextToken: string | undefined;
    do {
      const more = nextToken === undefined ? '' : `nextToken=${encodeURIComponent(nextToken)}`;
      const reply = await list(`?${[query, more].filter((part) => part !== '').join('&')}`);
      expectAnswer(reply, 200, {
        actionGroupSummaries: expect.any(Array),
        ...(pages.length < sizes.length - 1 ? { nextToken: expect.any(String) } : {}),
      });
      seen.push(...reply.json.actionGroupSummaries.map((each: { actionGroupName: string }) => each.actionGroupName));
      pages.push(reply.json.actionGroupSummaries.length);
      nextToken = reply.json.nextToken;
    } while (nextToken !== undefined);
    expect(pages).toEqual(sizes);
    expect(seen).toEqual(names);
  });

  test('a published version lists what it was published with', async () => {
    await make();
    service.bedrock.agents.publishVersion(AGENT);
    await make({ actionGroupName: 'later' });
    const published = await ask(service, { method: 'GET', target: GROUPS.replace('DRAFT', '1') });
    expect(published.json.actionGroupSummaries).toHaveLength(1);
  });
});

describe('400', () => {
  test.each([
    ['no page at all', '?maxResults=0', 'query:maxResults'],
    ['more than a thousand', '?maxResults=1001', 'query:maxResults'],
    ['a size in words', '?maxResults=ten', 'query:maxResults'],
    ['a size with a fraction', '?maxResults=1.5', 'query:maxResults'],
    ['a size in another notation', '?maxResults=1e1', 'query:maxResults'],
    ['an empty token', '?nextToken=', 'query:nextToken'],
    ['a token with a space', '?nextToken=a+b', 'query:nextToken'],
    ['a token of 2,049 characters', `?nextToken=${'a'.repeat(2_049)}`, 'query:nextToken'],
    ['two tokens', '?nextToken=a&nextToken=b', 'query:nextToken'],
    ['a misspelt parameter', '?maxresults=1', 'query:maxresults'],
  ])('%s is refused by name', async (_name, query, pointer) => {
    expectProblem(await list(query), 'INVALID_REQUEST', {
      errors: [{ pointer, message: expect.any(String), fix: expect.any(String) }],
    });
    expect(service.bedrock.requests).toEqual([]);
  });

  test('a token that Bedrock did not give', async () => {
    expectProblem(await list('?nextToken=made-up'), 'UPSTREAM_INVALID', {
      decided: true,
      errors: [{ pointer: 'nextToken', message: expect.any(String), fix: expect.any(String) }],
      upstream: {
        error: 'ValidationException',
        message: expect.any(String),
        requestId: service.bedrock.requests[0]!.requestId,
        status: 400,
      },
    });
  });
});

describe('403', () => {
  test.each([
    ['a caller in no team', STRANGER, 'caller-is-in-one-team'],
    ["another team's agent", TRAVEL, 'caller-manages-agent'],
  ])('%s: nothing is asked of Bedrock', async (_name, as, rule) => {
    const reply = await ask(service, { method: 'GET', target: GROUPS.replace(AGENT, 'DEMOAGENT1'), as });
    expectProblem(reply, 'POLICY_DENIED', {
      decided: true,
      errors: [expect.objectContaining({ rule, pointer: '', fix: expect.any(String) })],
    });
    expect(service.bedrock.requests).toEqual([]);
  });
});

describe('404', () => {
  test('an absent agent, for a team that may touch every agent', async () => {
    const reply = await ask(service, { method: 'GET', target: GROUPS.replace(AGENT, 'NOSUCHAGNT'), as: PLATFORM });
    expectProblem(reply, 'NOT_FOUND', { decided: true, upstream: expect.objectContaining({ status: 404 }) });
  });

  test('a version that was never published', async () => {
    expect((await ask(service, { method: 'GET', target: GROUPS.replace('DRAFT', '9') })).status).toBe(404);
  });
});

describe('502', () => {
  test('an answer without a list is not an empty list', async () => {
    service.bedrock.fault({ kind: 'nonsense', answer: 'empty-object' });
    expectProblem(await list(), 'UPSTREAM_FAILED', { decided: true, retryAfter: '2' });
  });
});
