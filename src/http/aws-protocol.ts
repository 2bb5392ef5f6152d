/**
 * The AWS protocol of `bedrock-agent`, rest-json: which call a path and method mean, and how answers and failures are
 * worded, so that unmodified AWS clients read them as Bedrock's own.
 */
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { LineLogger } from '../log.ts';
import type { Operation as OperationName } from '../policy/request.ts';
import { type AwsErrorName, type Fault, firstOf, Problem } from '../problem.ts';
import type { Decision } from '../provisioning.ts';
import { decisionHeaders } from './decision-headers.ts';
import { type LambdaHandler, type Operation, type Surface, serve } from './serve.ts';

/** Exactly what the service model says of the operation's success. */
export interface AwsAnswer {
  readonly status: 200 | 202 | 204;
  /** Absent only with 204: several clients take a success without its body for an empty one, or fall over. */
  readonly body?: object;
  /** The decision that the answer follows. */
  readonly decision: Pick<Decision, 'id' | 'warnings'>;
}

/** Which operation a request asks for, and the labels of its path, decoded. */
export interface AwsCall {
  readonly operation: OperationName;
  readonly labels: Readonly<Record<string, string>>;
}

const OPERATIONS: readonly { operation: OperationName; method: string; path: readonly string[] }[] = [
  {
    operation: 'CreateAgentActionGroup',
    method: 'PUT',
    path: template('agents/{agentId}/agentversions/{agentVersion}/actiongroups'),
  },
  {
    operation: 'ListAgentActionGroups',
    method: 'POST',
    path: template('agents/{agentId}/agentversions/{agentVersion}/actiongroups'),
  },
  {
    operation: 'UpdateAgentActionGroup',
    method: 'PUT',
    path: template('agents/{agentId}/agentversions/{agentVersion}/actiongroups/{actionGroupId}'),
  },
  {
    operation: 'GetAgentActionGroup',
    method: 'GET',
    path: template('agents/{agentId}/agentversions/{agentVersion}/actiongroups/{actionGroupId}'),
  },
  {
    operation: 'DeleteAgentActionGroup',
    method: 'DELETE',
    path: template('agents/{agentId}/agentversions/{agentVersion}/actiongroups/{actionGroupId}'),
  },
  { operation: 'PrepareAgent', method: 'POST', path: template('agents/{agentId}') },
  { operation: 'GetAgent', method: 'GET', path: template('agents/{agentId}') },
];

function template(path: string): string[] {
  return path.split('/');
}

/** The stage or base path, up to the first `/aws` that is followed by the path of a call. */
const IN_FRONT = /^(?:\/[^/]*)*?\/aws(?=\/+agents(?:\/|$))/;

/**
 * Reads method and path as AWS clients send them: with a trailing slash or without, a doubled one after a base path that
 * ends in a slash, labels percent-encoded. An empty label names nothing: without its id, an update would be a creation.
 *
 * @param path the whole path; the stage or base path in front of `/aws` may itself be called `aws`
 * @throws {Problem} `UNKNOWN_OPERATION`
 */
export function awsCallOf(method: string, path: string): AwsCall {
  const segments = segmentsOf(path);
  for (const { operation, method: wanted, path: parts } of OPERATIONS) {
    if (wanted !== method || parts.length !== segments.length) continue;
    const labels: Record<string, string> = {};
    const fits = parts.every((part, index) => {
      const segment = segments[index] ?? '';
      if (!part.startsWith('{')) return part === segment;
      labels[part.slice(1, -1)] = segment;
      return segment !== '';
    });
    if (fits) return { operation, labels };
  }
  throw new Problem('UNKNOWN_OPERATION', {
    detail: `This service governs ${OPERATIONS.map(({ operation }) => operation).join(', ')}, and ${method} on this path is none of them. Send other calls to Amazon Bedrock itself.`,
  });
}

/** Decoded; none where the path is not that of a call, or not to be decoded. */
function segmentsOf(path: string): string[] {
  const call = path.replace(IN_FRONT, '');
  if (call === path) return [];
  try {
    return call.replace(/^\/+/, '').replace(/\/$/, '').split('/').map(decodeURIComponent);
  } catch {
    return [];
  }
}

