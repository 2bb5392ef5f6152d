import { describe, expect, test } from 'vitest';
import { type Route, routeFinder } from '../../../src/local/gateway/route.ts';

const route = (text: string): Route => {
  const [method, path] = text.split(' ') as [string, string];
  return { method, path, authorization: 'none', handler: async () => ({ statusCode: 200, body: '' }) };
};

const find = routeFinder(
  [
    'ANY /aws/{proxy+}',
    'GET /aws/agents/{agentId}',
    'GET /v1/agents/{agentId}',
    'POST /v1/agents/{agentId}/prepare',
    'GET /v1/agents/{agentId}/action-groups/{actionGroupId}',
    'PUT /v1/agents/{agentId}/action-groups/by-name',
    'GET /',
  ].map(route),
);

test.each([
  ['labels', 'GET', '/v1/agents/A', '/v1/agents/{agentId}', { agentId: 'A' }],
  ['a trailing slash is overlooked', 'GET', '/v1/agents/A/', '/v1/agents/{agentId}', { agentId: 'A' }],
  ['an encoded slash stays in its label', 'GET', '/v1/agents/a%2Fb', '/v1/agents/{agentId}', { agentId: 'a/b' }],
  ['a label is decoded once', 'GET', '/v1/agents/a%252Fb', '/v1/agents/{agentId}', { agentId: 'a%2Fb' }],
  ['a label may be called anything', 'GET', '/v1/agents/__proto__', '/v1/agents/{agentId}', { agentId: '__proto__' }],
  ['dots are not followed', 'GET', '/v1/agents/..', '/v1/agents/{agentId}', { agentId: '..' }],
  ['no label', 'GET', '/', '/', null],
  ['greedy', 'PUT', '/aws/agents/A/x', '/aws/{proxy+}', { proxy: 'agents/A/x' }],
  ['greedy keeps its slashes', 'PUT', '/aws//agents/', '/aws/{proxy+}', { proxy: '/agents/' }],
  ['a literal goes before a greedy label', 'GET', '/aws/agents/A', '/aws/agents/{agentId}', { agentId: 'A' }],
] as const)('%s', (_name, method, path, resource, pathParameters) => {
  const match = find(method, path);
  expect([match?.route.path, match?.pathParameters]).toEqual([resource, pathParameters]);
});

test.each([
  ['another path', 'GET', '/v2/agents/A'],
  ['a prefix', 'GET', '/v1/agents'],
  ['a longer path', 'GET', '/v1/agents/A/x'],
  ['an empty label', 'POST', '/v1/agents//prepare'],
  ['a doubled slash', 'GET', '/v1//agents/A'],
  ['two trailing slashes', 'GET', '/v1/agents/A//'],
  ['another case', 'GET', '/v1/Agents/A'],
  ['a literal in percent-encoding', 'GET', '/v1/%61gents/A'],
  ['nothing for the greedy label', 'GET', '/aws/'],
  ['another method', 'DELETE', '/v1/agents/A'],
  ['another method of a resource does not fall through to a vaguer one', 'POST', '/aws/agents/A'],
  ['nor to a label beside a literal', 'GET', '/v1/agents/A/action-groups/by-name'],
])('nothing for %s', (_name, method, path) => {
  expect(find(method, path)).toBeUndefined();
});

describe('routes that make no sense are refused at start', () => {
  test.each([
    ['the same one twice', ['GET /a', 'GET /a'], /same method/],
    ['something after a greedy label', ['GET /{proxy+}/a'], /last/],
  ])('%s', (_name, routes, message) => {
    expect(() => routeFinder(routes.map(route))).toThrow(message);
  });
});
