import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Fault } from '../../src/local/bedrock/faults.ts';
import type { Problem } from '../../src/problem.ts';
import { nowhere } from '../support/nowhere.ts';
import { bench } from './bench.ts';

const bedrock = bench();

/** An error as Bedrock sends it. */
const error = (status: number, type: string, message: string): Fault => ({ kind: 'custom', status, type, message });

/** The problem as the caller and the flow see it. */
function facts(problem: Problem) {
  const { code, retryable, retryAfterSeconds, mayHaveCommitted } = problem;
  return { code, status: problem.kind.status, retryable, retryAfter: retryAfterSeconds, mayHaveCommitted };
}

const definite = { retryable: false, retryAfter: undefined, mayHaveCommitted: false };
const requestId = expect.stringMatching(/^[0-9a-f-]{36}$/);

describe('what Bedrock says of the request is passed on', () => {
  const preparing =
    "Create operation can't be performed on Agent when it is in Preparing state. Retry the request when the agent is in a valid state.";
  const versioning = preparing.replace('Preparing', 'Versioning');
  const taken = 'An ActionGroup with name bookings already exists. Retry the request with a different name.';
  const missing = "Failed to retrieve resource because it doesn't exist.";
  const quota = 'The maximum number of resources is 20, but account 111122223333 requested 21 resources.';

  const rows: [string, string, string, number, object][] = [
    ['an invalid request', 'ValidationException', 'No.', 400, { code: 'UPSTREAM_INVALID', status: 400 }],
    ['an unknown agent', 'ResourceNotFoundException', missing, 404, { code: 'NOT_FOUND', status: 404 }],
    ['a taken name', 'ConflictException', taken, 409, { code: 'NAME_TAKEN', status: 409 }],
    ['a quota', 'ServiceQuotaExceededException', quota, 402, { code: 'QUOTA_EXCEEDED', status: 409 }],
    ['an error that is not modelled', 'NewException', 'Something new.', 422, { code: 'UPSTREAM_INVALID', status: 400 }],
    [
      'a busy agent, as a conflict',
      'ConflictException',
      preparing,
      409,
      { code: 'AGENT_BUSY', status: 409, retryable: true, retryAfter: 5 },
    ],
    [
      'a busy agent, as an invalid request',
      'ValidationException',
      versioning,
      400,
      { code: 'AGENT_BUSY', status: 409, retryable: true, retryAfter: 5 },
    ],
  ];

  test.each(rows)('%s', async (_what, type, message, status, expected) => {
    bedrock.emulator.fault(error(status, type, message));
    const problem = await bedrock.problem();
    expect(facts(problem)).toEqual({ ...definite, ...expected });
    expect(problem.upstream).toEqual({ error: type, message, requestId, status });
    expect(problem.upstream?.requestId).toBe(bedrock.emulator.requests[0]?.requestId);
    const creations = bedrock.emulator.requests.filter(({ operation }) => operation === 'CreateAgentActionGroup');
    expect(creations).toHaveLength(1);
  });

  test('the state that a busy agent is in', async () => {
    bedrock.emulator.fault(error(400, 'ValidationException', versioning));
    expect((await bedrock.problem()).detail).toContain('in Versioning state');
  });

  test('the fields that it names, where the real cause of a refused schema stands', async () => {
    bedrock.emulator.fault({
      kind: 'custom',
      status: 400,
      type: 'ValidationException',
      message: 'Failed to create OpenAPI 3 model from the JSON/YAML object that you provided for action: bookings',
      fieldList: [
        { name: 'apiSchema', message: "'description' is missing for path: /create-task" },
        { name: 'apiSchema', message: "'operationId' is missing for path: /create-task" },
      ],
    });
    const { errors, detail } = await bedrock.problem();
    expect(detail).toContain('Failed to create OpenAPI 3 model');
    expect(errors.map(({ pointer, message }) => [pointer, message])).toEqual([
      ['apiSchema', "'description' is missing for path: /create-task"],
      ['apiSchema', "'operationId' is missing for path: /create-task"],
    ]);
    for (const { fix } of errors) expect(fix).toMatch(/\w/);
  });
});

