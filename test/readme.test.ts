/** The README's tables and its audit record are made from the code: `npx vitest run test/readme.test.ts -u` makes them anew. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { failure } from '../src/audit/outcome.ts';
import { recordsOf } from '../src/audit/record.ts';
import { ALARMS, type Alarm } from '../src/deploy/alarms.ts';
import { PARAMETERS, type Parameter } from '../src/deploy/parameters.ts';
import { QUERIES } from '../src/deploy/queries.ts';
import { GATEWAY_RESPONSES, type GatewayResponseKind } from '../src/http/gateway-response.ts';
import { METRICS, type MetricKind } from '../src/metrics/catalogue.ts';
import { type MetricName, UNITS } from '../src/metrics/units.ts';
import { decide } from '../src/policy/decide.ts';
import { checkDocument } from '../src/policy/document/grammar.ts';
import { compile } from '../src/policy/policy.ts';
import { RULES } from '../src/policy/rules/index.ts';
import { readPolicy } from '../src/policy-source/policy-file.ts';
import { PROBLEMS, Problem, type ProblemKind } from '../src/problem.ts';
import type { Request } from '../src/provisioning.ts';
import { FINDINGS } from '../src/reconciliation/findings.ts';
import { timedBudgets } from './bench/budgets.ts';
import { round } from './bench/figures.ts';
import { readmeTable } from './bench/report.ts';
import type { Results } from './bench/results.ts';

const tables: Readonly<Record<string, string>> = {
  performance: performance(),
  budgets: budgets(),
  problems: table(
    ['`code`', 'REST', 'AWS', 'retry', ''],
    Object.entries<ProblemKind>(PROBLEMS).map(([code, { status, aws, retryable, title }]) => [
      `\`${code}\``,
      String(status),
      aws,
      retryable ? 'yes' : '',
      title,
    ]),
  ),
  gateway: table(
    ['`code`', 'status', 'AWS', 'retry', ''],
    Object.entries<GatewayResponseKind>(GATEWAY_RESPONSES).map(([code, { status, aws, retryable, title }]) => [
      `\`${code}\``,
      String(status),
      aws,
      retryable ? 'yes' : '',
      title,
    ]),
  ),
  findings: table(
    ['finding', 'what was found', 'how it comes about', 'what to do'],
    Object.entries(FINDINGS).map(([kind, { title, meaning, remedy }]) => [`\`${kind}\``, title, meaning, remedy]),
  ),
  rules: table(
    ['rule', 'what is true when it passes', 'settings'],
    [...RULES.values()].map(({ id, summary, settings }) => [
      `\`${id}\``,
      summary,
      Object.keys(settings)
        .map((name) => `\`${name}\``)
        .join(', '),
    ]),
  ),
  parameters: table(
    ['parameter (`--param="name=value"`)', 'default', 'for'],
    Object.entries<Parameter>(PARAMETERS).map(([name, { default: value, about, expected }]) => [
      `\`${name}\``,
      value === '' ? '' : `\`${value}\``,
      `${about} (${expected})`,
    ]),
  ),
  alarms: table(
    ['alarm', 'means', 'what to do', 'goes off'],
    Object.entries<Alarm>(ALARMS).map(([name, alarm]) => [`\`${name}\``, alarm.means, alarm.remedy, goesOff(alarm)]),
  ),
  queries: table(
    ['saved query', 'tells'],
    QUERIES.map(({ name, tells }) => [name, tells]),
  ),
  record: fenced(deniedCreation()),
  metrics: table(
    ['metric', 'unit', 'also by', ''],
    Object.entries<MetricKind>(METRICS).map(([name, { by, tells }]) => [
      `\`${name}\``,
      UNITS[name as MetricName],
      by.map((dimension) => `\`${dimension}\``).join(' and '),
      tells,
    ]),
  ),
};

test('what the README has from the code is fresh', async () => {
  const readme = readFileSync('README.md', 'utf8');
  const fresh = Object.entries(tables).reduce(
    (text, [name, rows]) =>
      text.replace(new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`), (_, open, close) => open + rows + close),
    readme,
  );
  await expect(fresh).toMatchFileSnapshot('../README.md');
});

function performance(): string {
  const results = JSON.parse(readFileSync('test/bench/results.json', 'utf8')) as Results;
  const { machine, at, quick } = results;
  const { head, rows } = readmeTable(results);
  const samples = quick ? ', of few samples' : '';
  const named = `Of ${at.slice(0, 10)}${samples}: ${machine.cpu}, ${machine.cores} cores, Node ${machine.node.slice(1)}.`;
  return `${table(head, rows)}\n${named}\n`;
}

/** Ratios, but for what a warm request costs. */
function budgets(): string {
  const verdicts = timedBudgets(JSON.parse(readFileSync('test/bench/results.json', 'utf8')) as Results);
  return table(
    ['budget', 'at most', 'is', ''],
    verdicts.map(({ budget, limit, value, met, aim }) => [
      aim ? `${budget} (an aim)` : budget,
      String(round(limit)),
      String(round(value)),
      met ? 'met' : '**missed**',
    ]),
  );
}

