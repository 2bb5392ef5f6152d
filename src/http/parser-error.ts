import { describeSyntaxError } from '../contract/json-text.ts';
import { Problem } from '../problem.ts';

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
