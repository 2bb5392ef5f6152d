/**
 * One service in a process of its own, for ten thousand requests, one after another as Lambda gives them. The emulators
 * are in the parent, so that nothing but the service can grow here. Started with `--expose-gc`.
 */

import { randomUUID } from 'node:crypto';
import { setImmediate as tick } from 'node:timers/promises';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { EVERY_PART } from '../../src/applying/parts.ts';
import { parseConfig } from '../../src/config.ts';
import { lambdaContext } from '../../src/local/gateway/context.ts';
import { proxyEvent } from '../../src/local/gateway/event.ts';
import { identityOf } from '../../src/local/gateway/identity.ts';
import { splitTarget } from '../../src/local/gateway/request.ts';
import { routeFinder } from '../../src/local/gateway/route.ts';
import { routesOf } from '../../src/local/routes.ts';
import { createServices } from '../../src/services.ts';

export interface Measured {
  /** Requests answered so far, and bytes in use after a collection. */
  readonly samples: readonly { readonly requests: number; readonly bytes: number }[];
  /** `operation status`, and how often. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
  /** What keeps the process alive when all is answered, by kind. */
  readonly resources: readonly string[];
}

const [total, every] = [Number(process.argv[2]), Number(process.argv[3])];
const findRoute = routeFinder(routesOf(createServices(parseConfig(), EVERY_PART, () => {})));
const GROUPS = '/v1/agents/AGENT12345/versions/DRAFT/action-groups';
const LAMBDA = 'arn:aws:lambda:us-east-1:111122223333:function:agents-book';
const DESCRIPTION = 'x'.repeat(100);

async function ask(method: string, target: string, body?: unknown, team = 'payments'): Promise<APIGatewayProxyResult> {
  const match = findRoute(method, splitTarget(target).path)!;
  const text = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  const headers: [string, string][] = [
    ['Content-Type', 'application/json'],
    ['User-Agent', `memory/${randomUUID()}`],
  ];
  const request = { method, target, ...splitTarget(target), headers, body: text };
  const account = { accountId: '111122223333', region: 'us-east-1' };
  const arrival = {
    requestId: randomUUID(),
    receivedAtEpochMs: Date.now(),
    sourceIp: '127.0.0.1',
    port: 0,
    apiAccountId: account.accountId,
  };
  const identity = identityOf({ arn: `arn:aws:sts::111122223333:assumed-role/${team}-ci/s${arrival.requestId}` });
  const event = proxyEvent(request, match, identity, arrival);
  const context = lambdaContext({ ...account, functionName: 'memory', timeoutMs: 28_000, now: Date.now });
  return match.route.handler(event, context);
}

/** A group's whole life, and around it what is read, asked, denied and refused; every text is a new one. */
async function* round(): AsyncGenerator<readonly [string, APIGatewayProxyResult]> {
  const fresh = randomUUID();
  const name = `g${fresh.slice(0, 8)}`;
  const group = { actionGroupName: name, actionGroupState: 'DISABLED', actionGroupExecutor: { lambda: LAMBDA } };
  const created = await ask('POST', GROUPS, { ...group, clientToken: fresh });
  yield ['create', created];
  const { actionGroupId } = JSON.parse(created.body).agentActionGroup;
  yield ['replay', await ask('POST', GROUPS, { ...group, clientToken: fresh })];
  yield ['reuse', await ask('POST', GROUPS, { ...group, description: fresh, clientToken: fresh })];
  yield ['get', await ask('GET', `${GROUPS}/${actionGroupId}`)];
  yield ['update', await ask('PUT', `${GROUPS}/${actionGroupId}`, { ...group, description: DESCRIPTION })];
  yield ['aws list', await ask('POST', '/aws/agents/AGENT12345/agentversions/DRAFT/actiongroups/')];
  yield ['delete', await ask('DELETE', `${GROUPS}/${actionGroupId}`)];
  yield ['gone', await ask('GET', '/aws/agents/AGENT12345/agentversions/DRAFT/actiongroups/ABCDEFGHIJ/')];
  for (let again = 0; again < 4; again++) {
    const text = randomUUID();
    const denied = { ...group, clientToken: text, actionGroupExecutor: { customControl: 'RETURN_CONTROL' } };
    yield ['denied', await ask('POST', GROUPS, denied)];
    yield ['stranger', await ask('POST', GROUPS, group, `x${text}`)];
    yield ['evaluate', await ask('POST', '/v1/policy/evaluations', evaluation({ ...group, description: text }))];
    yield ['policy', await ask('GET', '/v1/policy')];
    yield ['unknown member', await ask('POST', GROUPS, { ...group, [text]: 1 })];
    yield ['unknown parameter', await ask('GET', `${GROUPS}?${text}=1`)];
    yield ['bad name', await ask('PUT', `${GROUPS}/by-name/${text}--`, group)];
    yield ['deep', await ask('POST', GROUPS, JSON.parse('['.repeat(40) + ']'.repeat(40)))];
  }
}

function evaluation(actionGroup: object) {
  return { operation: 'CreateAgentActionGroup', agentId: 'AGENT12345', agentVersion: 'DRAFT', actionGroup };
}

async function bytesInUse(): Promise<number> {
  for (let again = 0; again < 3; again++) {
    globalThis.gc!();
    await tick();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const warnings: string[] = [];
process.on('warning', ({ name, message }) => void warnings.push(`${name}: ${message}`));
const samples: { requests: number; bytes: number }[] = [];
const statuses: Record<string, number> = {};
let requests = 0;
while (requests < total) {
  for await (const [what, { statusCode }] of round()) {
    const key = `${what} ${statusCode}`;
    statuses[key] = (statuses[key] ?? 0) + 1;
    requests++;
    if (requests % every === 0) samples.push({ requests, bytes: await bytesInUse() });
  }
}
const measured: Measured = { samples, statuses, warnings, resources: process.getActiveResourcesInfo() };
process.send?.(measured, () => process.exit());
