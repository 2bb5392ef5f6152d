import { expect } from 'vitest';
import { PROBLEMS, type ProblemCode } from '../../src/problem.ts';
import type { Got } from '../local/gateway/gateway.ts';
import { UUID } from './service.ts';

export interface Expected {
  readonly detail?: unknown;
  readonly errors?: unknown;
  readonly upstream?: unknown;
  readonly retryAfter?: string;
  /** Where it is not the catalogue's. */
  readonly retryable?: boolean;
  /** Whether the policy had decided by then. */
  readonly decided?: boolean;
}

type Reply = Pick<Got, 'status' | 'headers' | 'json'>;

/** Their fault is the body as a whole, and is listed like any other. */
const OF_THE_BODY: readonly ProblemCode[] = ['MALFORMED_BODY', 'UNSUPPORTED_MEDIA_TYPE', 'BODY_TOO_LARGE'];

/** The whole answer: status, every header that is ours, and a body with these members and no others. */
export function expectProblem(reply: Reply, code: ProblemCode, expected: Expected = {}): void {
  const { status, title, retryable } = PROBLEMS[code];
  const { detail = expect.any(String), errors, upstream, retryAfter, decided = false } = expected;
  expect(reply.json).toEqual({
    type: `urn:portcullis:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail,
    code,
    requestId: expect.stringMatching(UUID),
    retryable: expected.retryable ?? retryable,
    ...(decided ? { decisionId: expect.stringMatching(UUID) } : {}),
    ...(errors === undefined ? (OF_THE_BODY.includes(code) ? { errors: expect.any(Array) } : {}) : { errors }),
    ...(errors !== undefined && code === 'POLICY_DENIED' ? { violations: errors } : {}),
    ...(upstream === undefined ? {} : { upstream }),
  });
  expect({ status: reply.status, ...oursOf(reply) }).toEqual({
    status,
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-request-id': reply.json.requestId,
    'x-decision-id': reply.json.decisionId,
    'retry-after': retryAfter,
    location: undefined,
    'idempotent-replayed': undefined,
  });
}

const OURS = [
  'content-type',
  'cache-control',
  'x-request-id',
  'x-decision-id',
  'retry-after',
  'location',
  'idempotent-replayed',
] as const;

/** The headers that the service answers with; one that is absent is `undefined`. */
export function oursOf({ headers }: Pick<Got, 'headers'>): Record<(typeof OURS)[number], string | undefined> {
  return Object.fromEntries(OURS.map((name) => [name, headers[name]])) as never;
}
