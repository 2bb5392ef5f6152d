/** One commit for a token, and its id for every caller, whatever is lost on the way. The emulator's ledger is the judge. */
import { describe, expect, test } from 'vitest';
import { TOKEN_REPEATS, type TokenRepeat } from '../../src/local/bedrock/settings.ts';
import { breakableService } from '../support/breakable-service.ts';
import type { CreateCall, Reply } from '../support/create-call.ts';
import { moveDate } from '../support/date.ts';
import { nowhere } from '../support/nowhere.ts';

const service = breakableService();

const token = 'one-token-of-the-callers-own-choice-1';
const otherBody = { description: 'Another body.' };
const create = 'CreateAgentActionGroup';

const idOf = (reply: Reply) => reply.body.agentActionGroup?.actionGroupId;
const committed = () => service.bedrock.ledger.map(({ actionGroupId }) => actionGroupId);

/** The status and code of an answer, in one word each. */
const said = ({ status, body }: Reply) => `${status} ${body.code ?? body.agentActionGroup.actionGroupId}`;

/** The answer names the one group that was committed. */
function expectTheOneGroup(reply: Reply): void {
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  expect(committed()).toEqual([idOf(reply)]);
}

/** Every answer to this call is lost, and nobody may look afterwards: its outcome is unknown. */
async function loseOutcome(when: 'before-commit' | 'after-commit', call: CreateCall = { token }): Promise<Reply> {
  service.bedrock.fault(
    { kind: 'drop', when, operation: create },
    { kind: 'drop', operation: create, times: 2 },
    { kind: 'drop', operation: 'ListAgentActionGroups', times: 3 },
  );
  const reply = await service.create(call);
  expect(service.bedrock.faults()).toEqual([]);
  expect(said(reply)).toBe('504 OUTCOME_UNKNOWN');
  return reply;
}

describe('the answer is lost after the commit', () => {
  const attempts = [
    ['on the first attempt', 1],
    ['on every attempt', 3],
  ] as const;

  test.each(attempts.flatMap(([when, times]) => TOKEN_REPEATS.map((repeat) => [when, repeat, times] as const)))(
    '%s, and a repeat is answered with %s: the caller gets the id at once',
    async (_when, tokenRepeat, times) => {
      service.bedrock.configure({ tokenRepeat });
      service.bedrock.fault({ kind: 'drop', when: 'after-commit', operation: create, times });
      const reply = await service.create({ token });
      expectTheOneGroup(reply);
      const again = await service.create({ token });
      expectTheOneGroup(again);
      expect(again.headers['Idempotent-Replayed']).toBe('true');
    },
  );

  test.each(TOKEN_REPEATS)(
    'nobody may look, and a repeat is answered with %s: the retry gets the id',
    async (tokenRepeat) => {
      await loseOutcome('after-commit');
      service.bedrock.configure({ tokenRepeat });
      expectTheOneGroup(await service.create({ token }));
      expectTheOneGroup(await service.create({ token }));
    },
  );

  const withoutTokens: [TokenRepeat, string][] = [
    ['same-group', '201'],
    ['no-group', '504'],
    ['name-taken', '504'],
    ['different-group', '504'],
  ];

  test.each(withoutTokens)(
    'no answer names a token, and a repeat is answered with %s: %s, never a wrong id',
    async (tokenRepeat, status) => {
      service.bedrock.configure({ tokenRepeat, clientTokenInAnswers: false });
      service.bedrock.fault({ kind: 'drop', when: 'after-commit', operation: create });
      const reply = await service.create({ token });
      expect(said(reply)).toBe(status === '201' ? `201 ${committed()[0]}` : '504 OUTCOME_UNKNOWN');
      const again = await service.create({ token });
      expect(said(again)).toBe(said(reply));
      expect(committed()).toHaveLength(1);
    },
  );

  test('then the agent is busy, and the list is behind the times: the try after that still knows', async () => {
    service.bedrock.configure({ tokenRepeat: 'name-taken' });
    const message = "Create operation can't be performed on Agent when it is in Preparing state.";
    const behind = { status: 404, type: 'ResourceNotFoundException', message: 'It does not exist.' };
    service.bedrock.fault(
      { kind: 'drop', when: 'after-commit', operation: create },
      { kind: 'custom', status: 409, type: 'ConflictException', message, operation: create },
      { kind: 'custom', ...behind, operation: 'ListAgentActionGroups' },
    );
    expectTheOneGroup(await service.create({ token }));
    expect(service.bedrock.faults()).toEqual([]);
  });

  test('of a request without a token: the caller is told to look before sending it again', async () => {
    const reply = await loseOutcome('after-commit', {});
    expect(reply.body.retryable).toBe(false);
    expect(reply.body.detail).toContain("read the agent's action groups before sending it again");
    expect(reply.headers['Retry-After']).toBeUndefined();
    expect(committed()).toHaveLength(1);
  });

  test('of a request without a token, on the first attempt: the second finds what the first has made', async () => {
    service.bedrock.fault({ kind: 'drop', when: 'after-commit', operation: create });
    expectTheOneGroup(await service.create());
  });
});

