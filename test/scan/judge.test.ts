/** What a scan says of an agent: pure, so a table of what is found. */
import type { Agent } from '@aws-sdk/client-bedrock-agent';
import { describe, expect, test } from 'vitest';
import type { MadeGroup } from '../../src/bedrock/create-action-group.ts';
import { compile, type Policy } from '../../src/policy/policy.ts';
import type { Provenance } from '../../src/provenance/provenance.ts';
import { judgeAgent } from '../../src/scan/judge.ts';
import { counted, isFinding, isNotable, NOTHING, rowsOf } from '../../src/scan/report.ts';
import { checked, DIGEST, NOW, team } from '../policy/policies.ts';
import { agentIdOf, FOREIGN_LAMBDA, LAMBDA, policyOf } from '../support/estate.ts';

const AGENT = agentIdOf(0);
const WRITTEN = new Date('2026-11-20T12:00:00.000Z');

const policyWith = (changes: Record<string, unknown> = {}) => compile(checked(policyOf(changes)), DIGEST);
const agent = (members: Partial<Agent> = {}): Agent =>
  ({
    agentId: AGENT,
    agentName: 'booking',
    agentArn: `arn:aws:bedrock:us-east-1:111122223333:agent/${AGENT}`,
    ...members,
  }) as Agent;
const group = (members: Partial<MadeGroup> = {}): MadeGroup => ({
  actionGroupId: 'GROUP12345',
  actionGroupName: 'bookings',
  actionGroupState: 'ENABLED',
  agentId: AGENT,
  agentVersion: 'DRAFT',
  createdAt: WRITTEN,
  updatedAt: WRITTEN,
  actionGroupExecutor: { lambda: LAMBDA },
  ...members,
});
const writtenBy = (name: string): Map<string, Provenance> => {
  const by = { principal: `arn:aws:iam::111122223333:role/${name}-ci`, team: name };
  const at = WRITTEN.toISOString();
  const written = {
    operation: 'CreateAgentActionGroup',
    at,
    by,
    decisionId: 'D',
    policy: { revision: '1', digest: 'd' },
    actionGroupName: 'bookings',
    updatedAt: at,
  };
  return new Map([['GROUP12345', { agentId: AGENT, actionGroupId: 'GROUP12345', written }]]);
};

function itemOf(found: Partial<Parameters<typeof judgeAgent>[1]>, policy: Policy = policyWith()) {
  const [item] = judgeAgent(policy, { agent: agent(), groups: [group()], provenance: new Map(), ...found }, NOW).items;
  return item!;
}

/** Team platform may do what payments may not. */
const lax = {
  teams: {
    payments: team({ agents: [AGENT] }),
    platform: team({
      principals: ['arn:aws:iam::111122223333:role/platform-*'],
      agents: ['*'],
      rules: { 'signature-is-allowed': { allow: ['ANTHROPIC.Bash'] } },
    }),
  },
};
const BASH = [group({ parentActionSignature: 'ANTHROPIC.Bash' })];

describe('where a group comes from', () => {
  test.each([
    ['no table of provenance', undefined, {}, 'unknown', false],
    ['no provenance', new Map(), {}, 'round-the-service', true],
    ['written through the service', writtenBy('payments'), {}, 'service', false],
    [
      'changed since',
      writtenBy('payments'),
      { updatedAt: new Date('2026-11-20T12:00:00.001Z') },
      'changed-since',
      true,
    ],
    // Written while the scan was reading.
    ['read before the write', writtenBy('payments'), { updatedAt: new Date('2026-11-20T11:59:00Z') }, 'service', false],
  ] as const)('%s', (_name, provenance, members, origin, finding) => {
    const item = itemOf({ provenance: provenance as Map<string, Provenance>, groups: [group(members)] });
    expect(item).toMatchObject({ standing: 'allowed', origin });
    expect(isFinding(item)).toBe(finding);
  });

  // The accusation would be false where the service's own change was made and its answer lost.
  test.each([
    ['written before', writtenBy('payments')],
    ['made round the service', new Map([['GROUP12345', { agentId: AGENT, actionGroupId: 'GROUP12345' }]])],
  ])('a change of unknown outcome, of a group %s: unknown, and shown', (_name, known) => {
    const by = { principal: 'arn:aws:iam::111122223333:role/payments-ci', team: 'payments' };
    const pending = { operation: 'UpdateAgentActionGroup', at: '2026-11-20T12:00:10.000Z', by, decisionId: 'P' };
    const provenance = new Map([['GROUP12345', { ...known.get('GROUP12345')!, pending }]]);
    const groups = [group({ updatedAt: new Date('2026-11-20T12:00:05.000Z') })];
    const item = itemOf({ provenance, groups });
    expect(item).toMatchObject({ origin: 'unknown', pending: 'P' });
    expect([isFinding(item), isNotable(item)]).toEqual([false, true]);
    const [row] = rowsOf({ agentId: AGENT, teams: [], items: [item] });
    expect(row?.messages).toMatch(/decision P, whose outcome is unknown/);
  });

  test('without provenance nobody is accused: the record may be what is missing', () => {
    const [row] = rowsOf({ agentId: AGENT, teams: [], items: [itemOf({})] });
    expect(row?.messages).toBe(
      'No provenance: made round the service, or its record could not be kept; the audit trail tells.',
    );
  });

  test('who wrote it, for whoever has to ask them', () => {
    expect(itemOf({ provenance: writtenBy('payments') }).writtenBy).toEqual({
      principal: 'arn:aws:iam::111122223333:role/payments-ci',
      team: 'payments',
      at: WRITTEN.toISOString(),
      decisionId: 'D',
    });
  });
});

