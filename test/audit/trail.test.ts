/** What security reads: who asked for what, what was decided, and what became of it. */
import { createHash } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { PLATFORM, SESSION, STRANGER, TRAVEL } from '../support/callers.ts';
import { eventOf, invoke } from '../support/invoke.ts';
import { expectProblem } from '../support/problem.ts';
import {
  AGENT,
  type AuditLine,
  eventsIn,
  freshToken,
  group,
  LAMBDA,
  type Post,
  sharedService,
  UUID,
} from '../support/service.ts';

const service = sharedService();

const EVERY_ATTEMPT = 3;
const CREATE = 'CreateAgentActionGroup';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** The event of a good request of team payments, with another body. */
function eventWith(body: Record<string, unknown> = group()): APIGatewayProxyEvent {
  return { ...eventOf('create-action-group.201'), body: JSON.stringify(body) };
}

/** What log lines say, metrics apart. */
function told(lines: readonly string[]): AuditLine[] {
  return lines.map((line) => JSON.parse(line)).filter((line) => !('_aws' in line));
}

/** The one attempt and the one outcome of the only decision on record. */
function bothRecords(): [attempt: AuditLine, outcome: AuditLine] {
  const records = service.audits();
  expect(records.map(({ phase }) => phase)).toEqual(['attempt', 'outcome']);
  return records as [AuditLine, AuditLine];
}

