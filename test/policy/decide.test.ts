import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, judgeAs } from '../../src/policy/decide.ts';
import { compile, type Policy, teamsManaging } from '../../src/policy/policy.ts';
import { OPERATIONS, type PolicyRequest } from '../../src/policy/request.ts';
import type { Rule } from '../../src/policy/rule.ts';
import { RULES } from '../../src/policy/rules/index.ts';
import {
  ACCOUNT,
  checked,
  DIGEST,
  documentWith,
  exemption,
  NOW,
  PREFIX,
  policyWith,
  principal,
  request,
  role,
  team,
  withSignature,
} from './policies.ts';

const lambda = (arn: string): Partial<PolicyRequest> => ({ actionGroup: { actionGroupExecutor: { lambda: arn } } });

const allRules = {
  'lambda-arn-has-required-prefix': { enforcement: 'deny', prefixes: [PREFIX] },
  'return-control-is-allowed': { enforcement: 'deny', allow: false },
  's3-schema-is-in-allowed-bucket': { enforcement: 'deny', buckets: ['acme-agent-schemas'] },
  'signature-is-allowed': { enforcement: 'deny', allow: ['AMAZON.UserInput'] },
};

test('what no rule objects to is allowed, and the decision says by what', () => {
  expect(decide(policyWith(), request(), NOW)).toEqual({
    effect: 'allow',
    team: 'payments',
    violations: [],
    warnings: [],
    rules: ['caller-is-in-one-team', 'caller-manages-agent', 'signature-is-allowed'],
    exemptions: [],
    policy: { revision: '1', digest: DIGEST },
  });
});

