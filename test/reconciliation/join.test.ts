/** What CloudTrail says, what the audit trail says, and what does not match. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Provenance } from '../../src/provenance/provenance.ts';
import type { AuditLine } from '../../src/reconciliation/audit-line.ts';
import { groupKey, join, NEAR_MS } from '../../src/reconciliation/join.ts';
import type { WriteEvent } from '../../src/reconciliation/write-event.ts';
import { AGENT, auditOf, eventOf, type LineFacts, NOON, type RecordFacts, uuid } from './records.ts';

const SPAN = { from: NOON - 3_600_000, to: NOON + 3_600_000 };
const D = uuid();
const GROUP = 'GROUP12345';
const update = 'UpdateAgentActionGroup';
const remove = 'DeleteAgentActionGroup';

interface Facts {
  readonly events?: readonly WriteEvent[];
  readonly lines?: readonly AuditLine[];
  readonly provenance?: readonly Provenance[];
}

/** Kind, decision or event, and verdict of each finding. */
function found({ events = [], lines = [], provenance = [] }: Facts, span = SPAN): string[] {
  const known = new Map(provenance.map((one) => [groupKey(one.agentId, one.actionGroupId), one]));
  return join({ events, lines, provenance: known }, span).map(({ kind, verdict }) =>
    verdict === undefined ? kind : `${kind} ${Object.values(verdict).join(' ')}`,
  );
}

const wrote = (facts: RecordFacts = {}) => eventOf({ decisionId: D, actionGroupId: GROUP, ...facts });
const attempted = (facts: LineFacts = {}) => auditOf(D, facts);
const ended = (facts: LineFacts = {}) => auditOf(D, { phase: 'outcome', actionGroupId: GROUP, ...facts });

function kept(decisionId = D, updatedAt = NOON): Provenance {
  const written = { decisionId, updatedAt: new Date(updatedAt).toISOString() };
  return { agentId: AGENT, actionGroupId: GROUP, written } as Provenance;
}

describe('nothing is found of', () => {
  test.each<[string, Facts]>([
    ['a write that all three tell of', { events: [wrote()], lines: [attempted(), ended()], provenance: [kept()] }],
    ['a denial', { lines: [attempted({ effect: 'deny' })] }],
    ['a dry run whose outcome was lost', { lines: [attempted({ more: { dryRun: true } })] }],
    ['a refused call of somebody else', { events: [wrote({ role: 'admin', errorCode: 'AccessDenied' })] }],
    [
      'a refused call of ours',
      { events: [wrote({ errorCode: 'ThrottlingException' })], lines: [attempted(), ended()], provenance: [kept()] },
    ],
    ['a role of another stage', { events: [wrote({ role: 'portcullis/portcullis-dev-CreateActionGroupRole-1' })] }],
    [
      'a prepare that the request asked for',
      {
        events: [wrote(), wrote({ operation: 'PrepareAgent' })],
        lines: [attempted({ more: { prepare: 'start' } }), ended()],
        provenance: [kept()],
      },
    ],
    [
      'a group that was disabled before its deletion',
      {
        events: [wrote({ operation: update }), wrote({ operation: remove })],
        lines: [
          attempted({ operation: remove, actionGroupId: GROUP, more: { disableFirst: true } }),
          ended({ operation: remove }),
        ],
        provenance: [{ ...kept(), deleted: {} as never }],
      },
    ],
    [
      'a creation that a later decision found and kept',
      {
        events: [wrote()],
        lines: [attempted(), ended()],
        provenance: [kept(uuid(), NOON - 900)],
      },
    ],
    [
      'a write whose user agent lost the decision, but whose request the outcome names',
      (() => {
        const event = wrote({ decisionId: undefined });
        return { events: [event], lines: [attempted(), ended({ requestId: event.requestId! })], provenance: [kept()] };
      })(),
    ],
  ])('%s', (_name, facts) => expect(found(facts)).toEqual([]));
});

