/** The AWS surface as clients meet it: through the real SDK, over raw HTTP, and as Lambda runs its handler. */

import { randomUUID } from 'node:crypto';
import { BedrockAgentClient, type BedrockAgentClientConfig } from '@aws-sdk/client-bedrock-agent';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { expect, onTestFinished } from 'vitest';
import { EVERY_PART } from '../../src/applying/parts.ts';
import { awsProtocol } from '../../src/handlers/aws-protocol.ts';
import { serveAws } from '../../src/http/aws-protocol.ts';
import { lambdaContext } from '../../src/local/gateway/context.ts';
import { createServices } from '../../src/services.ts';
import { type Got, send } from '../local/gateway/gateway.ts';
import { type Caller, PAYMENTS, PAYMENTS_DEPLOY } from '../support/callers.ts';
import { AGENT, LAMBDA, type Service } from '../support/service.ts';

export const DRAFT = { agentId: AGENT, agentVersion: 'DRAFT' } as const;
/** Path of an agent's action groups, as AWS clients send it. */
export const GROUPS = `/aws/agents/${AGENT}/agentversions/DRAFT/actiongroups/`;

/** An SDK client as a user has it, with another endpoint; it signs as a role of team payments. */
export function clientOf(
  service: Pick<Service, 'url'>,
  { as = PAYMENTS_DEPLOY, ...config }: BedrockAgentClientConfig & { as?: Caller } = {},
): BedrockAgentClient {
  const client = new BedrockAgentClient({
    endpoint: `${service.url}/aws`,
    region: 'us-east-1',
    // A copy: the SDK writes into what it is given.
    credentials: { ...as },
    ...config,
  });
  onTestFinished(() => client.destroy());
  return client;
}

/** A boring valid creation. */
export function creation(actionGroupName = 'bookings') {
  return {
    ...DRAFT,
    actionGroupName,
    actionGroupExecutor: { lambda: LAMBDA },
    functionSchema: { functions: [{ name: 'book', description: 'Books a table.' }] },
  };
}

/** The same as a body. */
export function body(members: object = {}): Record<string, unknown> {
  const { agentId, agentVersion, ...group } = creation();
  return { ...group, ...members };
}

/** Sends a request without a signature; a body that is no text is sent as JSON. */
export function raw(
  service: Service,
  method: string,
  target: string,
  given?: unknown,
  others: Record<string, string> = {},
): Promise<Got> {
  const port = Number(new URL(service.url).port);
  if (given === undefined) return send(port, { method, target, headers: others });
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  // Node sends no length with some methods that seldom have a body.
  const length = String(Buffer.byteLength(text));
  const headers = { 'content-type': 'application/json', 'content-length': length, ...others };
  return send(port, { method, target, headers, body: text });
}

/** What a test reads of an answer. */
export interface Reply {
  readonly status: number;
  readonly type: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the body that it expects
  readonly json: any;
}

export interface Invocation {
  readonly body?: unknown;
  /** What is left of the Lambda's time when it begins. */
  readonly remainingMs?: number;
}

/** Runs the handler as Lambda does, on an event whose path may have a stage or a base path in front. */
export async function invoke(
  { config }: Pick<Service, 'config'>,
  method: string,
  path: string,
  { body: given, remainingMs = 28_000 }: Invocation = {},
): Promise<Reply> {
  const handler = serveAws(
    awsProtocol,
    createServices(config, EVERY_PART, () => {}),
  );
  const facts = { functionName: 'aws-protocol', region: config.region, accountId: '111122223333' };
  const event = {
    httpMethod: method,
    path,
    headers: given === undefined ? {} : { 'Content-Type': 'application/json' },
    multiValueHeaders: {},
    multiValueQueryStringParameters: null,
    pathParameters: { proxy: 'whatever' },
    body: given === undefined ? null : JSON.stringify(given),
    isBase64Encoded: false,
    requestContext: { requestId: randomUUID(), accountId: facts.accountId, path, identity: { userArn: PAYMENTS.arn } },
  } as unknown as APIGatewayProxyEvent;
  const result = await handler(event, lambdaContext({ ...facts, timeoutMs: remainingMs, now: Date.now }));
  return {
    status: result.statusCode,
    type: result.headers?.['x-amzn-ErrorType'] as string | undefined,
    json: result.body === '' ? undefined : JSON.parse(result.body),
  };
}

/** A failure in the shape of the protocol, which every client reads: never HTML, and never a `code` that is a number. */
export function expectFailure(reply: Got, status: number, type: string, message: unknown = expect.any(String)): void {
  expect({ status: reply.status, type: reply.headers['x-amzn-errortype'], body: reply.json }).toEqual({
    status,
    type,
    body: { __type: type, message, ...(reply.json.fieldList === undefined ? {} : { fieldList: expect.any(Array) }) },
  });
  expect(reply.headers['content-type']).toBe('application/json');
}
