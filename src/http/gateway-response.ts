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
    aws: 'AccessDeniedException',
    responseTypes: ['MISSING_AUTHENTICATION_TOKEN'],
  },
  SIGNATURE_INVALID: {
    status: 403,
    retryable: false,
    title: 'The signature of the request is not valid.',
    aws: 'AccessDeniedException',
    responseTypes: ['INVALID_SIGNATURE', 'EXPIRED_TOKEN'],
  },
  /** Where an authorizer stands in front: what names the caller is missing. */
  UNAUTHORIZED: {
    status: 401,
    retryable: false,
    title: 'The request carries no proof of identity.',
    aws: 'AccessDeniedException',
    responseTypes: ['UNAUTHORIZED'],
  },
  ACCESS_DENIED: {
    status: 403,
    retryable: false,
    title: 'The gateway denies access to this caller.',
    aws: 'AccessDeniedException',
    responseTypes: ['ACCESS_DENIED', 'WAF_FILTERED'],
  },
  BAD_REQUEST: {
    status: 400,
    retryable: false,
    title: 'The request is malformed.',
    aws: 'ValidationException',
    responseTypes: ['BAD_REQUEST_PARAMETERS', 'BAD_REQUEST_BODY'],
  },
  BODY_TOO_LARGE: {
    status: 413,
    retryable: false,
    title: 'The body is too large.',
    aws: 'ValidationException',
    responseTypes: ['REQUEST_TOO_LARGE'],
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    retryable: false,
    title: 'The request line and headers are too large.',
    aws: 'ValidationException',
    responseTypes: [],
  },
  THROTTLED: {
    status: 429,
    retryable: true,
    title: 'Too many requests.',
    aws: 'ThrottlingException',
    responseTypes: ['THROTTLED', 'QUOTA_EXCEEDED'],
  },
  AUTHORIZER_FAILED: {
    status: 500,
    retryable: true,
    title: 'The identity of the caller could not be checked.',
    aws: 'InternalServerException',
    responseTypes: ['AUTHORIZER_FAILURE', 'AUTHORIZER_CONFIGURATION_ERROR'],
  },
  INTEGRATION_TIMEOUT: {
    status: 504,
    retryable: true,
    title: 'The service did not answer in time.',
    aws: 'InternalServerException',
    responseTypes: ['INTEGRATION_TIMEOUT'],
  },
  INTEGRATION_FAILED: {
    status: 502,
    retryable: true,
    title: 'The service failed.',
    aws: 'InternalServerException',
    responseTypes: ['INTEGRATION_FAILURE', 'API_CONFIGURATION_ERROR', 'DEFAULT_5XX'],
  },
} as const satisfies Record<string, GatewayResponseKind>;

export type GatewayResponseCode = keyof typeof GATEWAY_RESPONSES;

/** A refusal by the gateway: `detail` says what the caller can change; `message` differs only where AWS has fixed words. */
export interface Refusal {
  readonly code: GatewayResponseCode;
  readonly detail: string;
  readonly message?: string;
  /** Of `ACCESS_DENIED` alone: what the authorizer that denied says, in plain ASCII without quotes. */
  readonly reason?: string;
}

/**
 * The same body as an API Gateway template (`application/json` under `ResponseTemplates`): `$context.error.messageString`
 * is API Gateway's message, already quoted.
 */
export function gatewayResponseTemplate(code: GatewayResponseCode): string {
  const message = '$context.error.messageString';
  const refusal =
    code === 'ACCESS_DENIED'
      ? { code, detail: message, message: '$context.error.message', reason: '$context.authorizer.reason' }
      : { code, detail: message };
  const template = JSON.stringify(gatewayResponseBody(refusal, '$context.requestId'));
  return template.replaceAll(`"${message}"`, message);
}

export function gatewayResponseBody({ code, detail, message = detail, reason = '' }: Refusal, requestId: string) {
  const { status, title, retryable, aws } = GATEWAY_RESPONSES[code];
  const common = { type: 'about:blank', title, status, detail, code, requestId, retryable, __type: aws, message };
  // AWS clients show nothing but the message. API Gateway writes nothing in place of a reason that no authorizer gave.
  return code === 'ACCESS_DENIED' ? { ...common, message: `${message} ${reason}` } : common;
}