describe('an outcome is unknown', () => {
  test.each(['before-commit', 'after-commit'] as const)(
    '%s: another body with the token is refused, nothing is created',
    async (when) => {
      await loseOutcome(when);
      const before = committed();
      const asked = service.creations();
      expect(said(await service.create({ token, group: otherBody }))).toBe('422 IDEMPOTENCY_KEY_REUSED');
      expect(committed()).toEqual(before);
      expect(service.creations()).toBe(asked);
    },
  );

  test.each(['before-commit', 'after-commit'] as const)(
    '%s: of twenty repeats at once, one asks Bedrock',
    async (when) => {
      await loseOutcome(when);
      const asked = service.creations();
      const replies = await Promise.all(Array.from({ length: 20 }, () => service.create({ token })));
      expect(service.creations()).toBe(asked + 1);
      for (const reply of replies) {
        if (reply.status === 201) expectTheOneGroup(reply);
        else expectInProgress(reply);
      }
      expect(replies.some(({ status }) => status === 201)).toBe(true);
      expectTheOneGroup(await service.create({ token }));
      expect(service.creations()).toBe(asked + 1);
    },
  );

  const refusals = [
    ['throttled', { kind: 'throttle' }, 3],
    ['refused our role', { kind: 'access-denied' }, 1],
    ['refused as invalid', { kind: 'custom', status: 400, type: 'ValidationException', message: 'No.' }, 1],
    ['unreachable', { kind: 'drop' }, 3],
  ] as const;

  test.each(refusals)(
    'and the repeat is %s: the token stays with its body, and the group is found',
    async (_what, fault, times) => {
      await loseOutcome('after-commit');
      service.bedrock.fault({ ...fault, operation: create, times });
      expectTheOneGroup(await service.create({ token }));
    },
  );

  test.each(refusals)('and the repeat is %s, as is the look: it stays unknown', async (_what, fault, times) => {
    await loseOutcome('after-commit');
    const look = 'ListAgentActionGroups';
    service.bedrock.fault({ ...fault, operation: create, times }, { ...fault, operation: look, times });
    expect(said(await service.create({ token }))).toBe('504 OUTCOME_UNKNOWN');
    expect(said(await service.create({ token, group: otherBody }))).toBe('422 IDEMPOTENCY_KEY_REUSED');
    expectTheOneGroup(await service.create({ token }));
  });

  test('and the repeat is refused, with no group to be found: the refusal is told, and the token stays with its body', async () => {
    await loseOutcome('before-commit');
    service.bedrock.fault({ kind: 'quota', operation: create });
    expect(said(await service.create({ token }))).toBe('409 QUOTA_EXCEEDED');
    // The lost call may still be on its way to Bedrock.
    expect(said(await service.create({ token, group: otherBody }))).toBe('422 IDEMPOTENCY_KEY_REUSED');
    expectTheOneGroup(await service.create({ token }));
  });

  test('and the agent is gone: that is told', async () => {
    await loseOutcome('before-commit');
    const gone = { status: 404, type: 'ResourceNotFoundException', message: 'It does not exist.' };
    service.bedrock.fault({ kind: 'custom', ...gone, times: 2 });
    expect(said(await service.create({ token }))).toBe('404 NOT_FOUND');
  });
});

