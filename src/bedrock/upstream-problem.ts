import { Problem, type ProblemCode, type ProblemDetails, type Upstream } from '../problem.ts';
import { describe, isAmbiguous, isUnreadable } from './attempts.ts';

/** Seen as ConflictException and as ValidationException: the text tells, the class does not. */
const BUSY = /operation can't be performed on Agent when it is in (\w+) state/;

const BUSY_RETRY_AFTER_SECONDS = 5;
const RETRY_AFTER_SECONDS = 2;

const REFUSED_OUR_ROLE = new Set([
  'AccessDeniedException',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
  'CredentialsProviderError',
]);

const CHOOSE_ANOTHER_NAME =
  'The agent already has an action group of this name. Choose another actionGroupName, or update the existing group.';

/** Of an update, whose conflict may have other reasons. */
const NAME_EXISTS = /ActionGroup with name .* already exists/;

/** Bedrock deletes no enabled group, and does not say what to do. */
const DISABLE_FIRST =
  'Disable it first (update its actionGroupState to DISABLED; on REST, disableFirst=true does both).';

type Advice = Pick<ProblemDetails, 'detail' | 'retryAfterSeconds' | 'retryable'>;

/** Whether a conflict of this operation can only mean that the name is taken. */
export interface UpstreamContext {
  readonly conflictMeansNameTaken: boolean;
  /** An attempt of this call, or an earlier call, may have made the change, whatever the last error says. */
  readonly mayHaveCommitted: boolean;
  /** Whether the caller can repeat the request without fear of making the change twice. */
  readonly repeatable: boolean;
}

/**
 * Translates what Bedrock said into the problem the caller sees.
 *
 * Bedrock's message and request id are passed on where they are about the caller's request; where they are about this
 * service (its role, its network) they go to the log alone.
 */
export function upstreamProblem(error: unknown, context: UpstreamContext): Problem {
  const { name, message, status, requestId } = describe(error);
  const upstream: Upstream = { error: name, message, requestId, status };
  const { mayHaveCommitted } = context;
  const problem = (code: ProblemCode, details: Advice) =>
    new Problem(code, { ...details, upstream, errors: fieldFaults(error), mayHaveCommitted, cause: error });
  const aboutUs = (code: ProblemCode, details: Advice) =>
    new Problem(code, { ...details, upstream: { requestId, status }, mayHaveCommitted, cause: error });

  const busy = BUSY.exec(message ?? '');
  if (busy !== null) {
    return problem('AGENT_BUSY', {
      detail: `The agent is in ${busy[1]} state. Send the same request again when that has ended.`,
      retryAfterSeconds: BUSY_RETRY_AFTER_SECONDS,
    });
  }
  if ((name !== undefined && REFUSED_OUR_ROLE.has(name)) || status === 401 || status === 403) {
    return aboutUs('UPSTREAM_REFUSED_ROLE', {
      detail: "Bedrock refuses this service's own role; your request is not at fault. Tell the service's operators.",
    });
  }
  switch (name) {
    case 'ValidationException':
      return problem('UPSTREAM_INVALID', { detail: `Bedrock refuses the request: ${message}` });
    case 'ResourceNotFoundException':
      return problem('NOT_FOUND', { detail: `Bedrock knows no such agent or action group: ${message}` });
    case 'ConflictException':
      return context.conflictMeansNameTaken || NAME_EXISTS.test(message ?? '')
        ? problem('NAME_TAKEN', { detail: CHOOSE_ANOTHER_NAME })
        : problem('CONFLICT', { detail: /Enabled/.test(message ?? '') ? `${message} ${DISABLE_FIRST}` : `${message}` });
    case 'ServiceQuotaExceededException':
      return problem('QUOTA_EXCEEDED', { detail: `${message}` });
    case 'ThrottlingException':
      return throttled(problem);
  }
  if (status === 429) return throttled(problem);
  if (status === undefined && !mayHaveCommitted && !isAmbiguous(error)) {
    return aboutUs('UPSTREAM_UNAVAILABLE', {
      detail: 'Bedrock cannot be reached; nothing was sent. Send the same request again later.',
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  if (status !== undefined && (status >= 500 || (status >= 400 && isUnreadable(error)))) {
    return aboutUs(status === 503 ? 'UPSTREAM_UNAVAILABLE' : 'UPSTREAM_FAILED', {
      detail: `Bedrock answered with status ${status}. ${howToGoOn(context.repeatable)}`,
      retryable: context.repeatable,
      retryAfterSeconds: context.repeatable ? RETRY_AFTER_SECONDS : undefined,
    });
  }
  if (status !== undefined && status >= 400) {
    return problem('UPSTREAM_INVALID', { detail: `Bedrock refuses the request: ${message ?? `status ${status}`}` });
  }
  return outcomeUnknown(context.repeatable, error, requestId);
}

/** No answer, or one that says nothing: the change may or may not have been made. */
export function outcomeUnknown(repeatable: boolean, cause: unknown, requestId?: string): Problem {
  return new Problem('OUTCOME_UNKNOWN', {
    detail: `Bedrock gave no usable answer in time. ${howToGoOn(repeatable)}`,
    retryable: repeatable,
    retryAfterSeconds: repeatable ? RETRY_AFTER_SECONDS : undefined,
    upstream: requestId === undefined ? undefined : { requestId },
    mayHaveCommitted: true,
    cause,
  });
}

/** The name belongs to another request's group: so this one made none, whatever became of its answer. */
export function nameTaken(cause: unknown): Problem {
  return new Problem('NAME_TAKEN', { detail: CHOOSE_ANOTHER_NAME, cause });
}

function howToGoOn(repeatable: boolean): string {
  return repeatable
    ? 'Retry with the same token: the change is made at most once.'
    : "The change may have been made: read the agent's action groups before sending it again, and send a clientToken next time.";
}

function throttled(problem: (code: ProblemCode, details: Advice) => Problem) {
  return problem('UPSTREAM_THROTTLED', {
    detail: 'Bedrock is throttling requests for this account. Send the same request again later.',
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

/** `ValidationException.fieldList` holds the real cause of a refused schema. */
function fieldFaults(error: unknown) {
  const { fieldList } = error as { fieldList?: { name?: string; message?: string }[] };
  return (fieldList ?? []).map(({ name = '', message = '' }) => ({
    pointer: name,
    message,
    fix: 'Mend what Bedrock names and send the request again.',
  }));
}