const STATUS: Readonly<Record<AwsErrorName, number>> = {
  AccessDeniedException: 403,
  ConflictException: 409,
  InternalServerException: 500,
  ResourceNotFoundException: 404,
  ServiceQuotaExceededException: 402,
  ThrottlingException: 429,
  UnknownOperationException: 404,
  ValidationException: 400,
};

/** `x-amzn-RequestId` is not among the headers: API Gateway sets it, and would send both. */
const AWS: Surface<AwsAnswer> = {
  present: ({ status, body, decision }, requestId) => ({
    statusCode: status,
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      'X-Request-Id': requestId,
      ...decisionHeaders(decision),
    },
    body: body === undefined ? '' : JSON.stringify(body),
  }),
  presentProblem: presentAwsProblem,
};

/** What a client shows of a failure is its message, so everything the caller must know stands in it. */
function presentAwsProblem(problem: Problem, requestId: string): APIGatewayProxyResult {
  const { aws } = problem.kind;
  const { decisionId, errors, retryAfterSeconds } = problem;
  const fieldList = errors.map(({ pointer, message, fix }) => ({
    name: pointer || 'body',
    message: `${message} ${fix}`,
  }));
  return {
    statusCode: STATUS[aws],
    headers: {
      'Content-Type': 'application/json',
      'x-amzn-ErrorType': aws,
      'X-Request-Id': requestId,
      ...(decisionId === undefined ? {} : { 'X-Decision-Id': decisionId }),
      ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
    },
    body: JSON.stringify({
      __type: aws,
      message: messageOf(problem),
      ...(aws === 'ValidationException' && fieldList.length > 0 ? { fieldList } : {}),
    }),
  };
}

function messageOf({ code, detail, decisionId, errors, upstream }: Problem): string {
  // Bedrock's message may hold the fields' own already.
  const unsaid = code === 'UPSTREAM_INVALID' ? errors.filter(({ message }) => !detail.includes(message)) : errors;
  const each = unsaid.map(worded).join(' ');
  const decision = decisionId === undefined ? '' : ` (decision ${decisionId})`;
  if (code === 'POLICY_DENIED') return `Organisation policy denies this request. ${each}${decision}`;
  // Terraform's provider, from 6.3 on, waits and tries again where it reads Bedrock's own words.
  if (code === 'AGENT_BUSY') return upstream?.message ?? detail;
  if (code === 'NAME_TAKEN' && upstream?.message !== undefined) return `${upstream.message} ${detail}`;
  const first = firstOf(errors);
  const lead =
    first !== '' && detail.endsWith(first) ? detail.slice(0, -first.length).replace('The first: ', '') : detail;
  return `${lead.trim()} ${each}`.trim();
}

/** A fault or a violation in a line: `[rule] /pointer: what is wrong Allowed: a, b. What to do`. */
function worded(fault: Fault & { readonly rule?: string; readonly allowed?: unknown }): string {
  const { rule, pointer, message, allowed, fix } = fault;
  const place = `${rule === undefined ? '' : `[${rule}] `}${pointer === '' ? '' : `${pointer}: `}`;
  const list = Array.isArray(allowed) && allowed.length > 0 ? ` Allowed: ${allowed.join(', ')}.` : '';
  return `${place}${message}${list} ${fix}`;
}

/** Makes the Lambda handler of the AWS surface. */
export function serveAws<Services extends { log: LineLogger }>(
  operation: Operation<Services, AwsAnswer>,
  services: Services,
): LambdaHandler {
  const handler = serve(operation, services, AWS, { body: 'optional' });
  return (event, context) => handler(assumingJson(event), context);
}

/** R paws names no content type: the protocol knows no other than JSON. */
function assumingJson(event: APIGatewayProxyEvent): APIGatewayProxyEvent {
  const headers = event.headers ?? {};
  const isNamed = Object.entries(headers).some(([name, value]) => name.toLowerCase() === 'content-type' && value);
  return isNamed ? event : { ...event, headers: { ...headers, 'content-type': 'application/json' } };
}
