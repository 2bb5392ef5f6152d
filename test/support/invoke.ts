import { readFileSync } from 'node:fs';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Config } from '../../src/config.ts';
import { createActionGroup } from '../../src/handlers/create-action-group.ts';
import { serveRest } from '../../src/http/rest.ts';
import { lambdaContext } from '../../src/local/gateway/context.ts';
import type { WriteLine } from '../../src/log.ts';
import { createServices } from '../../src/services.ts';
import type { Got } from '../local/gateway/gateway.ts';

export type Reply = Pick<Got, 'status' | 'headers' | 'text' | 'json'>;

export interface Invocation {
  readonly write?: WriteLine;
  /** What is left of the Lambda's time when it begins; 28,000 unless told. */
  readonly remainingMs?: number;
}

/** Runs the operation as Lambda does: services of its own, built from a configuration, and an event. */
export async function invoke(config: Config, event: APIGatewayProxyEvent, invocation: Invocation = {}): Promise<Reply> {
  const { write = () => {}, remainingMs = 28_000 } = invocation;
  const handler = serveRest(createActionGroup, createServices(config, write));
  const facts = { functionName: 'create-action-group', region: config.region, accountId: '111122223333' };
  const context = lambdaContext({ ...facts, timeoutMs: remainingMs, now: Date.now });
  const result = await handler(structuredClone(event), context);
  const headers = Object.entries(result.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    status: result.statusCode,
    headers: Object.fromEntries(headers),
    text: result.body,
    json: JSON.parse(result.body),
  };
}

/** A file of `events/`, by its name without `.json`. */
export function eventOf(name: string): APIGatewayProxyEvent {
  return JSON.parse(readFileSync(new URL(`../../events/${name}.json`, import.meta.url), 'utf8'));
}
