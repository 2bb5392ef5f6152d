/** The requests that are measured: events of API Gateway, as large as asked for. */
import { readFileSync } from 'node:fs';
import type { APIGatewayProxyEvent } from 'aws-lambda';

type Event = APIGatewayProxyEvent;

const USUAL = JSON.parse(readFileSync('events/create-action-group.201.json', 'utf8')) as Event;
const GROUP = JSON.parse(USUAL.body as string) as Record<string, unknown>;
const { clientToken: _, ...WITHOUT_TOKEN } = GROUP;

/** One creation, the usual one unless told otherwise. Without a token it is not idempotent. */
export function creation(group: Record<string, unknown> = {}, clientToken?: string): Event {
  return { ...USUAL, body: JSON.stringify({ ...WITHOUT_TOKEN, ...group, clientToken }) };
}

/** So many creations, each with a token of its own. */
export function creations(count: number, prefix: string, group?: Record<string, unknown>): Event[] {
  return Array.from({ length: count }, (_, index) => creation(group, `${prefix}-${String(index).padStart(36, '0')}`));
}

export function withFunctions(count: number): Record<string, unknown> {
  const functions = Array.from({ length: count }, (_, index) => ({
    name: `book${index}`,
    description: 'Books a table for the guest, and says so where there is none.',
    parameters: { guests: { type: 'integer', description: 'How many will come.', required: true } },
  }));
  return { functionSchema: { functions } };
}

/** An OpenAPI document as text, with which the body of the request has so many bytes. */
export function withBodyOf(bytes: number): Record<string, unknown> {
  const path = '{"get":{"operationId":"find","description":"Finds tables for the guest.","responses":{}}}';
  const group = (payload: string) => ({ functionSchema: undefined, apiSchema: { payload } });
  const rest = creations(1, 'a', group(''))[0]?.body?.length ?? 0;
  const line = `"/tables/found":${path},\n`;
  const text = line.repeat(Math.ceil(bytes / line.length) + 1);
  // Quotes and line ends are escaped in the body, so that what fits is found by trying.
  let [fits, exceeds] = [0, text.length];
  while (exceeds - fits > 1) {
    const middle = (fits + exceeds) >> 1;
    // Tokens differ in length.
    if (rest + 32 + JSON.stringify(text.slice(0, middle)).length - 2 <= bytes) fits = middle;
    else exceeds = middle;
  }
  return group(text.slice(0, fits));
}