describe('what Bedrock says of this service is not', () => {
  const refusals: [string, Fault][] = [
    ['access denied', { kind: 'access-denied' }],
    ['an unknown client', { kind: 'unrecognized-client' }],
    ['an expired token', { kind: 'expired-token' }],
    ['a wrong signature', error(403, 'InvalidSignatureException', 'arn:aws:iam::111122223333:role/secret')],
    ['a refusal under 400', error(400, 'UnrecognizedClientException', 'arn:aws:iam::111122223333:role/secret')],
    ['a refusal without a name that is known', error(401, 'NewException', 'arn:aws:iam::111122223333:role/secret')],
  ];

  test.each(refusals)('%s: 502, never 403, and not to be retried', async (_what, fault) => {
    bedrock.emulator.fault(fault);
    const problem = await bedrock.problem();
    expect(facts(problem)).toEqual({ ...definite, code: 'UPSTREAM_REFUSED_ROLE', status: 502 });
    expect(problem.upstream).toEqual({ requestId, status: expect.any(Number) });
    const shown = JSON.stringify([problem.detail, problem.errors, problem.upstream]);
    expect(shown).not.toMatch(/arn:|role\/|assumed|token|authorized|Exception/i);
    // The operator reads it in the log.
    expect(problem.cause).toBeInstanceOf(Error);
  });

  test('credentials that this service does not have: 502, and nothing was sent', async () => {
    const credentials = () => Promise.reject(Object.assign(new Error('No.'), { name: 'CredentialsProviderError' }));
    expect(facts(await bedrock.problem({ credentials }))).toEqual({
      ...definite,
      code: 'UPSTREAM_REFUSED_ROLE',
      status: 502,
    });
    expect(bedrock.emulator.requests).toEqual([]);
  });
});

