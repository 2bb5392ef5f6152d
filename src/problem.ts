/**
 * Every failure a caller can see: the closed catalogue, and the one error class that carries an entry of it.
 *
 * A problem is thrown anywhere and translated once, at the edge: to RFC 9457 for `/v1`, to AWS's rest-json for `/aws`.
 */

/** The exceptions that `bedrock-agent` models; `aws` names the one that an AWS client sees. */
export type AwsErrorName =
  | 'AccessDeniedException'
  | 'ConflictException'
  | 'InternalServerException'
  | 'ResourceNotFoundException'
  | 'ServiceQuotaExceededException'
  | 'ThrottlingException'
  /** Of the protocol, not of the model: what AWS answers where there is no such operation. */
  | 'UnknownOperationException'
  | 'ValidationException';

export interface ProblemKind {
  /** HTTP status on REST. */
  readonly status: number;
  /** Whether the very same request, sent again later with the same client token, may succeed. */
  readonly retryable: boolean;
  readonly title: string;
  readonly aws: AwsErrorName;
}

/** Every failure a caller can see. The error table in the docs is rendered from this object. */
export const PROBLEMS = {
  MALFORMED_BODY: {
    status: 400,
    retryable: false,
    title: 'The body is not acceptable JSON.',
    aws: 'ValidationException',
  },
  INVALID_REQUEST: { status: 400, retryable: false, title: 'The request is not valid.', aws: 'ValidationException' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    retryable: false,
    title: 'The body must be application/json.',
    aws: 'ValidationException',
  },
  BODY_TOO_LARGE: { status: 413, retryable: false, title: 'The body is too large.', aws: 'ValidationException' },
  CALLER_UNKNOWN: {
    status: 403,
    retryable: false,
    title: 'The caller could not be identified.',
    aws: 'AccessDeniedException',
  },
  POLICY_DENIED: {
    status: 403,
    retryable: false,
    title: 'Organisation policy denies this request.',
    aws: 'AccessDeniedException',
  },
  NOT_FOUND: {
    status: 404,
    retryable: false,
    title: 'There is no such agent or action group.',
    aws: 'ResourceNotFoundException',
  },
  UNKNOWN_OPERATION: {
    status: 404,
    retryable: false,
    title: 'There is no such operation.',
    aws: 'UnknownOperationException',
  },
  NAME_TAKEN: {
    status: 409,
    retryable: false,
    title: 'The agent already has an action group of this name.',
    aws: 'ConflictException',
  },
  CONFLICT: {
    status: 409,
    retryable: false,
    title: 'Bedrock reports a conflict with the state of the agent.',
    aws: 'ConflictException',
  },
  QUOTA_EXCEEDED: {
    status: 409,
    retryable: false,
    title: 'A Bedrock service quota is exceeded.',
    aws: 'ServiceQuotaExceededException',
  },
  AGENT_BUSY: {
    status: 409,
    retryable: true,
    title: 'The agent is busy and cannot be changed at the moment.',
    aws: 'ConflictException',
  },
  REQUEST_IN_PROGRESS: {
    status: 409,
    retryable: true,
    title: 'A request with this client token is still running.',
    aws: 'ThrottlingException',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    retryable: false,
    title: 'This client token was used for a different request.',
    aws: 'ConflictException',
  },
  PRECONDITION_FAILED: {
    status: 412,
    retryable: false,
    title: 'The action group is no longer as the request expects it.',
    aws: 'ConflictException',
  },
  UPSTREAM_INVALID: {
    status: 400,
    retryable: false,
    title: 'Bedrock refuses the request as invalid.',
    aws: 'ValidationException',
  },
  UPSTREAM_THROTTLED: {
    status: 429,
    retryable: true,
    title: 'Bedrock is throttling requests.',
    aws: 'ThrottlingException',
  },
  UPSTREAM_REFUSED_ROLE: {
    status: 502,
    retryable: false,
    title: "Bedrock refuses this service's own role.",
    aws: 'InternalServerException',
  },
  UPSTREAM_FAILED: { status: 502, retryable: true, title: 'Bedrock failed.', aws: 'InternalServerException' },
  UPSTREAM_UNAVAILABLE: {
    status: 503,
    retryable: true,
    title: 'Bedrock is not available.',
    aws: 'InternalServerException',
  },
  OUTCOME_UNKNOWN: {
    status: 504,
    retryable: true,
    title: 'Bedrock did not answer; the change may or may not have been made.',
    aws: 'InternalServerException',
  },
  STORE_UNAVAILABLE: {
    status: 503,
    retryable: true,
    title: 'The idempotency store is not available.',
    aws: 'InternalServerException',
  },
  POLICY_UNAVAILABLE: {
    status: 503,
    retryable: true,
    title: "The organisation's policy is not available.",
    aws: 'InternalServerException',
  },
  AUDIT_UNAVAILABLE: {
    status: 503,
    retryable: true,
    title: 'The audit trail cannot be written.',
    aws: 'InternalServerException',
  },
  INTERNAL: {
    status: 500,
    retryable: true,
    title: 'The service failed.',
    aws: 'InternalServerException',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

/**
 * One thing wrong with the request: where, what, and the remedy. `pointer` is an RFC 6901 pointer into the body, or
 * `path:agentId`, `query:dryRun`, `header:Idempotency-Key`.
 */
export interface Fault {
  readonly pointer: string;
  readonly message: string;
  readonly fix: string;
}

/** The first of them in words, with its remedy: what a `detail` ends in. */
export function firstOf([first]: readonly Fault[]): string {
  return first === undefined ? '' : `${first.message} ${first.fix}`;
}

/** What Bedrock said, for the caller who takes it to AWS support. */
export interface Upstream {
  readonly error?: string;
  readonly message?: string;
  readonly requestId?: string;
  readonly status?: number;
}

export interface ProblemDetails {
  /** Shown to the caller; says what they can change. */
  readonly detail?: string;
  /** Faults of the request, or the violations of policy with `rule` and `allowed`. */
  readonly errors?: readonly Fault[];
  readonly upstream?: Upstream;
  readonly retryAfterSeconds?: number;
  /** Overrides the catalogue where the advice depends on the request, e.g. an unknown outcome without a token. */
  readonly retryable?: boolean;
  /** The change may have been made although it failed: the idempotency record must outlive the failure. */
  readonly mayHaveCommitted?: boolean;
  /** Logged, never sent. */
  readonly cause?: unknown;
}

/** A failure the caller sees. `detail` and `errors` are for the caller; `cause` is for the log alone. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors: readonly Fault[];
  readonly upstream: Upstream | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly retryable: boolean;
  readonly mayHaveCommitted: boolean;
  /** The decision this failure followed, once there is one; joins the answer to its audit records. */
  decisionId: string | undefined;

  constructor(code: ProblemCode, details: ProblemDetails = {}) {
    const kind = PROBLEMS[code];
    super(details.detail ?? kind.title, { cause: details.cause });
    this.code = code;
    this.detail = details.detail ?? kind.title;
    this.errors = details.errors ?? [];
    this.upstream = details.upstream;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.retryable = details.retryable ?? kind.retryable;
    this.mayHaveCommitted = details.mayHaveCommitted ?? false;
  }

  get kind(): ProblemKind {
    return PROBLEMS[this.code];
  }
}

/** What nobody foresaw, as a failure that says nothing of itself to the caller. */
export function unexpected(cause: unknown, mayHaveCommitted = false): Problem {
  return new Problem('INTERNAL', {
    detail:
      'The service failed. A request with a client token, a read or a full replacement can be sent again; before you send ' +
      'a creation without a token again, list the action groups of the agent.',
    mayHaveCommitted,
    cause,
  });
}
