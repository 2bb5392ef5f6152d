import {
  type CreateActionGroup,
  parseCreateActionGroup,
  type RawRequest,
} from '../../src/contract/create-action-group.ts';
import { type Fault, Problem } from '../../src/problem.ts';

export const LAMBDA = 'arn:aws:lambda:us-east-1:111122223333:function:agents-book';
export const TOKEN = '0b8f6c2e-5d0c-4b52-9f0a-6c1f5a7e9d31';

/** A valid request; a test names only what matters to it. */
export function request(body: unknown = { actionGroupName: 'booking' }, over: Partial<RawRequest> = {}): RawRequest {
  return { labels: { agentId: 'AGENT12345', agentVersion: 'DRAFT' }, query: {}, idempotencyKeys: [], body, ...over };
}

/** A body that is valid but for the members given. */
export function group(members: Record<string, unknown> = {}): Record<string, unknown> {
  return { actionGroupName: 'booking', ...members };
}

export function parameter(detail: Record<string, unknown>): Record<string, unknown> {
  return group({ functionSchema: { functions: [{ name: 'book', parameters: { seat: detail } }] } });
}

export function refusal(raw: RawRequest): Problem | undefined {
  try {
    parseCreateActionGroup(raw);
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

export function faultsOfBody(body: unknown): readonly Fault[] {
  return refusal(request(body))?.errors ?? [];
}

export function pointersOf(body: unknown): string[] {
  return faultsOfBody(body).map(({ pointer }) => pointer);
}

export function accepted(body: unknown): CreateActionGroup {
  return parseCreateActionGroup(request(body));
}
