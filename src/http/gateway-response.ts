/**
 * What the gateway itself answers when no handler has spoken: what the deployed API's gateway responses and the local
 * gateway share.
 *
 * One body serves both surfaces: REST clients read it as RFC 9457, AWS clients find `__type`, `message` and
 * `x-amzn-ErrorType`.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
import type { AwsErrorName } from '../problem.ts';

export interface GatewayResponseKind {
  readonly status: number;
  readonly retryable: boolean;
  readonly title: string;
  /** What the caller can do, in plain ASCII without quotes: it stands in a template. */
  readonly remedy: string;
  readonly aws: AwsErrorName;
  /** The API Gateway response types that wear this entry once deployed; none where AWS refuses before any of them applies. */
  readonly responseTypes: readonly string[];
}

export const GATEWAY_RESPONSES = {
  /** API Gateway does not tell an unsigned request from an unknown path or method, so neither does this entry. */
  NOT_SIGNED: {
    status: 403,
    retryable: false,
    title: 'The request is not signed, or there is no such path and method.',
    remedy:
      'Check path and method: the README of this service lists them. Where they are right, sign the request with SigV4 for execute-api.',
    aws: 'AccessDeniedException',
    responseTypes: ['MISSING_AUTHENTICATION_TOKEN'],
  },
  SIGNATURE_INVALID: {
    status: 403,
    retryable: false,
    title: 'The signature of the request is not valid.',
    remedy: 'Sign it again with credentials that are valid now, for the region of this API, by a clock that is right.',
    aws: 'AccessDeniedException',
    responseTypes: ['INVALID_SIGNATURE', 'EXPIRED_TOKEN'],
  },
  /** Where an authorizer stands in front: what names the caller is missing. */
  UNAUTHORIZED: {
    status: 401,
    retryable: false,
    title: 'The request carries no proof of identity.',
    remedy:
      'Say who you are: on /v1 by a token (Authorization: Bearer ...), on /aws by the credentials that the command portcullis credentials makes.',
    aws: 'AccessDeniedException',
    responseTypes: ['UNAUTHORIZED'],
  },
  ACCESS_DENIED: {
    status: 403,
    retryable: false,
    title: 'The gateway denies access to this caller.',
    remedy:
      'Mend what the message says. Where it says nothing that you can mend, ask who runs this service whether your account and role may call it.',
    aws: 'AccessDeniedException',
    responseTypes: ['ACCESS_DENIED', 'WAF_FILTERED'],
  },
  BAD_REQUEST: {
    status: 400,
    retryable: false,
    title: 'The request is malformed.',
    remedy: 'Correct what the message names.',
    aws: 'ValidationException',
    responseTypes: ['BAD_REQUEST_PARAMETERS', 'BAD_REQUEST_BODY'],
  },
  BODY_TOO_LARGE: {
    status: 413,
    retryable: false,
    title: 'The body is too large.',
    remedy: 'Send less: a large API schema can be put into S3.',
    aws: 'ValidationException',
    responseTypes: ['REQUEST_TOO_LARGE'],
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    retryable: false,
    title: 'The request line and headers are too large.',
    remedy: 'Shorten the path, the query or the headers.',
    aws: 'ValidationException',
    responseTypes: [],
  },
  THROTTLED: {
    status: 429,
    retryable: true,
    title: 'Too many requests.',
    remedy: 'Send the same request again later, and less often.',
    aws: 'ThrottlingException',
    responseTypes: ['THROTTLED', 'QUOTA_EXCEEDED'],
  },
  AUTHORIZER_FAILED: {
    status: 500,
    retryable: true,
    title: 'The identity of the caller could not be checked.',
    remedy: 'Send the same request again; if that goes on, tell who runs this service.',
    aws: 'InternalServerException',
    responseTypes: ['AUTHORIZER_FAILURE', 'AUTHORIZER_CONFIGURATION_ERROR'],
  },
  INTEGRATION_TIMEOUT: {
    status: 504,
    retryable: true,
    title: 'The service did not answer in time.',
    remedy:
      'A change may have been made. With a client token send the same request again: it is made at most once. Without one, read the agent first.',
    aws: 'InternalServerException',
    responseTypes: ['INTEGRATION_TIMEOUT'],
  },
  INTEGRATION_FAILED: {
    status: 502,
    retryable: true,
    title: 'The service failed.',
    remedy:
      'A change may have been made. With a client token send the same request again: it is made at most once. Without one, read the agent first.',
    aws: 'InternalServerException',
    responseTypes: ['INTEGRATION_FAILURE', 'API_CONFIGURATION_ERROR', 'DEFAULT_5XX'],
  },
} as const satisfies Record<string, GatewayResponseKind>;

export type GatewayResponseCode = keyof typeof GATEWAY_RESPONSES;

/** A refusal by the gateway: what is wrong; `message` where AWS has fixed words for it. */
export interface Refusal {
  readonly code: GatewayResponseCode;
  /** The local gateway may say more than a deployed one, which has the remedy alone. */
  readonly detail?: string;
  readonly message?: string;
  /** Of `ACCESS_DENIED` alone: what the authorizer that denied says, in plain ASCII without quotes. */
  readonly reason?: string;
}

/** Types whose message is plain words, as far as is known: more can be added to it, and AWS clients show nothing else. */
const PLAIN_MESSAGE: readonly GatewayResponseCode[] = ['ACCESS_DENIED', 'UNAUTHORIZED'];

/**
 * The same body as an API Gateway template (`application/json` under `ResponseTemplates`): `$context.error.messageString`
 * is API Gateway's message, already quoted.
 */
export function gatewayResponseTemplate(code: GatewayResponseCode): string {
  const quoted = '$context.error.messageString';
  const message = PLAIN_MESSAGE.includes(code) ? '$context.error.message' : quoted;
  // API Gateway writes nothing in place of a reason that no authorizer gave.
  const body = gatewayResponseBody({ code, message, reason: '$context.authorizer.reason' }, '$context.requestId');
  return JSON.stringify(body).replaceAll(`"${quoted}"`, quoted);
}

export function gatewayResponseBody(refusal: Refusal, requestId: string) {
  const { code, detail, message = detail, reason = '' } = refusal;
  const { status, title, remedy, retryable, aws } = GATEWAY_RESPONSES[code];
  const more = { ACCESS_DENIED: ` ${reason}`, UNAUTHORIZED: `. ${remedy}` }[code as string] ?? '';
  return {
    type: 'about:blank',
    title,
    status,
    detail: detail === undefined ? remedy : `${detail} ${remedy}`,
    code,
    requestId,
    retryable,
    __type: aws,
    message: `${message}${more}`,
  };
}
