import { describeSyntaxError } from '../contract/json-text.ts';
import { Problem, unexpected } from '../problem.ts';
import { badBody } from './text-body.ts';

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
      const message = 'The body is not declared as JSON.';
      return badBody(
        'UNSUPPORTED_MEDIA_TYPE',
        message,
        'Send it with Content-Type: application/json.',
        'header:Content-Type',
      );
    }
    return badBody(
      'MALFORMED_BODY',
      describeSyntaxError(String(cause.data), new SyntaxError(cause.message)),
      'Send well-formed JSON.',
    );
  }
  return unexpected(error);
}
