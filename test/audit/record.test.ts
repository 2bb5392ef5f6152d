/** The record as a pure function: whatever a caller sends, it is one line, and an event of the standard. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failure, rehearsal, success } from '../../src/audit/outcome.ts';
import { type Facts, recordsOf } from '../../src/audit/record.ts';
import { beginTrail } from '../../src/audit/trail.ts';
import { LineLogger } from '../../src/log.ts';
import { OPERATIONS, type Operation, type Principal } from '../../src/policy/request.ts';
import { RULES } from '../../src/policy/rules/index.ts';
import { PROBLEMS, Problem, type ProblemCode, unexpected } from '../../src/problem.ts';
import type { Request } from '../../src/provisioning.ts';
import { TEXT_MARK, TOKEN_MARK } from '../support/lines/planted.ts';
import { ocsfFaults } from './ocsf.ts';

const NOW = 1_800_000_000_000;
const IAM: Principal = { kind: 'iam', partition: 'aws', account: '111122223333', type: 'role', name: 'payments-ci' };

function requestOf(operation: Operation, changes: object = {}): Request {
  const caller = {
    principal: IAM,
    arn: 'arn:aws:sts::111122223333:assumed-role/payments-ci/build-7',
    session: 'build-7',
    uniqueId: 'AROAEXAMPLE',
    account: '111122223333',
    sourceIp: '192.0.2.44',
    userAgent: 'pipeline/7',
  };
  return { operation, agentId: 'AGENT12345', caller, ...changes } as unknown as Request;
}

function factsOf(request: Request, changes: Partial<Facts> = {}): Facts {
  return {
    ids: { requestId: 'r-1', traceId: undefined },
    request,
    decision: {
      id: 'd-1',
      effect: 'allow',
      team: 'payments',
      violations: [],
      warnings: [],
      rules: ['caller-is-in-one-team'],
      exemptions: [],
      policy: { revision: '1', digest: '0'.repeat(64) },
    },
    tokenHash: undefined,
    place: { account: '111122223333', region: 'us-east-1' },
    ...changes,
  };
}

/** The record as it is written, which must be one honest line. */
function written(event: object) {
  const lines: string[] = [];
  new LineLogger((line) => void lines.push(line)).record(event);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\{[\x20-\x7e]*\}$/);
  return JSON.parse(lines[0]!);
}

const attemptOf = (request: Request, changes?: Partial<Facts>) =>
  written(recordsOf(factsOf(request, changes)).attempt(NOW));

describe('a preparation is on record as what became of it', () => {
  const lost = new Problem('OUTCOME_UNKNOWN', { mayHaveCommitted: true });
  test.each([
    ['live', { status: 'PREPARED' }, ['Success', 'Allowed', undefined]],
    ['under way', { status: 'PREPARING' }, ['Success', 'Allowed', undefined]],
    ['under way, after trouble', { status: 'PREPARING', problem: lost }, ['Success', 'Allowed', undefined]],
    ['failed', { status: 'FAILED', failureReasons: ['No role.'] }, ['Failure', 'Error', undefined]],
    ['not begun', { status: 'NOT_PREPARED' }, ['Failure', 'Error', undefined]],
    ['sent, and not answered', { status: 'NOT_PREPARED', problem: lost }, ['Unknown', 'Unknown', 'OUTCOME_UNKNOWN']],
  ] as const)('%s', (_name, preparation, [status, disposition, status_code]) => {
    const records = recordsOf(factsOf(requestOf('CreateAgentActionGroup')));
    const seen = written(records.preparation(NOW, 1, preparation));
    expect(seen).toMatchObject({ status, disposition });
    expect(seen.status_code).toBe(status_code);
  });
});

describe('the class says what was asked', () => {
  test.each<[Operation, number, string]>([
    ['CreateAgentActionGroup', 1, 'Create'],
    ['UpdateAgentActionGroup', 3, 'Update'],
    ['DeleteAgentActionGroup', 4, 'Delete'],
    ['GetAgentActionGroup', 2, 'Read'],
    ['ListAgentActionGroups', 2, 'Read'],
    ['GetAgent', 2, 'Read'],
    ['PrepareAgent', 99, 'Prepare'],
  ])('%s', (operation, activity_id, activity_name) => {
    expect(attemptOf(requestOf(operation))).toMatchObject({
      activity_id,
      activity_name,
      type_uid: 600300 + activity_id,
      api: { operation },
    });
  });
});

