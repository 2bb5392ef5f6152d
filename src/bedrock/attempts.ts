import type { AttemptWatch } from '../sdk/middleware-once.ts';

/** What became of the attempts that the SDK made for one command; its last error alone does not tell. */
export interface Attempts {
  readonly watch: AttemptWatch;
  /** An attempt ended in a way that does not tell whether Bedrock made the change. */
  mayHaveCommitted: boolean;
}

/** The request never left this machine, so nothing was made. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/**
 * Watches every attempt of one call, and names the decision in its user agent, so that CloudTrail's row names it too.
 *
 * The SDK retries on its own: a first attempt whose answer was lost hides behind the throttling of the second.
 */
export function attemptsOf(decisionId: string): Attempts {
  const attempts: Attempts = {
    mayHaveCommitted: false,
    async watch(headers, attempt) {
      headers['user-agent'] = `${headers['user-agent'] ?? ''} portcullis-decision/${decisionId}`.trim();
      try {
        return await attempt();
      } catch (error) {
        attempts.mayHaveCommitted ||= isAmbiguous(error);
        throw error;
      }
    },
  };
  return attempts;
}

/** True unless the error itself proves that Bedrock made no change. */
export function isAmbiguous(error: unknown): boolean {
  const { status, code } = describe(error);
  if (code !== undefined && NEVER_SENT.has(code)) return false;
  return status === undefined || status < 400 || status >= 500 || isUnreadable(error);
}

/**
 * Not Bedrock's word, whatever its status: it is not JSON, as something on the way answered, or it broke off. An answer that
 * was read is an error with a `$fault`, of a class of the SDK's.
 */
export function isUnreadable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return error instanceof SyntaxError || ('$response' in error && !('$fault' in error));
}

/**
 * What an error of the SDK says of itself; every member is undefined when there was no answer. Words that are not
 * Bedrock's (the SDK's own on an answer without any, a parser's on one that is not JSON) are left out.
 */
export function describe(error: unknown): {
  name: string | undefined;
  message: string | undefined;
  status: number | undefined;
  requestId: string | undefined;
  code: string | undefined;
} {
  const seen = (error ?? {}) as {
    name?: string;
    message?: string;
    code?: string;
    $metadata?: { httpStatusCode?: number; requestId?: string };
    $response?: { statusCode?: number };
  };
  const spoken = seen.message !== 'UnknownError' && !isUnreadable(error);
  return {
    name: spoken ? seen.name : undefined,
    message: spoken ? seen.message : undefined,
    status: seen.$metadata?.httpStatusCode ?? seen.$response?.statusCode,
    requestId: seen.$metadata?.requestId,
    code: seen.code,
  };
}
