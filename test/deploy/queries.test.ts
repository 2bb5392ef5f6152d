/** The saved queries, on records that the service really writes. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { failure } from '../../src/audit/outcome.ts';
import { type Facts, recordsOf } from '../../src/audit/record.ts';
import { QUERIES, queryString } from '../../src/deploy/queries.ts';
import type { Fault } from '../../src/local/bedrock/faults.ts';
import { Problem } from '../../src/problem.ts';
import { DEMO, SESSION } from '../support/callers.ts';
import { AGENT, type AuditLine, freshToken, group, POLICY, startService } from '../support/service.ts';
import { at, fieldsOf, selected } from './insights.ts';

const EXEMPTION = `
exemptions:
  - { id: EX-7, rule: signature-is-allowed, team: payments, agent: AGENT12345, settings: { allow: [ANTHROPIC.Bash] },
      until: 2099-12-31T23:59:59Z, owner: ann, reason: a trial, ticket: T-1, approvedBy: bob }`;
const NO_ANSWER: Fault = { kind: 'drop', when: 'before-commit', operation: 'CreateAgentActionGroup', times: 6 };
const bash = (more = {}) => ({ actionGroupName: 'shell', parentActionGroupSignature: 'ANTHROPIC.Bash', ...more });
const computer = { actionGroupName: 'computer', parentActionGroupSignature: 'ANTHROPIC.Computer' };

/** Everything a query may ask for happens once; the last request is cut off after its attempt. */
async function everything(): Promise<AuditLine[]> {
  const folder = await mkdtemp(join(tmpdir(), 'policy-'));
  const policy = join(folder, 'policy.yaml');
  await writeFile(policy, `${await readFile(POLICY, 'utf8')}\n${EXEMPTION}`);
  const service = await startService({ policy });
  try {
    const body = group({ clientToken: freshToken() });
    await service.post(body);
    await service.post(body);
    await service.post(computer);
    await service.post(bash());
    await service.post(bash(), { as: DEMO, agentId: 'DEMOAGENT1' });
    await service.post(group({ actionGroupName: 'live' }), { as: SESSION, query: '?prepare=wait' });
    await service.post(group({ actionGroupName: 'refused', apiSchema: { payload: '?' }, functionSchema: undefined }));
    service.bedrock.fault(NO_ANSWER);
    await service.post(group({ actionGroupName: 'lost', clientToken: freshToken() }));
    const events = service.events();
    const [attempt] = events;
    return [...events, { ...attempt, unmapped: { ...attempt!.unmapped, decisionId: 'cut-off' } }];
  } finally {
    await service.close();
    await rm(folder, { recursive: true });
  }
}

let written: AuditLine[] = [];
beforeAll(async () => {
  written = await everything();
});

const query = (name: string) => QUERIES.find((one) => one.name === name)!;

function taken(name: string, given: Record<string, string> = {}): string[] {
  const events = selected(query(name).commands, written, given);
  return events.map(({ unmapped }) => `${unmapped.phase} ${unmapped.actionGroupName}`);
}

describe('takes what its name says, and nothing else', () => {
  test.each([
    ['Denials by rule and team', ['outcome computer'], {}],
    ['Warnings that would deny', ['outcome shell'], {}],
    ['Exemptions used', ['outcome shell'], {}],
    ['Replays', ['outcome bookings'], {}],
    ['Unknown outcomes', ['outcome lost'], {}],
    ['Failures by code', ['outcome refused', 'outcome lost'], {}],
    ['Changes of one person', ['outcome shell'], { principal: 'role/demo-' }],
  ])('%s', (name, expected, given) => {
    expect(taken(name, given)).toEqual(expected);
  });

  test('Attempts without outcome', () => {
    const records = selected(query('Attempts without outcome').commands, written);
    const ended = new Set(
      records.filter(({ unmapped }) => unmapped.phase === 'outcome').map(({ unmapped }) => unmapped.decisionId),
    );
    const open = records.filter(({ unmapped }) => !ended.has(unmapped.decisionId));
    expect(open.map(({ unmapped }) => unmapped.decisionId)).toEqual(['cut-off']);
  });

  test('History of one agent', () => {
    const history = taken('History of one agent', { agentId: AGENT });
    expect(history).toContain('preparation live');
    expect(history).toContain('outcome computer');
    expect(taken('History of one agent', { agentId: 'DEMOAGENT1' })).toEqual(['outcome shell']);
  });

  test('One decision', () => {
    expect(taken('One decision', { decisionId: 'cut-off' })).toEqual(['attempt bookings']);
  });
});

test.each(QUERIES.map(({ name, commands }) => [name, commands] as const))(
  '%s names fields that records have',
  (_name, commands) => {
    const fields = fieldsOf(commands);
    expect(fields.length).toBeGreaterThan(0);
    expect(fields.filter((field) => !written.some((record) => at(record, field) !== undefined))).toEqual([]);
  },
);

/** Logs Insights extracts no more, and a query passes over what it does not see. */
const FIELDS_AT_MOST = 200;

test('every field that a query names is among those that are extracted, however much a request holds', () => {
  const functions = Array.from({ length: 11 }, (_, index) => ({ name: `f${index}`, description: 'Books.' }));
  const groups = Array.from({ length: 300 }, (_, index) => `group-${index}`);
  const caller = { principal: { kind: 'jwt', issuer: 'https://idp.example.com', claims: { sub: 'ann', groups } } };
  const violations = functions.map(({ name }) => ({ rule: name, pointer: '', message: '', fix: '', allowed: groups }));
  const [policy, ids, place] = [
    { revision: '1', digest: '0' },
    { requestId: 'r', traceId: 't' },
    { account: '', region: '' },
  ];
  const facts = {
    ...{ ids, place, tokenHash: '0' },
    request: {
      operation: 'CreateAgentActionGroup',
      agentId: AGENT,
      caller,
      actionGroup: { actionGroupName: 'bookings', functionSchema: { functions } },
    },
    decision: {
      id: 'd',
      effect: 'allow',
      team: 't',
      violations,
      warnings: violations,
      exemptions: ['EX-7'],
      rules: [],
      policy,
    },
  } as unknown as Facts;
  const outcome = JSON.parse(
    JSON.stringify(recordsOf(facts).outcome(1, 1, failure(new Problem('UPSTREAM_FAILED'), 1))),
  );
  const fields = leavesOf(outcome);
  const named = QUERIES.flatMap(({ commands }) => fieldsOf(commands)).filter((field) => fields.includes(field));
  expect(named).toContain('unmapped.outcome.disposition');
  expect(named.filter((field) => fields.indexOf(field) >= FIELDS_AT_MOST)).toEqual([]);
});

function leavesOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, member]) => leavesOf(member, path === '' ? name : `${path}.${name}`));
}

test('each parameter is asked for, and each that is asked for is used', () => {
  for (const { commands, parameters = {} } of QUERIES) {
    const used = [...queryString(commands).matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);
    expect([...new Set(used)].sort()).toEqual(Object.keys(parameters).sort());
  }
});