describe('an attempt without outcome', () => {
  test.each<[string, Facts, string]>([
    ['that was committed', { events: [wrote()], lines: [attempted()], provenance: [kept()] }, `committed ${GROUP}`],
    [
      'that was throttled, then committed',
      { events: [wrote({ errorCode: 'ThrottlingException' }), wrote()], lines: [attempted()], provenance: [kept()] },
      `committed ${GROUP}`,
    ],
    [
      'that Bedrock refused',
      { events: [wrote({ errorCode: 'ConflictException' })], lines: [attempted()] },
      'refused ConflictException',
    ],
    [
      'that Bedrock failed at',
      { events: [wrote({ errorCode: 'InternalServerException' })], lines: [attempted()] },
      'failed InternalServerException',
    ],
    ['of which there is no call', { lines: [attempted()] }, 'no-call'],
    ['whose outcome is unknown', { lines: [attempted(), ended({ disposition: 'unknown' })] }, 'no-call'],
    [
      'of a prepare',
      {
        events: [wrote({ operation: 'PrepareAgent', actionGroupId: undefined })],
        lines: [attempted({ operation: 'PrepareAgent' })],
      },
      'committed ',
    ],
  ])('%s', (_name, facts, verdict) => expect(found(facts)).toEqual([`attempt-without-outcome ${verdict}`]));

  test('is told with the group that was made, and who asked', () => {
    const [finding] = join({ events: [wrote()], lines: [attempted()], provenance: undefined }, SPAN);
    expect(finding).toMatchObject({
      uid: `attempt-without-outcome:${D}`,
      actionGroupId: GROUP,
      principal: 'arn:aws:sts::111122223333:assumed-role/payments-ci/build-1',
      team: 'payments',
    });
  });
});

describe('a write without attempt', () => {
  const lines = [attempted(), ended()];
  test.each<[string, Facts]>([
    ['with no line at all', { events: [wrote()] }],
    [
      'of a decision that denied it',
      { events: [wrote()], lines: [attempted({ effect: 'deny' }), ended({ disposition: 'denied' })] },
    ],
    [
      'of a dry run',
      { events: [wrote()], lines: [attempted({ more: { dryRun: true } }), ended({ disposition: 'dry-run' })] },
    ],
    ['of another operation than was decided', { events: [wrote({ operation: remove })], lines }],
    [
      'to another agent',
      { events: [wrote({ more: { responseElements: null, requestParameters: { agentId: 'OTHER12345' } } })], lines },
    ],
    [
      'to another group',
      {
        events: [wrote({ operation: update, actionGroupId: 'OTHER12345' })],
        lines: [attempted({ operation: update, actionGroupId: GROUP }), ended({ operation: update })],
      },
    ],
    ['a prepare that nobody asked for', { events: [wrote({ operation: 'PrepareAgent' })], lines }],
    [
      'long after the attempt, by who read the decision in an answer',
      { events: [wrote({ at: NOON + NEAR_MS + 1_000 })], lines },
    ],
    ['that names no decision', { events: [wrote({ decisionId: undefined })], lines }],
  ])('%s', (_name, facts) => expect(found(facts)).toEqual(['write-without-attempt']));
});