test('the policy in the README is one', () => {
  const [, yaml = ''] = /```yaml\n(revision:[\s\S]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? [];
  expect(() => readPolicy(Buffer.from(yaml), 'README.md')).not.toThrow();
});

/** `above 5 in 5 min, twice in a row` */
function goesOff({ watches, statistic = 'Sum', above, periodSeconds, periods = 1, silence }: Alarm): string {
  const span = periodSeconds % 3_600 === 0 ? `${periodSeconds / 3_600} h` : `${periodSeconds / 60} min`;
  if (silence) return `nothing in ${periods} × ${span}`;
  const figure =
    'gateway' in watches && watches.gateway === 'Latency' ? `${above / 1_000} s (${statistic})` : String(above);
  const unit = 'own' in watches && watches.own === 'PolicyAge' ? ' s' : '';
  return `above ${figure}${unit} in ${span}${periods === 1 ? '' : `, ${periods} times in a row`}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

/** What the audit trail writes of a creation that the policy denies. */
function deniedCreation(): object {
  const principal = {
    kind: 'iam',
    partition: 'aws',
    account: '111122223333',
    type: 'role',
    name: 'payments-ci',
  } as const;
  const document = {
    revision: '2026-11-20.1',
    rules: { 'signature-is-allowed': { enforcement: 'deny', allow: ['AMAZON.UserInput'] } },
    teams: { payments: { principals: [`arn:aws:iam::111122223333:role/${principal.name}`], agents: ['AGENT12345'] } },
  };
  const request: Request<'CreateAgentActionGroup'> = {
    operation: 'CreateAgentActionGroup',
    agentId: 'AGENT12345',
    agentVersion: 'DRAFT',
    actionGroup: { actionGroupName: 'shell', parentActionGroupSignature: 'ANTHROPIC.Bash' },
    clientToken: undefined,
    dryRun: false,
    prepare: 'none',
    caller: {
      principal,
      arn: 'arn:aws:sts::111122223333:assumed-role/payments-ci/build-1842',
      session: 'build-1842',
      uniqueId: 'AROAEXAMPLEPAYMENTSCI',
      account: '111122223333',
      sourceIp: '192.0.2.44',
      userAgent: 'Boto3/1.43.0',
    },
  };
  const checked = checkDocument(document);
  if ('faults' in checked) throw new TypeError(JSON.stringify(checked.faults));
  const policy = compile(checked.ok, 'f3a8'.repeat(16));
  const decision = { id: '8f3b1c52-6a0e-4d3e-9b1f-2f6f5d1f7c11', ...decide(policy, { ...request, principal }, 0) };
  const records = recordsOf({
    ids: { requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef', traceId: undefined },
    request,
    decision,
    tokenHash: undefined,
    place: { account: '111122223333', region: 'us-east-1' },
  });
  return records.outcome(Date.parse('2026-11-25T12:00:00Z'), 2, failure(new Problem('POLICY_DENIED'), undefined));
}

/** JSON with a member to a line, and those of `unmapped` too: a whole record would fill pages. */
function fenced({ unmapped, ...event }: { unmapped?: object }): string {
  const members = (object: object, indent: string) =>
    Object.entries(JSON.parse(JSON.stringify(object)))
      .map(([name, value]) => `${indent}${JSON.stringify(name)}: ${spaced(value)}`)
      .join(',\n');
  const inner = members(unmapped ?? {}, '    ');
  return `\`\`\`json\n{\n${members(event, '  ')},\n  "unmapped": {\n${inner}\n  }\n}\n\`\`\`\n`;
}

function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${spaced(member)}`);
  return `{ ${members.join(', ')} }`;
}
