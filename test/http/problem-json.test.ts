import { expect, test } from 'vitest';
import { presentProblem } from '../../src/http/problem-json.ts';
import { PROBLEMS, Problem, type ProblemCode } from '../../src/problem.ts';

const CODES = Object.keys(PROBLEMS) as ProblemCode[];

test.each(CODES)('%s says what it is, and nothing of its cause', (code) => {
  const problem = new Problem(code, { detail: 'What to change.', cause: new Error('SECRET') });
  const { statusCode, headers, body } = presentProblem(problem, 'the-request');
  const { status, title, retryable } = PROBLEMS[code];
  expect(JSON.parse(body)).toEqual({
    type: `urn:portcullis:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail: 'What to change.',
    code,
    requestId: 'the-request',
    retryable,
    ...(code === 'POLICY_DENIED' ? { violations: [] } : {}),
  });
  expect({ statusCode, headers }).toEqual({
    statusCode: status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', 'X-Request-Id': 'the-request' },
  });
});

test('a denial names its violations twice: as errors, like every problem, and as a decision names them', () => {
  const violation = { rule: 'signature-is-allowed', pointer: '/a', message: 'b', fix: 'c' };
  const problem = new Problem('POLICY_DENIED', { errors: [violation] });
  problem.decisionId = 'the-decision';
  const { headers, body } = presentProblem(problem, 'the-request');
  expect(JSON.parse(body)).toMatchObject({
    decisionId: 'the-decision',
    errors: [violation],
    violations: [violation],
  });
  expect(headers).toMatchObject({ 'X-Decision-Id': 'the-decision' });
});

test('when to retry stands in the header, and whether in the body', () => {
  const problem = new Problem('OUTCOME_UNKNOWN', { retryAfterSeconds: 2, retryable: false });
  const { headers, body } = presentProblem(problem, 'the-request');
  expect(headers).toMatchObject({ 'Retry-After': '2' });
  expect(JSON.parse(body)).toMatchObject({ retryable: false, detail: PROBLEMS.OUTCOME_UNKNOWN.title });
});

test('without a detail the title speaks', () => {
  expect(JSON.parse(presentProblem(new Problem('INTERNAL'), 'the-request').body).detail).toBe(PROBLEMS.INTERNAL.title);
});