describe('how a group stands', () => {
  test('each team that manages the agent is judged, with what is wrong and the remedy', () => {
    const item = itemOf({ groups: [group({ actionGroupExecutor: { lambda: FOREIGN_LAMBDA } })] });
    expect(item.standing).toBe('denied');
    expect(item.verdicts.map(({ team: name, effect }) => [name, effect])).toEqual([
      ['payments', 'deny'],
      ['platform', 'deny'],
    ]);
    expect(item.verdicts[0]?.violations[0]).toMatchObject({
      rule: 'lambda-arn-has-required-prefix',
      pointer: '/actionGroupExecutor/lambda',
      fix: expect.any(String),
    });
  });

  test('the signature is read under the name that answers give it', () => {
    expect(itemOf({ groups: BASH }).verdicts[0]?.violations[0]?.rule).toBe('signature-is-allowed');
  });

  test.each([
    ['nobody knows whose it is: no managing team may forbid it', new Map(), 'denied'],
    ['the team that may wrote it', writtenBy('platform'), 'allowed'],
    ['the team that may not wrote it, under an earlier policy', writtenBy('payments'), 'denied'],
    ['a team that manages the agent no more wrote it', writtenBy('travel'), 'denied'],
  ] as const)('%s', (_name, provenance, standing) => {
    const item = itemOf({ groups: BASH, provenance: provenance as Map<string, Provenance> }, policyWith(lax));
    expect(item.standing).toBe(standing);
    expect(item.verdicts.map(({ effect }) => effect)).toEqual(['deny', 'allow']);
  });

  test('a team that may do more is no excuse for a change round the service', () => {
    const changed = [{ ...BASH[0]!, updatedAt: new Date('2026-11-21T00:00:00Z') }];
    const item = itemOf({ groups: changed, provenance: writtenBy('platform') }, policyWith(lax));
    expect(item).toMatchObject({ standing: 'denied', origin: 'changed-since' });
  });

  test('no team manages the agent', () => {
    const policy = policyWith({ teams: { payments: team({ agents: ['OTHERAGENT'] }) } });
    const item = itemOf({ provenance: writtenBy('payments') }, policy);
    expect(item).toMatchObject({ standing: 'unmanaged', verdicts: [] });
    expect(isFinding(item)).toBe(true);
  });

  test('a warning is told, and is no finding', () => {
    const rules = { 'signature-is-allowed': { enforcement: 'warn', allow: [] } };
    const item = itemOf({ groups: BASH, provenance: writtenBy('payments') }, policyWith({ rules }));
    expect(item.standing).toBe('warned');
    expect([isFinding(item), isNotable(item)]).toEqual([false, true]);
  });

  test('rules that ask where the agent lives are told', () => {
    const rules = { 'lambda-is-in-agent-account-and-region': {} };
    const elsewhere = LAMBDA.replace('us-east-1', 'eu-west-1');
    const groups = [group(), group({ actionGroupExecutor: { lambda: elsewhere } })];
    const { items } = judgeAgent(policyWith({ rules }), { agent: agent(), groups, provenance: undefined }, NOW);
    expect(items.map(({ standing }) => standing)).toEqual(['allowed', 'denied']);
  });
});

describe("an agent's own settings", () => {
  const settings = (lambda: string) =>
    agent({
      promptOverrideConfiguration: { promptConfigurations: [], overrideLambda: lambda },
      customOrchestration: { executor: { lambda } },
    });
  const judged = (lambda: string, policy = policyWith()) =>
    judgeAgent(policy, { agent: settings(lambda), groups: [], provenance: new Map() }, NOW).items;

  test('each function they name is marked, and held against the rules on functions', () => {
    const items = judged(FOREIGN_LAMBDA);
    expect(items.map(({ kind, id, origin, standing }) => [kind, id, origin, standing])).toEqual([
      ['agent-setting', '/promptOverrideConfiguration/overrideLambda', 'round-the-service', 'denied'],
      ['agent-setting', '/customOrchestration/executor/lambda', 'round-the-service', 'denied'],
    ]);
    expect(items[0]?.verdicts[0]?.violations).toEqual([
      expect.objectContaining({
        rule: 'lambda-arn-has-required-prefix',
        pointer: '/promptOverrideConfiguration/overrideLambda',
      }),
    ]);
  });

  // No call that this service governs could have made it, so there is nobody who could do better.
  test('a function under a prefix is shown, but is no finding', () => {
    for (const item of judged(LAMBDA)) {
      expect(item.standing).toBe('allowed');
      expect([isFinding(item), isNotable(item)]).toEqual([false, true]);
    }
  });

  test('what rules say of groups is not held against them', () => {
    const rules = { 'description-is-given': { minLength: 1 }, 'schema-source-is-allowed': { allow: ['s3'] } };
    expect(judged(LAMBDA, policyWith({ rules })).map(({ standing }) => standing)).toEqual(['allowed', 'allowed']);
  });

  test('an agent that names none has none', () => {
    expect(judgeAgent(policyWith(), { agent: agent(), groups: [], provenance: undefined }, NOW).items).toEqual([]);
  });
});

test('counts add up', () => {
  const found = { agent: agent({ customOrchestration: { executor: { lambda: LAMBDA } } }), provenance: new Map() };
  const report = judgeAgent(policyWith(), { ...found, groups: [group(), BASH[0]!] }, NOW);
  const failed = { agentId: 'FAILEDAGNT', failed: 'no answer', teams: [], items: [] };
  expect([report, failed].reduce(counted, NOTHING)).toEqual({
    agents: 2,
    groups: 2,
    settings: 1,
    denied: 1,
    warned: 0,
    unmanaged: 0,
    roundTheService: 3,
    changedSince: 0,
    failed: 1,
  });
});
