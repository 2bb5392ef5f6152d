import { readFileSync } from 'node:fs';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { EVERY_PART } from '../../src/applying/parts.ts';
import type { Config } from '../../src/config.ts';
import { lambdaContext } from '../../src/local/gateway/context.ts';
import { routesOf } from '../../src/local/routes.ts';
import type { WriteLine } from '../../src/log.ts';
import { createServices } from '../../src/services.ts';
import type { Got } from '../local/gateway/gateway.ts';

export type Reply = Pick<Got, 'status' | 'headers' | 'text' | 'json'>;

export interface Invocation {
  readonly write?: WriteLine;
  /** What is left of the Lambda's time when it begins; 28,000 unless told. */
  readonly remainingMs?: number;
}

/** Runs the event's operation as Lambda does: services of its own, built from a configuration. */
export async function invoke(config: Config, event: APIGatewayProxyEvent, invocation: Invocation = {}): Promise<Reply> {
  const { write = () => {}, remainingMs = 28_000 } = invocation;
  const { handler, functionName = '' } = routesOf(createServices(config, EVERY_PART, write)).find(
    ({ method, path }) => path === event.resource && (method === 'ANY' || method === event.httpMethod),
  )!;
  const facts = { functionName, region: config.region, accountId: '111122223333' };
  const context = lambdaContext({ ...facts, timeoutMs: remainingMs, now: Date.now });
  const result = await handler(structuredClone(event), context);
  const headers = Object.entries(result.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    status: result.statusCode,
    headers: Object.fromEntries(headers),
    text: result.body,
    get json() {
      return JSON.parse(result.body);
    },
  };
}

/** A file of `events/`, by its name without `.json`. */
export function eventOf(name: string): APIGatewayProxyEvent {
  return JSON.parse(readFileSync(new URL(`../../events/${name}.json`, import.meta.url), 'utf8'));
}