describe('somebody else has made a group of the name', () => {
  const somebodyElse: CreateCall = { team: 'travel', token: 'the-token-of-somebody-else-altogether', group: otherBody };

  test('before: 409, not ours and not unknown', async () => {
    const theirs = await service.create(somebodyElse);
    const reply = await service.create({ token });
    expect(said(reply)).toBe('409 NAME_TAKEN');
    expect(reply.body.retryable).toBe(false);
    expectTheOneGroup(theirs);
  });

  test('before, and no answer names a token: still 409', async () => {
    service.bedrock.configure({ clientTokenInAnswers: false });
    await service.create(somebodyElse);
    expect(said(await service.create({ token }))).toBe('409 NAME_TAKEN');
  });

  test.each([
    ['the first answer is lost', 1],
    ['every answer is lost', 3],
  ])('before, and %s: still 409, and the token is free for another name', async (_what, times) => {
    await service.create(somebodyElse);
    service.bedrock.fault({ kind: 'drop', operation: create, times });
    const reply = await service.create({ token });
    expect(said(reply)).toBe('409 NAME_TAKEN');
    expect(reply.body.retryable).toBe(false);
    const renamed = await service.create({ token, group: { actionGroupName: 'bookings-2' } });
    expect(renamed.status).toBe(201);
  });

  test('between an unknown outcome and its repeat: 409', async () => {
    await loseOutcome('before-commit');
    await service.create(somebodyElse);
    expect(said(await service.create({ token }))).toBe('409 NAME_TAKEN');
  });

  test('with the very same token and body: each team has its own request', async () => {
    const ours = await service.create({ token });
    const theirs = await service.create({ token, team: 'travel', group: { actionGroupName: 'trips' } });
    const elsewhere = await service.create({ token, team: 'travel', agentId: 'TRAVEL2345' });
    expect([ours, theirs, elsewhere].map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(committed()).toEqual([ours, theirs, elsewhere].map(idOf));
    expect(new Set(service.bedrock.ledger.map(({ clientToken }) => clientToken)).size).toBe(3);
  });
});

describe('a refusal', () => {
  const corrected = { description: 'The corrected body.' };
  const refusals = [
    [
      'an invalid request',
      { kind: 'custom', status: 400, type: 'ValidationException', message: 'No.' },
      1,
      '400 UPSTREAM_INVALID',
    ],
    ['a conflict', { kind: 'custom', status: 409, type: 'ConflictException', message: 'No.' }, 1, '409 NAME_TAKEN'],
    ['a quota', { kind: 'quota' }, 1, '409 QUOTA_EXCEEDED'],
    ['throttling on every attempt', { kind: 'throttle' }, 3, '429 UPSTREAM_THROTTLED'],
    ['a refused role', { kind: 'access-denied' }, 1, '502 UPSTREAM_REFUSED_ROLE'],
    ['an expired token of ours', { kind: 'expired-token' }, 1, '502 UPSTREAM_REFUSED_ROLE'],
  ] as const;

  test.each(refusals)('is definite: %s frees the token for a corrected body', async (_what, fault, times, expected) => {
    service.bedrock.fault({ ...fault, operation: create, times });
    expect(said(await service.create({ token }))).toBe(expected);
    expect(await service.records()).toEqual([]);
    const reply = await service.create({ token, group: corrected });
    expectTheOneGroup(reply);
    expect(reply.body.agentActionGroup.description).toBe(corrected.description);
  });

  test('is definite when Bedrock is down: nothing was sent', async () => {
    const cut = service.another({
      bedrockAgent: { ...service.config.endpoints.bedrockAgent, endpoint: await nowhere() },
    });
    expect(said(await cut({ token }))).toBe('503 UPSTREAM_UNAVAILABLE');
    expectTheOneGroup(await service.create({ token, group: corrected }));
  });
});

describe('the store breaks', () => {
  test('before the work: 503, Bedrock is not asked, and the same token succeeds later', async () => {
    service.store.fault({ operation: 'PutItem', do: 'error', times: 9 });
    const reply = await service.create({ token });
    expect(said(reply)).toBe('503 STORE_UNAVAILABLE');
    expect(reply.headers['Retry-After']).toBe('2');
    expect(service.bedrock.requests).toEqual([]);
    service.store.reset();
    expectTheOneGroup(await service.create({ token }));
  });

  test('altogether: 503, Bedrock is not asked', async () => {
    const cut = service.another({ dynamodb: { ...service.config.endpoints.dynamodb, endpoint: await nowhere() } });
    expect(said(await cut({ token }))).toBe('503 STORE_UNAVAILABLE');
    expect(service.bedrock.requests).toEqual([]);
  });

  test('after the commit: the caller has the id; the retry too, once the record has no owner', async () => {
    service.store.fault({ operation: 'UpdateItem', do: 'error', times: 9 });
    const reply = await service.create({ token });
    expectTheOneGroup(reply);
    service.store.reset();
    expectInProgress(await service.create({ token }));
    moveDate(29_000);
    expectTheOneGroup(await service.create({ token }));
    expect(service.outcomes().map(({ stored }) => stored)).toEqual([false, undefined, true]);
  });

  test('after a refusal: the caller hears the refusal', async () => {
    service.store.fault({ operation: 'DeleteItem', do: 'error', times: 9 });
    service.bedrock.fault({ kind: 'quota', operation: create });
    expect(said(await service.create({ token }))).toBe('409 QUOTA_EXCEEDED');
    moveDate(29_000);
    expectTheOneGroup(await service.create({ token }));
  });
});

describe('a call costs', () => {
  test.each([
    ['a creation with a token', { token }, ['PutItem', 'UpdateItem'], [create]],
    ['a creation without one', {}, [], [create]],
    ['an invalid request', { token, group: { actionGroupName: 'not a name!' } }, [], []],
    ['a denied request', { token, group: { actionGroupExecutor: { customControl: 'RETURN_CONTROL' } } }, [], []],
  ] as const)('%s', async (_what, call, stored, sent) => {
    await service.create(call);
    expect(service.store.calls).toEqual(stored);
    expect(service.bedrock.requests.map(({ operation }) => operation)).toEqual(sent);
  });

  test('a replay: no call of Bedrock; and of DynamoDB the put, which the emulator answers without the record', async () => {
    await service.create({ token });
    service.store.reset();
    const asked = service.bedrock.requests.length;
    await service.create({ token });
    expect(service.bedrock.requests).toHaveLength(asked);
    expect(service.store.calls).toEqual(['PutItem', 'GetItem']);
  });
});

describe('a replay', () => {
  test('is the first answer, member for member, but for the header that says so', async () => {
    const group = {
      description: 'Books a table.',
      actionGroupState: 'DISABLED',
      functionSchema: { functions: [{ name: 'book', parameters: { at: { type: 'string', required: true } } }] },
    };
    const first = await service.create({ token, group });
    const again = await service.create({ token, group });
    expect(again.body).toEqual(first.body);
    expect(again.body.agentActionGroup.clientToken).toBe(token);
    expect(again.headers.Location).toBe(first.headers.Location);
    expect([first, again].map(({ headers }) => headers['Idempotent-Replayed'])).toEqual([undefined, 'true']);
  });
});

function expectInProgress(reply: Reply): void {
  expect(said(reply)).toBe('409 REQUEST_IN_PROGRESS');
  expect(reply.headers['Retry-After']).toBe('2');
}