describe('the standing says how it ended', () => {
  const of = (outcome: ReturnType<typeof failure>) => {
    const event = written(recordsOf(factsOf(requestOf('CreateAgentActionGroup'))).outcome(NOW, 7, outcome));
    expect(ocsfFaults(event)).toEqual([]);
    return [event.severity, event.status, event.disposition, event.unmapped.outcome.disposition];
  };
  const applied = { result: undefined } as never;
  const lost = new Problem('OUTCOME_UNKNOWN', { mayHaveCommitted: true });

  test.each<[string, ReturnType<typeof failure>, string[]]>([
    ['done', success(applied, 5), ['Informational', 'Success', 'Allowed', 'done']],
    [
      'replayed',
      success({ ...(applied as object), replayed: true } as never, undefined),
      ['Informational', 'Success', 'Allowed', 'replayed'],
    ],
    [
      'unchanged',
      success({ ...(applied as object), unchanged: true } as never, 5),
      ['Informational', 'Success', 'No Action', 'unchanged'],
    ],
    ['only asked', rehearsal(undefined), ['Informational', 'Success', 'Logged', 'dry-run']],
    ['denied', failure(new Problem('POLICY_DENIED'), undefined), ['Low', 'Failure', 'Blocked', 'denied']],
    ['refused by Bedrock', failure(new Problem('NAME_TAKEN'), 5), ['Informational', 'Failure', 'Error', 'failed']],
    ['failed by Bedrock', failure(new Problem('UPSTREAM_FAILED'), 5), ['Medium', 'Failure', 'Error', 'failed']],
    ['lost', failure(lost, 5), ['High', 'Unknown', 'Unknown', 'unknown']],
    ['a write that broke', failure(unexpected(new TypeError('x'), true), 5), ['High', 'Unknown', 'Unknown', 'unknown']],
    ['a read that broke', failure(unexpected(new TypeError('x')), 5), ['Medium', 'Failure', 'Error', 'failed']],
  ])('%s', (_name, outcome, expected) => {
    expect(of(outcome)).toEqual(expected);
  });

  test.each(Object.keys(PROBLEMS) as ProblemCode[])('%s is an event of the standard', (code) => {
    expect(of(failure(new Problem(code), undefined))[1]).toBe('Failure');
  });
});

test.each(OPERATIONS)(
  '%s that fails as nobody foresaw: a write may have been made, a read made nothing',
  (operation) => {
    const lines: string[] = [];
    const log = new LineLogger((line) => void lines.push(line));
    const { code, mayHaveCommitted, decisionId } = beginTrail(log, factsOf(requestOf(operation)), () => 0).failed(
      new TypeError('x is not a function'),
    );
    const isRead = operation.startsWith('Get') || operation.startsWith('List');
    expect([code, mayHaveCommitted]).toEqual(['INTERNAL', !isRead]);
    const outcome = JSON.parse(lines.at(-1)!).unmapped;
    expect([outcome.outcome.disposition, outcome.decisionId]).toEqual([isRead ? 'failed' : 'unknown', decisionId]);
  },
);

test('a description, a schema and a token are measured, never shown', () => {
  const functions = [
    { name: 'book', description: TEXT_MARK, parameters: { guests: { type: 'integer', description: TEXT_MARK } } },
  ];
  const actionGroup = { actionGroupName: 'a', description: TEXT_MARK, functionSchema: { functions } };
  const request = requestOf('CreateAgentActionGroup', { actionGroup, clientToken: TOKEN_MARK });
  const event = attemptOf(request);
  expect(JSON.stringify(event)).not.toMatch(new RegExp(`${TEXT_MARK}|${TOKEN_MARK}`));
  expect(event.unmapped).toMatchObject({
    clientTokenGiven: true,
    actionGroup: { descriptionLength: TEXT_MARK.length },
  });
  const payload = requestOf('UpdateAgentActionGroup', { actionGroup: { apiSchema: { payload: TEXT_MARK } } });
  expect(attemptOf(payload).unmapped.actionGroup).toEqual({
    apiSchema: { payload: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/), bytes: TEXT_MARK.length } },
  });
});

describe('a caller with a token', () => {
  test('is its subject and issuer, and its claims are on record for trying another policy', () => {
    const claims = { sub: 'ada', groups: ['payments', 'x'] };
    const principal: Principal = { kind: 'jwt', issuer: 'https://idp.example.com/', claims };
    const caller = { principal, arn: '', userAgent: undefined, sourceIp: undefined };
    const event = attemptOf(requestOf('GetAgent', { caller }));
    expect(event.actor).toEqual({
      user: {
        uid: 'ada',
        uid_alt: 'https://idp.example.com/ (sub ada)',
        name: 'ada',
        groups: [{ name: 'payments' }],
      },
      session: { issuer: 'https://idp.example.com/' },
    });
    expect(event.unmapped.token).toEqual({ issuer: 'https://idp.example.com/', claims });
    expect(event.src_endpoint).toEqual({ name: 'unknown' });
    expect(ocsfFaults(event)).toEqual([]);
  });
});

