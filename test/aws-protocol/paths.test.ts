import { describe, expect, test } from 'vitest';
import { awsCallOf } from '../../src/http/aws-protocol.ts';

const GROUPS = '/agents/AGENT12345/agentversions/DRAFT/actiongroups';
const agent = { agentId: 'AGENT12345' };
const draft = { ...agent, agentVersion: 'DRAFT' };
const group = { ...draft, actionGroupId: 'GROUP12345' };

describe('a path and its method name an operation', () => {
  test.each([
    ['as clients send it', 'PUT', `/aws${GROUPS}/`, 'CreateAgentActionGroup', draft],
    ['without the trailing slash', 'PUT', `/aws${GROUPS}`, 'CreateAgentActionGroup', draft],
    ['the same path with another method', 'POST', `/aws${GROUPS}/`, 'ListAgentActionGroups', draft],
    ['with an id', 'PUT', `/aws${GROUPS}/GROUP12345/`, 'UpdateAgentActionGroup', group],
    ['with an id', 'GET', `/aws${GROUPS}/GROUP12345/`, 'GetAgentActionGroup', group],
    ['with an id', 'DELETE', `/aws${GROUPS}/GROUP12345`, 'DeleteAgentActionGroup', group],
    ['an agent', 'POST', '/aws/agents/AGENT12345/', 'PrepareAgent', agent],
    ['an agent', 'GET', '/aws/agents/AGENT12345', 'GetAgent', agent],
    ['after an endpoint that ends in a slash', 'GET', '/aws//agents/AGENT12345/', 'GetAgent', agent],
    ['behind a stage', 'GET', '/prod/aws/agents/AGENT12345/', 'GetAgent', agent],
    ['behind a base path of several segments', 'GET', '/a/b/aws//agents/AGENT12345/', 'GetAgent', agent],
    ['behind a stage called aws', 'GET', '/aws/aws/agents/AGENT12345/', 'GetAgent', agent],
    ['with a label that is encoded', 'GET', '/aws/agents/%41GENT%31%32345/', 'GetAgent', agent],
    [
      'with a slash in a label: for the contract to refuse',
      'GET',
      '/aws/agents/A%2FB/',
      'GetAgent',
      { agentId: 'A/B' },
    ],
  ] as const)('%s: %s %s', (_name, method, path, operation, labels) => {
    expect(awsCallOf(method, path)).toEqual({ operation, labels });
  });
});

describe('anything else is no operation', () => {
  test.each([
    ['an update whose id got lost is no creation', 'PUT', `/aws${GROUPS}//`],
    ['nor a deletion one of nothing', 'DELETE', `/aws${GROUPS}//`],
    ['an agent whose id got lost', 'GET', '/aws/agents//'],
    ['a group of no agent', 'PUT', '/aws/agents//agentversions/DRAFT/actiongroups/'],
    ['CreateAgent', 'PUT', '/aws/agents/'],
    ['ListAgents', 'POST', '/aws/agents/'],
    ['UpdateAgent', 'PUT', '/aws/agents/AGENT12345/'],
    ['DeleteAgent', 'DELETE', '/aws/agents/AGENT12345/'],
    ['GetAgentVersion', 'GET', '/aws/agents/AGENT12345/agentversions/DRAFT/'],
    ['another resource', 'GET', '/aws/knowledgebases/KB12345678/'],
    ['a call inside a call is judged by the first', 'GET', '/aws/agents/AGENT12345/aws/agents/TRAVEL2345/'],
    ['more than one slash at the end', 'GET', '/aws/agents/AGENT12345//'],
    ['a label that cannot be decoded', 'GET', '/aws/agents/%zz/'],
    ['a method that no operation has', 'PATCH', '/aws/agents/AGENT12345/'],
    ['a method that no operation has', 'HEAD', '/aws/agents/AGENT12345/'],
    ['a method in small letters', 'get', '/aws/agents/AGENT12345/'],
    ['the surface itself', 'GET', '/aws'],
    ['another surface', 'GET', '/v1/agents/AGENT12345'],
  ] as const)('%s: %s %s', (_name, method, path) => {
    expect(() => awsCallOf(method, path)).toThrow(expect.objectContaining({ code: 'UNKNOWN_OPERATION' }));
  });
});
