/** One Lambda, with services of its own that outlive its calls, asked as API Gateway asks it. Knows no test runner. */

import { performance } from 'node:perf_hooks';
import { EVERY_PART } from '../../src/applying/parts.ts';
import type { Config } from '../../src/config.ts';
import { lambdaContext } from '../../src/local/gateway/context.ts';
import { proxyEvent } from '../../src/local/gateway/event.ts';
import { identityOf } from '../../src/local/gateway/identity.ts';
import { splitTarget } from '../../src/local/gateway/request.ts';
import { routeFinder } from '../../src/local/gateway/route.ts';
import { routesOf } from '../../src/local/routes.ts';
import type { WriteLine } from '../../src/log.ts';
import { createServices } from '../../src/services.ts';

export interface LambdaRequest {
  readonly method: string;
  /** Path and query as they go on the wire. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export interface LambdaReply {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the body that it expects
  readonly body: any;
}

/** @param principal the caller's ARN; the Lambda's time is not that of the date, which a test may move. */
export type Lambda = (principal: string, request: LambdaRequest, remainingMs: number) => Promise<LambdaReply>;

const ACCOUNT = '111122223333';

export function startLambda(config: Config, write: WriteLine): Lambda {
  const find = routeFinder(routesOf(createServices(config, EVERY_PART, write)));
  return async (principal, { method, target, headers = {}, body }, remainingMs) => {
    const match = find(method, splitTarget(target).path)!;
    const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
    const given = Object.entries({ 'content-type': 'application/json', ...headers });
    const received = { method, target, ...splitTarget(target), headers: given, body: bytes };
    const arrival = {
      requestId: crypto.randomUUID(),
      receivedAtEpochMs: Date.now(),
      sourceIp: '127.0.0.1',
      port: 0,
      apiAccountId: ACCOUNT,
    };
    const event = proxyEvent(received, match, identityOf({ arn: principal }), arrival);
    const { functionName = '' } = match.route;
    const facts = { functionName, region: config.region, accountId: ACCOUNT };
    const context = lambdaContext({ ...facts, timeoutMs: remainingMs, now: () => performance.now() });
    const result = await match.route.handler(event, context);
    const named = Object.entries(result.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
    const answered = result.body === '' ? undefined : JSON.parse(result.body);
    return { status: result.statusCode, headers: Object.fromEntries(named), body: answered };
  };
}