describe('Bedrock fails', () => {
  const again = { retryable: true, retryAfter: 2 };

  test('by throttling every attempt: 429', async () => {
    bedrock.emulator.fault({ kind: 'throttle', times: 3 });
    const expected = { ...again, code: 'UPSTREAM_THROTTLED', status: 429, mayHaveCommitted: false };
    expect(facts(await bedrock.problem())).toEqual(expected);
    expect(bedrock.emulator.requests).toHaveLength(3);
  });

  test('by being down: 503, and nothing was sent', async () => {
    const expected = { ...again, code: 'UPSTREAM_UNAVAILABLE', status: 503, mayHaveCommitted: false };
    expect(facts(await bedrock.problem({ endpoint: await nowhere() }))).toEqual(expected);
  });

  test('by a refusal that breaks off, which is no refusal: 502', async () => {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(409, { 'content-type': 'application/json', 'content-length': 200 });
      response.write('{"message":"An Act', () => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const problem = await bedrock.problem({ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    const expected = { retryable: true, retryAfter: 2, code: 'UPSTREAM_FAILED', status: 502, mayHaveCommitted: true };
    expect(facts(problem)).toEqual(expected);
    expect(JSON.stringify([problem.detail, problem.upstream])).not.toMatch(/aborted|hidden|Deserialization/);
  });

  const failures: [string, Fault, string, number][] = [
    ['with 500', { kind: 'error' }, 'UPSTREAM_FAILED', 502],
    ['with 503', { kind: 'unavailable' }, 'UPSTREAM_UNAVAILABLE', 503],
    ['with 504', error(504, 'GatewayTimeoutException', 'Late.'), 'UPSTREAM_FAILED', 502],
    ['by breaking every connection', { kind: 'drop' }, 'OUTCOME_UNKNOWN', 504],
    ['with a page', { kind: 'nonsense', answer: 'html' }, 'OUTCOME_UNKNOWN', 504],
    ['with half an answer', { kind: 'nonsense', answer: 'truncated' }, 'OUTCOME_UNKNOWN', 504],
    ['with an empty answer', { kind: 'nonsense', answer: 'empty-object' }, 'OUTCOME_UNKNOWN', 504],
  ];
  const create = { operation: 'CreateAgentActionGroup', times: 3 } as const;

  test.each(failures)('%s: nobody knows, so the same token may be sent again', async (_what, fault, code, status) => {
    bedrock.emulator.fault({ ...fault, ...create });
    expect(facts(await bedrock.problem())).toEqual({ ...again, code, status, mayHaveCommitted: true });
    expect(bedrock.emulator.ledger).toEqual([]);
  });

  test.each(failures)(
    '%s, without a token: the caller is told to look, not to send it again',
    async (_what, fault, code, status) => {
      bedrock.emulator.fault({ ...fault, ...create });
      const problem = await bedrock.problem({ repeatable: false });
      const expected = { code, status, retryable: false, retryAfter: undefined, mayHaveCommitted: true };
      expect(facts(problem)).toEqual(expected);
      expect(problem.detail).toContain("read the agent's action groups before sending it again");
    },
  );

  test.each(failures)('%s after the commit: the group is found', async (_what, fault) => {
    bedrock.emulator.fault({ ...fault, ...create, when: 'after-commit' });
    const { group, recovered } = await bedrock.create();
    expect(recovered).toBe(true);
    expect(bedrock.emulator.ledger.map(({ actionGroupId }) => actionGroupId)).toEqual([group.actionGroupId]);
  });

  test('in a way that hides behind the throttling of a later attempt: the flow is told that it may have committed', async () => {
    bedrock.emulator.fault({ kind: 'drop' }, { kind: 'throttle', times: 2 });
    const expected = { ...again, code: 'UPSTREAM_THROTTLED', status: 429, mayHaveCommitted: true };
    expect(facts(await bedrock.problem())).toEqual(expected);
    expect(bedrock.emulator.requests.map(({ operation }) => operation).at(-1)).toBe('ListAgentActionGroups');
  });
});

describe('an answer is not Bedrock’s', () => {
  let answer: { status: number; type: string; body: string };
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(answer.status, { 'content-type': answer.type, location: '/elsewhere' }).end(answer.body);
  });
  let endpoint = '';
  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });

  const html = { type: 'text/html', body: '<html>The secret page of a proxy</html>' };
  const json = (body: string) => ({ type: 'application/json', body });

  test.each([
    ['a page under 200', 200, html, 'OUTCOME_UNKNOWN'],
    ['null under 200', 200, json('null'), 'OUTCOME_UNKNOWN'],
    ['a list under 200', 200, json('[]'), 'OUTCOME_UNKNOWN'],
    ['a group of null', 200, json('{"agentActionGroup": null}'), 'OUTCOME_UNKNOWN'],
    ['a group without its id', 200, json('{"agentActionGroup": {"actionGroupName": "bookings"}}'), 'OUTCOME_UNKNOWN'],
    ['a group of impossible dates', 200, json('{"agentActionGroup": {"createdAt": "soon"}}'), 'OUTCOME_UNKNOWN'],
    ['nothing at all', 204, json(''), 'OUTCOME_UNKNOWN'],
    ['a redirection', 301, html, 'OUTCOME_UNKNOWN'],
    ['a page under 400', 400, html, 'UPSTREAM_FAILED'],
    ['a page under 404', 404, html, 'UPSTREAM_FAILED'],
    ['a page under 429', 429, html, 'UPSTREAM_THROTTLED'],
    ['a page under 502', 502, html, 'UPSTREAM_FAILED'],
    ['nothing under 503', 503, json(''), 'UPSTREAM_UNAVAILABLE'],
  ])('%s: it proves nothing, and none of it is shown', async (_what, status, { type, body }, code) => {
    answer = { status, type, body };
    const problem = await bedrock.problem({ endpoint });
    expect(facts(problem)).toMatchObject({ code, retryable: true, retryAfter: 2, mayHaveCommitted: true });
    const shown = JSON.stringify([problem.detail, problem.errors, problem.upstream ?? null]);
    expect(shown).not.toMatch(/secret|<html|JSON|\$response|UnknownError/i);
  });

  test('a page under 403: our way to Bedrock is closed', async () => {
    answer = { status: 403, ...html };
    expect(facts(await bedrock.problem({ endpoint }))).toMatchObject({ code: 'UPSTREAM_REFUSED_ROLE', status: 502 });
  });

  test('nothing under 413: a refusal without words', async () => {
    answer = { status: 413, ...json('') };
    const problem = await bedrock.problem({ endpoint });
    expect(facts(problem)).toEqual({ ...definite, code: 'UPSTREAM_INVALID', status: 400 });
    expect(problem.detail).toBe('Bedrock refuses the request: status 413');
  });
});
