/** The create operation, called as Lambda calls it: in this process, or by a child that a test may kill. */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { createActionGroup } from '../../src/handlers/create-action-group.ts';
import { serveRest } from '../../src/http/rest.ts';
import { lambdaContext } from '../../src/local/gateway/context.ts';
import type { Services } from '../../src/services.ts';

export interface CreateCall {
  readonly token?: string;
  /** Joins the boring valid body. */
  readonly group?: Readonly<Record<string, unknown>>;
  readonly team?: 'payments' | 'travel';
  readonly agentId?: string;
  readonly prepare?: 'start' | 'wait';
  /** What is left of the Lambda's time when it begins; 28,000 unless told. */
  readonly remainingMs?: number;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the body that it expects
  readonly body: any;
}

export type Create = (call?: CreateCall) => Promise<Reply>;

const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:111122223333:function:agents-book';

export function creator(services: Services): Create {
  const handler = serveRest(createActionGroup, services);
  return async (call = {}) => {
    const facts = { functionName: 'create-action-group', region: 'us-east-1', accountId: '111122223333' };
    // A clock of its own: a test that moves the date does not take the Lambda's time away.
    const now = () => performance.now();
    const context = lambdaContext({ ...facts, timeoutMs: call.remainingMs ?? 28_000, now });
    const result = await handler(eventOf(call), context);
    return { status: result.statusCode, headers: result.headers as Reply['headers'], body: JSON.parse(result.body) };
  };
}

function eventOf({
  token,
  group,
  team = 'payments',
  agentId = 'AGENT12345',
  prepare,
}: CreateCall): APIGatewayProxyEvent {
  const path = `/v1/agents/${agentId}/versions/DRAFT/action-groups`;
  const headers = { 'content-type': 'application/json' };
  const userArn = `arn:aws:iam::111122223333:role/${team}-ci`;
  return {
    httpMethod: 'POST',
    path,
    pathParameters: { agentId, agentVersion: 'DRAFT' },
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: prepare ? { prepare } : null,
    multiValueQueryStringParameters: prepare ? { prepare: [prepare] } : null,
    body: JSON.stringify({
      actionGroupName: 'bookings',
      actionGroupExecutor: { lambda: FUNCTION_ARN },
      clientToken: token,
      ...group,
    }),
    isBase64Encoded: false,
    requestContext: { requestId: randomUUID(), accountId: '111122223333', path, identity: { userArn } },
  } as unknown as APIGatewayProxyEvent;
}