test('every violation is reported at once, in an order that no rule chose', () => {
  const bad = {
    parentActionGroupSignature: 'ANTHROPIC.Bash',
    actionGroupExecutor: {
      lambda: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:mine`,
      customControl: 'RETURN_CONTROL',
    },
    apiSchema: { s3: { s3BucketName: 'mine', s3ObjectKey: 'k' } },
  };
  const verdict = decide(policyWith({ rules: allRules }), request({ actionGroup: bad, agentId: 'OTHER12345' }), NOW);
  expect(verdict.violations.map(({ rule, pointer }) => [rule, pointer])).toEqual([
    ['caller-manages-agent', ''],
    ['lambda-arn-has-required-prefix', '/actionGroupExecutor/lambda'],
    ['return-control-is-allowed', '/actionGroupExecutor/customControl'],
    ['s3-schema-is-in-allowed-bucket', '/apiSchema/s3/s3BucketName'],
    ['signature-is-allowed', '/parentActionGroupSignature'],
  ]);
});

test('a violation says what is allowed, what is nearest and what to do', () => {
  expect(decide(policyWith(), request(withSignature('AMAZON.Userinput')), NOW).violations).toEqual([
    {
      rule: 'signature-is-allowed',
      pointer: '/parentActionGroupSignature',
      message: 'The signature AMAZON.Userinput is not allowed. The nearest allowed one is AMAZON.UserInput.',
      allowed: ['AMAZON.UserInput'],
      fix: 'Use an allowed signature, or ask the policy owners for an exemption.',
    },
  ]);
});

describe('membership', () => {
  const teams = {
    payments: team(),
    travel: team({ principals: [`arn:aws:iam::${ACCOUNT}:role/travel-*`], agents: ['TRAVEL2345'] }),
    overlap: team({ principals: [`arn:aws:iam::${ACCOUNT}:role/*-both`], agents: ['*'] }),
    shared: team({ principals: [`arn:aws:iam::${ACCOUNT}:role/shared`] }),
    admins: team({ principals: [`arn:aws:iam::${ACCOUNT}:user/root-of-all`], agents: ['*'] }),
  };
  const policy = policyWith({ teams });

  describe.each(OPERATIONS)('%s', (operation) => {
    test.each([
      ['a caller with its agent', role('payments-ci'), 'AGENT12345', []],
      ['a session of that role', principal(`arn:aws:sts::${ACCOUNT}:assumed-role/payments-ci/s1`), 'AGENT12345', []],
      ['another team that shares the agent', role('shared'), 'AGENT12345', []],
      ['a team with every agent', principal(`arn:aws:iam::${ACCOUNT}:user/root-of-all`), 'TRAVEL2345', []],
      ['a caller with another team’s agent', role('payments-ci'), 'TRAVEL2345', ['caller-manages-agent']],
      ['an agent in other case', role('payments-ci'), 'agent12345', ['caller-manages-agent']],
      ['a caller in no team', role('guest'), 'AGENT12345', ['caller-is-in-one-team']],
      ['a caller in two teams', role('payments-both'), 'AGENT12345', ['caller-is-in-one-team']],
      [
        'a session that bears a team’s name',
        principal(`arn:aws:sts::${ACCOUNT}:assumed-role/guest/payments-ci`),
        'AGENT12345',
        ['caller-is-in-one-team'],
      ],
    ] as const)('%s', (_name, caller, agentId, violations) => {
      const verdict = decide(policy, request({ operation, principal: caller, agentId }), NOW);
      expect(verdict.violations.map(({ rule }) => rule)).toEqual(violations);
      expect(verdict.effect).toBe(violations.length === 0 ? 'allow' : 'deny');
    });
  });

  test('without teams nobody may do anything', () => {
    expect(decide(policyWith({ teams: {} }), request(), NOW)).toMatchObject({
      effect: 'deny',
      violations: [{ rule: 'caller-is-in-one-team' }],
    });
  });

  test('two principals of one team that name the same caller are no conflict', () => {
    const principals = [`arn:aws:iam::${ACCOUNT}:role/*`, `arn:aws:iam::${ACCOUNT}:root`];
    expect(decide(policyWith({ teams: { payments: team({ principals }) } }), request(), NOW).effect).toBe('allow');
  });

  test('a team may bear a name that every object inherits', () => {
    const verdict = decide(
      policyWith({ teams: { constructor: team(), toString: team({ principals: [] }) } }),
      request(),
      NOW,
    );
    expect(verdict).toMatchObject({ effect: 'allow', team: 'constructor' });
  });

  test.each([
    ['in no team', role('guest'), 'AGENT12345'],
    ['in two teams', role('travel-both'), 'TRAVEL2345'],
    ['with another team’s agent', role('payments-ci'), 'TRAVEL2345'],
  ] as const)('a denial of a caller %s shows nothing of other teams', (_name, caller, agentId) => {
    const exemptions = [exemption({ id: 'EX-SECRET', team: 'travel' })];
    const closed = policyWith({ teams, exemptions });
    const asked = request({ principal: caller, agentId, ...withSignature('ANTHROPIC.Bash') });
    const { policy: _policy, ...told } = decide(closed, asked, NOW);
    const shown = JSON.stringify(told)
      .replaceAll(agentId, '')
      .replaceAll(/role\/[a-z-]+/g, '');
    expect(shown).not.toMatch(/travel|TRAVEL|overlap|shared|admins|EX-SECRET|both/);
  });

  test('a caller of unknown team learns nothing of the rules', () => {
    const verdict = decide(policy, request({ principal: role('guest'), ...withSignature('ANTHROPIC.Bash') }), NOW);
    expect(verdict.rules).toEqual(['caller-is-in-one-team']);
    expect(JSON.stringify(verdict)).not.toContain('AMAZON');
  });
});

describe('enforcement', () => {
  test('warn lets through and says what is wrong', () => {
    const rules = { 'signature-is-allowed': { enforcement: 'warn', allow: [] } };
    expect(decide(policyWith({ rules }), request(withSignature('ANTHROPIC.Bash')), NOW)).toMatchObject({
      effect: 'allow',
      violations: [],
      warnings: [{ rule: 'signature-is-allowed', pointer: '/parentActionGroupSignature' }],
    });
  });

  test.each([
    ['off', { 'signature-is-allowed': { enforcement: 'off' } }],
    ['not named', {}],
  ])('a rule that is %s does not run', (_name, rules) => {
    const verdict = decide(policyWith({ rules }), request(withSignature('ANTHROPIC.Bash')), NOW);
    expect(verdict).toMatchObject({ effect: 'allow', rules: ['caller-is-in-one-team', 'caller-manages-agent'] });
  });

  test('a rule that does not say is enforced', () => {
    const rules = { 'signature-is-allowed': { allow: [] } };
    expect(decide(policyWith({ rules }), request(withSignature('ANTHROPIC.Bash')), NOW).effect).toBe('deny');
  });
});

describe('a team’s own rules', () => {
  const under = (entry: object, rules: object = documentRules) =>
    policyWith({ rules, teams: { payments: team({ rules: { 'signature-is-allowed': entry } }) } });
  const documentRules = { 'signature-is-allowed': { enforcement: 'deny', allow: ['AMAZON.UserInput'] } };

  test.each([
    ['replace the settings', under({ allow: ['ANTHROPIC.Bash'] }), 'ANTHROPIC.Bash', 'allow', 0],
    ['replace the settings as a whole', under({ allow: ['ANTHROPIC.Bash'] }), 'AMAZON.UserInput', 'deny', 0],
    ['may only warn', under({ enforcement: 'warn' }), 'ANTHROPIC.Bash', 'allow', 1],
    ['may be off', under({ enforcement: 'off' }), 'ANTHROPIC.Bash', 'allow', 0],
    ['may name a rule that the organisation does not', under({ allow: [] }, {}), 'ANTHROPIC.Bash', 'deny', 0],
    ['may say nothing new', under({}), 'ANTHROPIC.Bash', 'deny', 0],
  ] as const)('%s', (_name, policy, signature, effect, warnings) => {
    const verdict = decide(policy, request(withSignature(signature)), NOW);
    expect(verdict.effect).toBe(effect);
    expect(verdict.warnings).toHaveLength(warnings);
  });
});

describe('a broken rule', () => {
  function withBroken(enforcement: 'deny' | 'warn', check: Rule['check']): Policy {
    const policy = policyWith();
    const payments = policy.teams.get('payments')!;
    const active = payments.rules.get('CreateAgentActionGroup')![0]!;
    const broken = { ...active, enforcement, rule: { ...active.rule, check } };
    Object.assign(payments, { rules: new Map([['CreateAgentActionGroup', [broken]]]) });
    return policy;
  }

  test.each([
    [
      'throws',
      'deny',
      () => {
        throw new Error('secret');
      },
    ],
    [
      'throws while it only warns',
      'warn',
      () => {
        throw new Error('secret');
      },
    ],
    ['answers nonsense', 'deny', () => undefined as never],
  ] as const)('that %s denies, and keeps the reason for the log', (_name, enforcement, check) => {
    const { broken, ...told } = decide(withBroken(enforcement, check), request(), NOW);
    expect(told).toMatchObject({ effect: 'deny', violations: [{ rule: 'signature-is-allowed', pointer: '' }] });
    expect(JSON.stringify(told)).not.toContain('secret');
    expect(broken).toEqual([{ rule: 'signature-is-allowed', cause: expect.any(Error) }]);
  });

  test.each(['CreateAgentActionGroup', 'UpdateAgentActionGroup'] as const)(
    '%s without its group is denied',
    (operation) => {
      expect(decide(policyWith(), request({ operation, actionGroup: undefined }), NOW).effect).toBe('deny');
    },
  );
});

describe('evasions', () => {
  test.each([
    [
      'a signature beside an executor that is allowed',
      { parentActionGroupSignature: 'ANTHROPIC.Bash', actionGroupExecutor: { lambda: `${PREFIX}book` } },
    ],
    [
      'a return of control beside a function that is allowed',
      { actionGroupExecutor: { lambda: `${PREFIX}book`, customControl: 'RETURN_CONTROL' } },
    ],
    [
      'a bucket beside a schema in the request',
      { apiSchema: { payload: '{}', s3: { s3BucketName: 'mine', s3ObjectKey: 'k' } } },
    ],
    ['an empty signature', { parentActionGroupSignature: '' }],
    ['a null signature', { parentActionGroupSignature: null }],
    ['a signature with a look-alike letter (Cyrillic А)', { parentActionGroupSignature: 'АMAZON.UserInput' }],
    ['a signature with a space', { parentActionGroupSignature: 'AMAZON.UserInput ' }],
    ['an empty function', { actionGroupExecutor: { lambda: '' } }],
    ['a null return of control', { actionGroupExecutor: { customControl: null } }],
    ['an empty return of control', { actionGroupExecutor: { customControl: '' } }],
    ['a null bucket', { apiSchema: { s3: { s3BucketName: null } } }],
    ['a null S3 object', { apiSchema: { s3: null } }],
    ['a bucket in other case', { apiSchema: { s3: { s3BucketName: 'Acme-agent-schemas' } } }],
    ['a bucket with a path', { apiSchema: { s3: { s3BucketName: 'acme-agent-schemas/../mine' } } }],
    ['the state DISABLED', { parentActionGroupSignature: 'ANTHROPIC.Bash', actionGroupState: 'DISABLED' }],
  ] as const)('%s is denied, at creation and by update', (_name, actionGroup) => {
    for (const operation of ['CreateAgentActionGroup', 'UpdateAgentActionGroup'] as const) {
      const asked = request({ operation, actionGroup: actionGroup as NonNullable<PolicyRequest['actionGroup']> });
      expect(decide(policyWith({ rules: allRules }), asked, NOW).effect).toBe('deny');
    }
  });
});

test('adding a rule never turns a denial into an allowance', () => {
  const group = fc.record(
    {
      parentActionGroupSignature: fc.constantFrom('AMAZON.UserInput', 'ANTHROPIC.Bash'),
      actionGroupExecutor: fc.constantFrom(
        { lambda: `${PREFIX}a` },
        { lambda: 'x' },
        { customControl: 'RETURN_CONTROL' },
      ),
      apiSchema: fc.constantFrom(
        { payload: '{}' },
        { s3: { s3BucketName: 'mine' } },
        { s3: { s3BucketName: 'acme-agent-schemas' } },
      ),
    },
    { requiredKeys: [] },
  );
  const ids = Object.keys(allRules) as (keyof typeof allRules)[];
  const enforcement = fc.constantFrom('deny', 'warn');
  fc.assert(
    fc.property(
      group,
      fc.subarray(ids),
      fc.constantFrom(...ids),
      enforcement,
      fc.boolean(),
      (actionGroup, some, added, how, exempt) => {
        const exemptions = exempt && some.includes('signature-is-allowed') ? [exemption()] : [];
        const effect = (rules: object) =>
          decide(policyWith({ rules, exemptions }), request({ actionGroup }), NOW).effect;
        const before = Object.fromEntries(some.map((id) => [id, allRules[id]]));
        const after = { [added]: { ...allRules[added], enforcement: how }, ...before };
        return effect(before) === 'allow' || effect(after) === 'deny';
      },
    ),
    { seed: 20261120, numRuns: 500 },
  );
});

test('neither the order of the document nor that of the registry matters', () => {
  const reversed = Object.fromEntries(Object.entries(allRules).reverse());
  const bad = { ...lambda('x').actionGroup, parentActionGroupSignature: 'ANTHROPIC.Bash' };
  const verdict = (rules: object) =>
    decide(compile(checked(documentWith({ rules })), DIGEST), request({ actionGroup: bad }), NOW);
  expect(verdict(reversed)).toEqual(verdict(allRules));
  expect(RULES.size).toBeGreaterThan(1);
});

describe('a group that was found is judged as by each team that manages its agent', () => {
  const policy = policyWith({
    teams: {
      payments: team(),
      travel: team({
        principals: [`arn:aws:iam::${ACCOUNT}:role/travel-*`],
        rules: { 'signature-is-allowed': { allow: ['ANTHROPIC.Bash'] } },
      }),
      platform: team({ principals: [`arn:aws:iam::${ACCOUNT}:role/platform-*`], agents: ['*'] }),
      others: team({ principals: [`arn:aws:iam::${ACCOUNT}:role/others-*`], agents: ['OTHERAGENT'] }),
    },
  });

  test.each([
    ['its agents', 'AGENT12345', ['payments', 'travel', 'platform']],
    ['one that only names every agent', 'ANYAGENT12', ['platform']],
  ])('%s', (_name, agentId, names) => {
    expect(teamsManaging(policy, agentId).map(({ name }) => name)).toEqual(names);
  });

  test('nobody manages what no team names', () => {
    expect(teamsManaging(policyWith(), 'ANYAGENT12')).toEqual([]);
  });

  test.each(['payments', 'travel', 'platform'])('as if somebody in team %s had asked', (name) => {
    for (const signature of ['AMAZON.UserInput', 'ANTHROPIC.Bash']) {
      const { principal: _, ...found } = request({ operation: 'UpdateAgentActionGroup', ...withSignature(signature) });
      expect(judgeAs(policy, policy.teams.get(name)!, found, NOW)).toEqual(
        decide(policy, { ...found, principal: role(`${name}-ci`) }, NOW),
      );
    }
  });

  test('a team that does not manage the agent is told so', () => {
    const { principal: _, ...found } = request({ operation: 'UpdateAgentActionGroup' });
    expect(judgeAs(policy, policy.teams.get('others')!, found, NOW)).toMatchObject({
      effect: 'deny',
      violations: [{ rule: 'caller-manages-agent' }],
    });
  });
});