describe('before and after', () => {
  test('the attempt is written before Bedrock hears of the change, the outcome after it is made', async () => {
    const seen: unknown[] = [];
    const write = (line: string) => {
      for (const { unmapped } of eventsIn([line])) {
        seen.push([unmapped.phase, { received: service.bedrock.requests.length, made: service.bedrock.ledger.length }]);
      }
    };
    const reply = await invoke(service.config, eventWith(group({ clientToken: freshToken() })), { write });
    expect(reply.status).toBe(201);
    expect(seen).toEqual([
      ['attempt', { received: 0, made: 0 }],
      ['outcome', { received: 1, made: 1 }],
    ]);
  });

  test('one decision id joins the answer, both records and what Bedrock (and so CloudTrail) saw', async () => {
    const reply = await service.post(group());
    const decisionId = reply.headers['x-decision-id'];
    const [attempt, outcome] = bothRecords();
    expect([attempt.decisionId, outcome.decisionId]).toEqual([decisionId, decisionId]);
    expect(service.bedrock.ledger[0]!.userAgent).toContain(` portcullis-decision/${decisionId}`);
    expect(service.events().map(({ api }) => api.request.uid)).toEqual(Array(2).fill(reply.headers['x-request-id']));
    expect(outcome.outcome.upstream.requestId).toBe(service.bedrock.requests[0]!.requestId);
  });

  test('the records say who, what, under which policy, and nothing that belongs to the team alone', async () => {
    const clientToken = freshToken();
    const functionSchema = {
      functions: [{ name: 'book', description: 'Books.', parameters: { guests: { type: 'integer' } } }],
    };
    const body = { ...group({ functionSchema }), description: 'Books tables.', clientToken };
    await service.post(body, { as: SESSION, headers: { 'user-agent': 'pipeline/7' } });
    const [attempt, outcome] = bothRecords();
    const inOcsf = {
      class_uid: 6003,
      category_uid: 6,
      activity_id: 1,
      activity_name: 'Create',
      type_uid: 600301,
      time: expect.any(Number),
      metadata: {
        version: '1.5.0',
        correlation_uid: attempt.decisionId,
        log_name: 'portcullis-audit',
        product: { name: 'Portcullis', vendor_name: 'Portcullis' },
        profiles: ['cloud', 'security_control', 'trace'],
      },
      actor: {
        user: {
          uid: expect.stringMatching(/^AROA\w+$/),
          uid_alt: 'arn:aws:sts::111122223333:assumed-role/payments-ci/build-1842',
          name: 'payments-ci',
          account: { uid: '111122223333', type_id: 10, type: 'AWS Account' },
          groups: [{ name: 'payments' }],
        },
        session: { uid: 'build-1842', issuer: 'arn:aws:iam::111122223333:role/payments-ci' },
      },
      src_endpoint: { ip: '127.0.0.1' },
      http_request: { user_agent: 'pipeline/7' },
      api: {
        operation: CREATE,
        version: '2023-06-05',
        service: { name: 'bedrock-agent' },
        request: { uid: expect.stringMatching(UUID) },
      },
      cloud: { provider: 'AWS', account: { uid: '111122223333' }, region: 'us-east-1' },
      policy: { name: 'organisation', version: 'test.1', uid: expect.stringMatching(/^[0-9a-f]{64}$/) },
      trace: { uid: attempt.traceId },
      action: 'Allowed',
      disposition: 'Allowed',
    };
    const common = {
      decisionId: expect.stringMatching(UUID),
      traceId: expect.stringMatching(/^Root=1-/),
      principal: 'arn:aws:sts::111122223333:assumed-role/payments-ci/build-1842',
      team: 'payments',
      agentId: AGENT,
      agentVersion: 'DRAFT',
      actionGroupName: 'bookings',
      effect: 'allow',
      dryRun: false,
      prepare: 'none',
      clientTokenGiven: true,
      actionGroup: {
        actionGroupName: 'bookings',
        actionGroupExecutor: { lambda: LAMBDA },
        descriptionLength: 13,
        functionSchema: {
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          bytes: Buffer.byteLength(JSON.stringify(functionSchema)),
          functions: [{ name: 'book', parameters: 1 }],
        },
      },
      decision: {
        violations: [],
        warnings: [],
        exemptions: [],
      },
      // Of the token that Bedrock saw: the caller's own could be guessed from its hash.
      idempotency: { tokenHash: sha256(service.bedrock.ledger[0]!.clientToken!) },
    };
    expect(attempt).toMatchObject({ phase: 'attempt', ...common });
    expect(attempt).not.toHaveProperty('outcome');
    expect(outcome).toMatchObject({ phase: 'outcome', ...common });
    const { actionGroupId } = service.bedrock.ledger[0]!;
    expect(outcome).toMatchObject({
      actionGroupId,
      outcome: { disposition: 'done', actionGroupId, upstream: { latencyMs: expect.any(Number) } },
    });
    const [began, ended] = service.events() as [AuditLine, AuditLine];
    const agent = { type: 'AWS::Bedrock::Agent', uid: AGENT };
    expect(began).toMatchObject({
      ...inOcsf,
      status: 'Unknown',
      message: `payments: ${CREATE} bookings of agent ${AGENT}: allowed`,
      resources: [agent, { type: 'ActionGroup', name: 'bookings' }],
    });
    expect(ended).toMatchObject({
      ...inOcsf,
      status: 'Success',
      duration: expect.any(Number),
      message: `payments: ${CREATE} bookings of agent ${AGENT}: done`,
      resources: [agent, { type: 'ActionGroup', name: 'bookings', uid: actionGroupId }],
    });
    expect([began, ended].map(({ metadata }) => [metadata.uid, metadata.event_code])).toEqual([
      [`${attempt.decisionId}:attempt`, 'attempt'],
      [`${attempt.decisionId}:outcome`, 'outcome'],
    ]);
  });

  test("a trace that the caller began is the records' trace", async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    await service.post(group(), { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } });
    expect(bothRecords().map((record) => record.traceId)).toEqual([traceId, traceId]);
  });

  test('a schema is on record as digest and size', async () => {
    const payload = JSON.stringify({ openapi: '3.0.0', paths: {} });
    await service.post({ actionGroupName: 'a', apiSchema: { payload } });
    expect(bothRecords()[0].actionGroup.apiSchema).toEqual({
      payload: { sha256: sha256(payload), bytes: payload.length },
    });
  });
});