describe('whatever a caller sends', () => {
  const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 });
  const text = fc.oneof(
    units.map((codes) => String.fromCharCode(...codes)),
    fc.constantFrom(
      '',
      '__proto__',
      'constructor',
      '\u202e\u2066',
      '\r\n{"class_uid":6003}',
      '\u2028',
      '\ud83c',
      '"}}',
    ),
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV6().map((address) => `${address}%${'z'.repeat(60)}`),
  );
  const maybe = fc.option(text, { nil: undefined });
  const claims = fc.dictionary(text, fc.oneof(text, fc.array(text, { maxLength: 3 })), { maxKeys: 4 });
  const principal: fc.Arbitrary<Principal> = fc.oneof(
    fc.record({
      kind: fc.constant('iam' as const),
      partition: text,
      account: text,
      type: fc.constantFrom('role' as const, 'user' as const, 'root' as const, 'federated-user' as const),
      name: text,
    }),
    fc.record({ kind: fc.constant('jwt' as const), issuer: text, claims }),
  );
  const caller = fc.record({
    principal,
    arn: text,
    session: maybe,
    uniqueId: maybe,
    account: maybe,
    sourceIp: maybe,
    userAgent: maybe,
  });
  const actionGroup = fc.record({
    actionGroupName: maybe,
    description: maybe,
    parentActionGroupSignature: maybe,
    parentActionGroupSignatureParams: fc.option(fc.dictionary(text, text, { maxKeys: 3 }), { nil: undefined }),
    actionGroupExecutor: fc.option(fc.record({ lambda: text }), { nil: undefined }),
    apiSchema: fc.option(fc.record({ payload: text }), { nil: undefined }),
    functionSchema: fc.option(
      fc.record({ functions: fc.array(fc.record({ name: text, description: text }), { maxLength: 2 }) }),
      { nil: undefined },
    ),
  });
  const finding = fc.record({ rule: fc.constantFrom(...RULES.keys()), pointer: text, message: text, fix: text });
  const request = fc.record({
    operation: fc.constantFrom(...OPERATIONS),
    agentId: text,
    agentVersion: text,
    actionGroupId: text,
    actionGroup,
    caller,
    dryRun: fc.boolean(),
    clientToken: maybe,
  });
  const outcome = fc.oneof(
    fc.record({ actionGroupId: maybe, upstreamRequestId: maybe }).map((applied) => success(applied as never, 1)),
    fc.constant(rehearsal(undefined)),
    fc
      .record({
        code: fc.constantFrom(...(Object.keys(PROBLEMS) as ProblemCode[])),
        error: text,
        requestId: text,
        mayHaveCommitted: fc.boolean(),
      })
      .map(({ code, mayHaveCommitted, ...upstream }) => failure(new Problem(code, { upstream, mayHaveCommitted }), 1)),
  );

  test('each of its records is one line, and an event that the standard takes', () => {
    fc.assert(
      fc.property(
        request,
        fc.record({ requestId: text, traceId: maybe }),
        fc.array(finding, { maxLength: 2 }),
        outcome,
        fc.record({
          status: fc.constantFrom('PREPARED', 'PREPARING', 'FAILED', 'NOT_PREPARED', 'UPDATING', 'NEW\n'),
          failureReasons: fc.array(text, { maxLength: 3 }),
          problem: fc.option(
            fc.boolean().map((mayHaveCommitted) => new Problem('OUTCOME_UNKNOWN', { mayHaveCommitted })),
            { nil: undefined },
          ),
        }),
        (asked, ids, violations, ended, preparation) => {
          const { decision } = factsOf(requestOf('GetAgent'));
          const effect = violations.length === 0 ? ('allow' as const) : ('deny' as const);
          const facts = factsOf(asked as unknown as Request, { ids, decision: { ...decision, violations, effect } });
          const records = recordsOf(facts);
          for (const event of [
            records.attempt(NOW),
            records.outcome(NOW, 1, ended),
            records.preparation(NOW, 1, preparation as never),
          ]) {
            const seen = written(event);
            expect(ocsfFaults(seen)).toEqual([]);
            expect(seen.message).toMatch(/^[\x20-\x7e]*$/);
          }
        },
      ),
      { seed: 6003, numRuns: 500 },
    );
  });
});