describe('a write that was not ours', () => {
  test.each<[string, RecordFacts]>([
    ['by a role', { role: 'admin' }],
    ['by a role of this name in another path', { role: 'portcullis-prod-CreateActionGroupRole-1ABCDEFGHIJKL' }],
    ['that bears a decision of ours', { role: 'admin', decisionId: D }],
    ['by a role under our path that is of no stage', { role: 'portcullis/anything' }],
    ['by a role of this stage that may not write', { role: 'portcullis/portcullis-prod-ScanRole-1' }],
    ['by a role of a stage that nobody named', { role: 'portcullis/portcullis-development-Role-1' }],
    [
      'by the role of another account',
      {
        more: {
          userIdentity: {
            type: 'AssumedRole',
            arn: 'arn:aws:sts::999922223333:assumed-role/x/y',
            sessionContext: {
              sessionIssuer: {
                arn: 'arn:aws:iam::999922223333:role/portcullis/portcullis-prod-CreateActionGroupRole-1ABCDEFGHIJKL',
              },
            },
          },
        },
      },
    ],
    ['by a user', { more: { userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/alice' } } }],
    ['by the root user', { more: { userIdentity: { type: 'Root', arn: 'arn:aws:iam::111122223333:root' } } }],
    [
      'by a service of AWS',
      { more: { userIdentity: { type: 'AWSService', invokedBy: 'cloudformation.amazonaws.com' } } },
    ],
    ['by who is not named', { more: { userIdentity: null } }],
  ])('%s', (_name, facts) => {
    expect(found({ events: [wrote(facts)], lines: [attempted(), ended()], provenance: [kept()] })).toEqual([
      'write-not-ours',
    ]);
  });
});

describe('an outcome that CloudTrail contradicts', () => {
  const failed = [attempted(), ended({ disposition: 'failed' })];
  test('is told with what was made, and who asked', () => {
    const provenance = new Map([[groupKey(AGENT, GROUP), kept()]]);
    expect(join({ events: [wrote()], lines: failed, provenance }, SPAN)).toEqual([
      expect.objectContaining({
        uid: `outcome-contradicted:${D}`,
        actionGroupId: GROUP,
        team: 'payments',
        verdict: { is: 'committed', actionGroupId: GROUP },
      }),
    ]);
  });

  test.each<[string, Facts]>([
    ['where Bedrock refused it too', { events: [wrote({ errorCode: 'ConflictException' })], lines: failed }],
    [
      'where a prepare began, and failed later',
      {
        events: [wrote({ operation: 'PrepareAgent' })],
        lines: [attempted({ operation: 'PrepareAgent' }), ended({ operation: 'PrepareAgent', disposition: 'failed' })],
      },
    ],
  ])('there is none %s', (_name, facts) => expect(found(facts)).toEqual([]));
});

describe('a write without provenance', () => {
  const lines = [attempted(), ended()];
  const updated = [attempted({ operation: update, actionGroupId: GROUP }), ended({ operation: update })];
  test.each<[string, Facts]>([
    ['of a creation', { events: [wrote()], lines }],
    [
      'of an update',
      { events: [wrote({ operation: update })], lines: updated, provenance: [kept(uuid(), NOON - 60_000)] },
    ],
    [
      'of a deletion',
      {
        events: [wrote({ operation: remove })],
        lines: [attempted({ operation: remove, actionGroupId: GROUP }), ended({ operation: remove })],
        provenance: [kept()],
      },
    ],
    ['of a creation in whose row the group is hidden', { events: [wrote({ actionGroupId: undefined })], lines }],
  ])('%s', (_name, facts) => expect(found(facts)).toEqual(['write-without-provenance']));

  test('is no finding where a later update is known, though its time is near', () => {
    const later = uuid();
    const events = [wrote({ operation: update }), wrote({ operation: update, at: NOON + 300, decisionId: later })];
    const theirs = [
      { operation: update, actionGroupId: GROUP },
      { operation: update, actionGroupId: GROUP, phase: 'outcome' as const },
    ].map((facts) => auditOf(later, facts));
    expect(found({ events, lines: [...updated, ...theirs], provenance: [kept(later, NOON + 300)] })).toEqual([]);
    expect(found({ events, lines: [...updated, ...theirs], provenance: [kept(D, NOON)] })).toEqual([
      'write-without-provenance',
    ]);
  });

  test('is no finding where none is kept', () => {
    expect(join({ events: [wrote()], lines, provenance: undefined }, SPAN)).toEqual([]);
  });

  test('is no finding where the row hides the group, and the provenance names the decision', () => {
    const hidden = wrote({ operation: update, at: NOON + 900, more: { responseElements: null } });
    expect(found({ events: [hidden], lines: updated, provenance: [kept(D, NOON)] })).toEqual([]);
  });

  test('is dated by the first of two creations with one token: the second made nothing', () => {
    const events = [wrote({ at: NOON + 2_000 }), wrote()];
    const [finding] = join({ events, lines, provenance: new Map() }, SPAN);
    expect(finding).toMatchObject({ kind: 'write-without-provenance', atEpochMs: NOON });
  });

  test('is repaired from the attempt and the row', () => {
    const [finding] = join({ events: [wrote()], lines, provenance: new Map() }, SPAN);
    expect(finding?.repair).toEqual({
      agentId: AGENT,
      actionGroupId: GROUP,
      written: {
        operation: 'CreateAgentActionGroup',
        at: '2026-01-01T12:00:00.000Z',
        by: {
          principal: 'arn:aws:sts::111122223333:assumed-role/payments-ci/build-1',
          session: 'build-1',
          uniqueId: 'AROAPAYMENTS',
          team: 'payments',
        },
        decisionId: D,
        policy: { revision: '1', digest: 'digest' },
        actionGroupName: 'bookings',
        updatedAt: '2026-01-01T12:00:00.000Z',
      },
    });
  });
});

test.each([
  ['before the span', -1, false],
  ['at its first millisecond', 0, true],
  ['at its last', 3_599_999, true],
  ['after it', 3_600_000, false],
])('what happened %s is judged only within it', (_name, at, judged) => {
  const span = { from: NOON, to: NOON + 3_600_000 };
  const lines = [auditOf(D, { at: NOON + at })];
  expect(found({ lines }, span)).toEqual(judged ? ['attempt-without-outcome no-call'] : []);
});

test('a row or line that comes twice is one', () => {
  const event = wrote();
  expect(found({ events: [event, event], lines: [attempted(), attempted()] })).toEqual([
    'write-without-provenance',
    `attempt-without-outcome committed ${GROUP}`,
  ]);
});

/** One request to this service, or one write round it, and what of it was lost. */
const happening = fc.record({
  by: fc.constantFrom('service', 'other', 'neighbour'),
  operation: fc.constantFrom('CreateAgentActionGroup', update, remove, 'PrepareAgent'),
  call: fc.constantFrom('committed', 'refused', 'none'),
  attempt: fc.boolean(),
  outcome: fc.constantFrom('done', 'unknown', 'lost'),
  provenance: fc.boolean(),
  at: fc.integer({ min: -1_800_000, max: 1_800_000 }),
});

test('whatever is lost and in whatever order it comes: each commit without its records is found, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 12 }), fc.func(fc.nat()), (happenings, order) => {
      const events: WriteEvent[] = [];
      const lines: AuditLine[] = [];
      const known = new Map<string, Provenance>();
      const expected: string[] = [];
      for (const [index, { by, operation, call, attempt, outcome, provenance, at }] of happenings.entries()) {
        const decisionId = uuid();
        const actionGroupId = operation === 'PrepareAgent' ? undefined : `GROUP${String(index).padStart(5, '0')}`;
        const role = { service: undefined, other: 'admin', neighbour: 'portcullis/portcullis-dev-Role-1' }[by];
        const facts = { operation, at: NOON + at, decisionId, actionGroupId, ...(role ? { role } : {}) };
        const event = eventOf({ ...facts, errorCode: call === 'refused' ? 'ConflictException' : undefined });
        if (call !== 'none') events.push(event);
        const isMade = call === 'committed';
        if (by === 'neighbour') continue;
        if (by === 'other') {
          if (isMade) expected.push(`write-not-ours:${event.eventId}`);
          continue;
        }
        const line = { operation, at: NOON + at - 500, actionGroupId };
        if (attempt) lines.push(auditOf(decisionId, line));
        if (outcome !== 'lost') lines.push(auditOf(decisionId, { ...line, phase: 'outcome', disposition: outcome }));
        if (provenance && actionGroupId !== undefined) {
          const authorship = { decisionId, updatedAt: new Date(NOON + at).toISOString() } as never;
          const member = operation === remove ? { deleted: authorship } : { written: authorship };
          known.set(groupKey(AGENT, actionGroupId), { agentId: AGENT, actionGroupId, ...member });
        }
        if (isMade && !attempt) expected.push(`write-without-attempt:${event.eventId}`);
        if (attempt && outcome !== 'done') expected.push(`attempt-without-outcome:${decisionId}`);
        if (isMade && attempt && !provenance && actionGroupId) expected.push(`write-without-provenance:${decisionId}`);
      }
      const shuffled = <T>(items: T[]) =>
        items
          .map((item, i) => ({ item, key: order(i) }))
          .sort((a, b) => a.key - b.key)
          .map(({ item }) => item);
      const evidence = { events: shuffled(events), lines: shuffled([...lines, ...lines]), provenance: known };
      expect(
        join(evidence, SPAN)
          .map(({ uid }) => uid)
          .sort(),
      ).toEqual(expected.sort());
    }),
    { seed: 20261125, numRuns: 300 },
  );
});