describe('every end has its outcome', () => {
  const drops = (times: number) => () => service.bedrock.fault({ kind: 'drop', times });
  const denied = group({ actionGroupExecutor: { customControl: 'RETURN_CONTROL' } });
  const token = () => ({ clientToken: freshToken() });
  const none = () => {};

  test.each<[string, Record<string, unknown>, Post, () => unknown, Record<string, unknown>]>([
    ['made', group(), {}, none, { disposition: 'done', recovered: false, stored: true }],
    [
      'made, and found again',
      group(token()),
      {},
      () => service.bedrock.fault({ kind: 'nonsense', answer: 'empty-object', when: 'after-commit' }),
      { disposition: 'done', recovered: true, stored: true },
    ],
    ['tried without writing', group(), { query: '?dryRun=true' }, none, { disposition: 'dry-run' }],
    ['denied', denied, {}, none, { disposition: 'denied', code: 'POLICY_DENIED' }],
    [
      'denied, though tried without writing',
      denied,
      { query: '?dryRun=true' },
      none,
      { disposition: 'denied', code: 'POLICY_DENIED' },
    ],
    [
      'denied to a caller in no team',
      group(),
      { as: STRANGER },
      none,
      { disposition: 'denied', code: 'POLICY_DENIED' },
    ],
    [
      'refused: no such agent',
      group(),
      { as: PLATFORM, agentId: 'NOSUCHAGNT' },
      none,
      { disposition: 'failed', code: 'NOT_FOUND', upstream: { error: 'ResourceNotFoundException' } },
    ],
    [
      'refused: invalid',
      { actionGroupName: 'a', apiSchema: { payload: '?' } },
      {},
      none,
      { disposition: 'failed', code: 'UPSTREAM_INVALID', upstream: { error: 'ValidationException' } },
    ],
    [
      'refused: over quota',
      group(),
      {},
      () => service.bedrock.configure({ quotas: { actionGroupsPerAgent: 0 } }),
      { disposition: 'failed', code: 'QUOTA_EXCEEDED' },
    ],
    [
      "refused: the service's own role",
      group(),
      {},
      () => service.bedrock.fault({ kind: 'access-denied' }),
      { disposition: 'failed', code: 'UPSTREAM_REFUSED_ROLE' },
    ],
    ['without an answer', group(), {}, drops(2 * EVERY_ATTEMPT), { disposition: 'unknown', code: 'OUTCOME_UNKNOWN' }],
    [
      'without an answer, with a token',
      group(token()),
      {},
      drops(2 * EVERY_ATTEMPT),
      { disposition: 'unknown', code: 'OUTCOME_UNKNOWN' },
    ],
  ])('%s', async (_name, body, wanted, arrange, expected) => {
    arrange();
    const reply = await service.post(body, wanted);
    const [attempt, outcome] = bothRecords();
    expect(outcome.outcome).toMatchObject(expected);
    expect([attempt.decisionId, outcome.decisionId]).toEqual(Array(2).fill(reply.headers['x-decision-id']));
    expect(attempt.effect).toBe(expected.disposition === 'denied' ? 'deny' : 'allow');
  });

  test('replayed, refused for another body, and refused while running: each under a decision of its own', async () => {
    const body = group(token());
    const first = await service.post(body);
    await service.post(body);
    await service.post({ ...body, actionGroupName: 'refunds' });
    service.bedrock.fault({ kind: 'delay', delayMs: 60_000 });
    const other = { ...group(token()), actionGroupName: 'slow' };
    const running = service.post(other);
    await vi.waitUntil(() => service.bedrock.requests.length === 2);
    await service.post(other);

    const outcomes = service.audits().filter(({ phase }) => phase === 'outcome');
    expect(outcomes.map(({ outcome }) => outcome)).toMatchObject([
      { actionGroupId: first.json.agentActionGroup.actionGroupId },
      { disposition: 'replayed', actionGroupId: first.json.agentActionGroup.actionGroupId },
      { disposition: 'failed', code: 'IDEMPOTENCY_KEY_REUSED' },
      { disposition: 'failed', code: 'REQUEST_IN_PROGRESS' },
    ]);
    expect(new Set(service.audits().map(({ decisionId }) => decisionId)).size).toBe(5);
    service.bedrock.reset(); // which ends the delay
    expect((await running).status).toBe(201);
  });

  test('a denial is on record with every violation', async () => {
    await service.post(
      { actionGroupName: 'a', parentActionGroupSignature: 'ANTHROPIC.Bash' },
      { as: TRAVEL, agentId: 'NOSUCHAGNT' },
    );
    const [attempt, outcome] = bothRecords();
    for (const record of [attempt, outcome]) {
      expect(record.decision).toMatchObject({
        violations: [{ rule: 'caller-manages-agent' }, { rule: 'signature-is-allowed' }],
      });
      expect(record).toMatchObject({ effect: 'deny', deniedBy: 'caller-manages-agent,signature-is-allowed' });
    }
  });

  test('what is not a decision is no audit record: an invalid request, a policy that is missing', async () => {
    await service.post({ actionGroupName: '' });
    await service.post('{');
    await invoke({ ...service.config, policyFile: 'no-such-file.yaml' }, eventWith(), {
      write: (line) => service.lines.push(line),
    });
    expect(service.audits()).toEqual([]);
    expect(told(service.lines).map(({ code }) => code)).toEqual([
      'INVALID_REQUEST',
      'MALFORMED_BODY',
      'POLICY_UNAVAILABLE',
    ]);
  });
});

