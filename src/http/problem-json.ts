import type { APIGatewayProxyResult } from 'aws-lambda';
import type { Problem } from '../problem.ts';

/**
 * RFC 9457, indented: denials are read by people in terminals and logs of pipelines. `violations` repeats `errors` under the name that a decision gives them, so that both read alike.
 */
export function presentProblem(problem: Problem, requestId: string): APIGatewayProxyResult {
  const { code, detail, decisionId, errors, kind, retryable, retryAfterSeconds, upstream } = problem;
  return {
    statusCode: kind.status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      'X-Request-Id': requestId,
      ...(decisionId === undefined ? {} : { 'X-Decision-Id': decisionId }),
      ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
    },
    body: JSON.stringify(
      {
        type: `urn:portcullis:problem:${code.toLowerCase().replaceAll('_', '-')}`,
        title: kind.title,
        status: kind.status,
        detail,
        code,
        requestId,
        retryable,
        decisionId,
        ...(errors.length > 0 ? { errors } : {}),
        ...(code === 'POLICY_DENIED' ? { violations: errors } : {}),
        upstream,
      },
      undefined,
      2,
    ),
  };
}
