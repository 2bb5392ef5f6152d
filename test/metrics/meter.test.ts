import { expect, test, vi } from 'vitest';
import { LineLogger } from '../../src/log.ts';
import { METRICS } from '../../src/metrics/catalogue.ts';
import { Meter } from '../../src/metrics/meter.ts';
import { Problem, type ProblemCode } from '../../src/problem.ts';

function meter(service?: string) {
  const lines: string[] = [];
  const told = new Meter(new LineLogger((line) => void lines.push(line), service));
  return { meter: told, lines: () => lines.map((line) => JSON.parse(line)) };
}

test('a line is the embedded metric format: told in all, and by dimension', () => {
  const { meter: told, lines } = meter('portcullis-prod');
  told.tell({ Allowed: 1, PolicyLatency: 1.5 }, { Operation: 'GetAgent' });
  expect(lines()).toEqual([
    {
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: 'Portcullis',
            Dimensions: [['service'], ['service', 'Operation']],
            Metrics: [
              { Name: 'Allowed', Unit: 'Count' },
              { Name: 'PolicyLatency', Unit: 'Milliseconds' },
            ],
          },
        ],
      },
      service: 'portcullis-prod',
      Operation: 'GetAgent',
      Allowed: 1,
      PolicyLatency: 1.5,
    },
  ]);
});

test('nothing of one line is left in the next', () => {
  const { meter: told, lines } = meter();
  told.tell({ RuleDecisions: 1 }, { Rule: 'signature-is-allowed', Effect: 'deny' });
  told.tell({ UnknownOutcomes: 1 });
  expect(lines()[1]).toEqual({
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        { Namespace: 'Portcullis', Dimensions: [['service']], Metrics: [{ Name: 'UnknownOutcomes', Unit: 'Count' }] },
      ],
    },
    service: 'portcullis',
    UnknownOutcomes: 1,
  });
});

test.each([
  ['a fault of ours', 'STORE_UNAVAILABLE', {}, ['STORE_UNAVAILABLE']],
  ["Bedrock's answer", 'NAME_TAKEN', { upstream: { error: 'ConflictException' } }, ['NAME_TAKEN']],
  ['throttling', 'UPSTREAM_THROTTLED', {}, ['UPSTREAM_THROTTLED']],
  ["the caller's mistake", 'INVALID_REQUEST', {}, []],
  ['a denial', 'POLICY_DENIED', {}, []],
  ['an outcome that nobody knows', 'OUTCOME_UNKNOWN', {}, ['OUTCOME_UNKNOWN', 1]],
  ['a failure after which it may be done', 'STORE_UNAVAILABLE', { mayHaveCommitted: true }, ['STORE_UNAVAILABLE', 1]],
] as const)('failures: %s', (_name, code, details, counted) => {
  const { meter: told, lines } = meter();
  told.failed(new Problem(code as ProblemCode, details as object));
  expect(lines().map(({ Code, UnknownOutcomes }) => Code ?? UnknownOutcomes)).toEqual(counted);
});

test('a figure that cannot be written fails nothing', () => {
  const full = new LineLogger(() => {
    throw new Error('ENOSPC');
  });
  expect(() => new Meter(full).tell({ Denied: 1 })).not.toThrow();
});

test('an operator may switch metrics off, as Powertools has it', () => {
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'true');
  const { meter: told, lines } = meter();
  told.tell({ Denied: 1 });
  vi.unstubAllEnvs();
  expect(lines()).toEqual([]);
});

test('every dimension has few values, and CloudWatch takes the names', () => {
  for (const [name, { by, tells }] of Object.entries(METRICS)) {
    expect(name).toMatch(/^[A-Z][A-Za-z]{2,40}$/);
    expect(by.length).toBeLessThanOrEqual(2);
    expect(tells).toMatch(/\.$/);
  }
});