describe('when a record cannot be written', () => {
  /** Fails at the audit line of this phase, and keeps every other. */
  const failingAt =
    (phase: string, kept: string[] = []) =>
    (line: string) => {
      if (JSON.parse(line).unmapped?.phase === phase) throw new Error('ENOSPC: no space left on device, write');
      kept.push(line);
    };

  test.each<[string, Record<string, unknown>]>([
    ['a creation', group()],
    ['a creation with a token', group({ clientToken: freshToken() })],
    ['a denial', group({ actionGroupExecutor: { customControl: 'RETURN_CONTROL' } })],
  ])('the attempt of %s: nothing happens without it', async (_name, body) => {
    const reply = await invoke(service.config, eventWith(body), { write: failingAt('attempt') });
    expect(reply).toMatchObject({ status: 503, json: { code: 'AUDIT_UNAVAILABLE', retryable: true } });
    expect(reply.headers).toMatchObject({ 'retry-after': '2' });
    expect(reply.text).not.toContain('ENOSPC');
    expect(service.bedrock.requests).toEqual([]);
    expect(service.bedrock.ledger).toEqual([]);
  });

  test('the advice holds: the same request with the same token is made once the record can be written', async () => {
    const event = eventWith(group({ clientToken: freshToken() }));
    await invoke(service.config, event, { write: failingAt('attempt') });
    expect((await invoke(service.config, event)).status).toBe(201);
  });

  test('the outcome: the change is made, so its id is not lost, and the log says what is missing', async () => {
    const kept: string[] = [];
    const reply = await invoke(service.config, eventWith(), { write: failingAt('outcome', kept) });
    expect(reply.status).toBe(201);
    expect(reply.json.agentActionGroup.actionGroupId).toBe(service.bedrock.ledger[0]!.actionGroupId);
    expect(told(kept)).toMatchObject([
      { unmapped: { phase: 'attempt' } },
      { level: 'ERROR', decisionId: reply.headers['x-decision-id'] },
    ]);
  });

  test("the outcome of a failure: the caller still gets the failure's own answer", async () => {
    service.bedrock.fault({ kind: 'access-denied' });
    const reply = await invoke(service.config, eventWith(), { write: failingAt('outcome') });
    expectProblem(reply, 'UPSTREAM_REFUSED_ROLE', { decided: true, upstream: expect.anything() });
  });
});

describe('no line can be forged', () => {
  const FORGERIES: [string, string][] = [
    ['a line of its own', 'x\n{"class_uid":6003,"unmapped":{"phase":"outcome"}}'],
    ['a carriage return', 'x\r{"level":"INFO"}'],
    ['line and paragraph separators', 'x\u2028y\u2029z\u0085'],
    ['colours and cursor movements of a terminal', '\u001b[2K\u001b[1A\u001b[31mall is well\u009b0m'],
    ['text from right to left', '\u202egnihton saw ti\u202c \u2066\u200f'],
    ['a null character and a bell', '\u0000\u0007'],
    ['half a surrogate pair', '\ud83c'],
    ['quotes and braces', '"}}{"class_uid":6003,"unmapped":{"phase":"outcome"}}'],
  ];

  /** Whoever reads line by line reads records, and a terminal shows them as they are. */
  const expectHonestLines = (lines: readonly string[]) => {
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(line).toMatch(/^\{[\x20-\x7e]*\}$/);
    }
    expect(eventsIn(lines).map(({ unmapped }) => unmapped.phase)).toEqual(['attempt', 'outcome']);
  };

  test.each(FORGERIES)('by the user agent, the trace or the address: %s', async (_name, text) => {
    const event = eventWith();
    const headers = { ...event.multiValueHeaders, 'X-Amzn-Trace-Id': [text] };
    const identity = { ...event.requestContext.identity, userAgent: text, sourceIp: text };
    const forged = { ...event, multiValueHeaders: headers, requestContext: { ...event.requestContext, identity } };
    const lines: string[] = [];
    const reply = await invoke(service.config, forged, { write: (line) => lines.push(line) });
    expect(reply.status).toBe(201);
    expectHonestLines(lines);
    // Escaped, not removed: what was sent is evidence.
    expect(JSON.parse(lines[0]!).http_request.user_agent).toBe(text);
  });

  test.each(FORGERIES.filter(([, text]) => text.isWellFormed()))(
    'by what the request says: %s',
    async (_name, text) => {
      const signature = {
        actionGroupName: 'a',
        parentActionGroupSignature: 'ANTHROPIC.Bash',
        parentActionGroupSignatureParams: { type: text },
      };
      const schemas = { description: text, apiSchema: { payload: text } };
      for (const body of [
        signature,
        group({ description: text, functionSchema: { functions: [{ name: 'a', description: text }] } }),
        { actionGroupName: 'b', ...schemas },
      ]) {
        service.reset();
        await service.post(body, { as: PLATFORM });
        expectHonestLines(service.lines);
      }
    },
  );

  test('a user agent cannot swell a record', async () => {
    const event = eventWith();
    const identity = { ...event.requestContext.identity, userAgent: 'x'.repeat(10_000) };
    const lines: string[] = [];
    await invoke(
      service.config,
      { ...event, requestContext: { ...event.requestContext, identity } },
      { write: (line) => lines.push(line) },
    );
    expect(JSON.parse(lines[0]!).http_request.user_agent).toHaveLength(256);
  });
});

