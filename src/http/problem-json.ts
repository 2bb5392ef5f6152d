import type { APIGatewayProxyResult } from 'aws-lambda';
import { describeSyntaxError } from '../contract/json-text.ts';
import { Problem } from '../problem.ts';

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

/** What Middy's parser throws (`createError` of its util package); `cause.data` is the raw body and is never logged. */
interface ParserError {
  readonly statusCode?: number;
  readonly cause?: { readonly package?: string; readonly data?: unknown; readonly message?: string };
}

/** Every failure is a problem by the time it leaves; one that is not ours says nothing of itself to the caller. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { statusCode, cause } = (error ?? {}) as ParserError;
  if (cause?.package === '@middy/http-json-body-parser') {
    if (statusCode === 415) {
      return new Problem('UNSUPPORTED_MEDIA_TYPE', { detail: 'Send the body with Content-Type: application/json.' });
    }
    const detail =
      cause.message === undefined
        ? `The member name ${JSON.stringify(cause.data)} is not allowed.`
        : describeSyntaxError(String(cause.data), new SyntaxError(cause.message));
    return new Problem('MALFORMED_BODY', { detail });
  }
  return new Problem('INTERNAL', {
    detail: 'The service failed. Retrying with the same client token is safe.',
    cause: error,
  });
}