describe('no secret is written', () => {
  const SECRET = 'TOP-SECRET';
  const full = () => ({
    actionGroupName: 'bookings',
    description: `${SECRET} description`,
    clientToken: `${SECRET}-token-${freshToken()}`,
    actionGroupExecutor: { lambda: LAMBDA },
    functionSchema: {
      functions: [
        {
          name: 'book',
          description: `${SECRET} of a function`,
          parameters: { guests: { type: 'integer', description: `${SECRET} of a parameter` } },
        },
      ],
    },
  });
  const payload = JSON.stringify({ openapi: '3.0.0', info: { title: SECRET }, paths: {} });

  test.each<[string, unknown, Post, number, (() => unknown)?]>([
    ['made', full(), {}, 201],
    ['made from a schema', { actionGroupName: 'a', apiSchema: { payload } }, {}, 201],
    ['tried without writing', full(), { query: '?dryRun=true' }, 200],
    ['invalid', { ...full(), actionGroupName: '' }, {}, 400],
    ['malformed', `{"description": "${SECRET}`, {}, 400],
    ['a token of bad form', { ...full(), clientToken: `${SECRET}!` }, {}, 400],
    ['a bad key', full(), { headers: { 'idempotency-key': `"${SECRET}` } }, 400],
    ['a query', full(), { query: `?token=${SECRET}` }, 400],
    ['another content type', full(), { headers: { 'content-type': `text/${SECRET}` } }, 415],
    ['denied', { ...full(), actionGroupExecutor: { customControl: 'RETURN_CONTROL' } }, {}, 403],
    ['a schema that Bedrock refuses', { actionGroupName: 'a', apiSchema: { payload: `${SECRET}: [` } }, {}, 400],
    [
      'Bedrock fails',
      full(),
      {},
      502,
      () => service.bedrock.fault({ kind: 'error', operation: CREATE, times: EVERY_ATTEMPT }),
    ],
    ['Bedrock is silent', full(), {}, 504, () => service.bedrock.fault({ kind: 'drop', times: 2 * EVERY_ATTEMPT })],
  ])('%s', async (_name, body, wanted, status, arrange = () => {}) => {
    arrange();
    const reply = await service.post(body, { as: SESSION, ...wanted });
    expect(reply.status).toBe(status);
    const lines = service.lines.join('\n');
    expect(lines).not.toBe('');
    for (const secret of [SECRET, SESSION.sessionToken, SESSION.secretAccessKey, 'AWS4-HMAC-SHA256', 'Signature=']) {
      expect(lines).not.toContain(secret);
    }
  });
});

describe('no setting silences the trail', () => {
  test.each([
    ['POWERTOOLS_LOG_LEVEL', 'SILENT'],
    ['POWERTOOLS_LOG_LEVEL', 'CRITICAL'],
    ['LOG_LEVEL', 'SILENT'],
    ['AWS_LAMBDA_LOG_LEVEL', 'FATAL'],
    ['POWERTOOLS_LOGGER_SAMPLE_RATE', '0'],
    ['POWERTOOLS_DEV', 'true'],
    ['AWS_LAMBDA_LOG_FORMAT', 'Text'],
  ])('%s=%s', async (name, value) => {
    vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const lines: string[] = [];
    await invoke(service.config, eventWith(), { write: (line) => lines.push(line) });
    expect(told(lines)).toMatchObject([
      { class_uid: 6003, unmapped: { phase: 'attempt' } },
      { class_uid: 6003, unmapped: { phase: 'outcome' } },
    ]);
  });

  test('what is only helpful an operator may silence', async () => {
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'ERROR');
    onTestFinished(() => void vi.unstubAllEnvs());
    const lines: string[] = [];
    await invoke(service.config, eventWith({ actionGroupName: '' }), { write: (line) => lines.push(line) });
    expect(told(lines)).toEqual([]);
  });
});
