/** Any request to the service, over HTTP or straight to its Lambda, and what Bedrock heard of it. */

import {
  CreateAgentActionGroupCommand,
  type CreateAgentActionGroupCommandInput,
  DeleteAgentActionGroupCommand,
  GetAgentActionGroupCommand,
  UpdateAgentActionGroupCommand,
} from '@aws-sdk/client-bedrock-agent';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { expect } from 'vitest';
import { EVERY_PART } from '../../src/applying/parts.ts';
import { entityTag } from '../../src/bedrock/entity-tag.ts';
import type { Config } from '../../src/config.ts';
import type { BedrockEmulator } from '../../src/local/bedrock/server.ts';
import { proxyEvent } from '../../src/local/gateway/event.ts';
import { identityOf } from '../../src/local/gateway/identity.ts';
import { splitTarget } from '../../src/local/gateway/request.ts';
import { routeFinder } from '../../src/local/gateway/route.ts';
import { routesOf } from '../../src/local/routes.ts';
import { createServices } from '../../src/services.ts';
import { clientOf } from '../local/bedrock/support.ts';
import { type Got, send, signed } from '../local/gateway/gateway.ts';
import { type Caller, PAYMENTS } from './callers.ts';
import { type Invocation, invoke, type Reply } from './invoke.ts';
import { AGENT, group, type Service, UUID } from './service.ts';

export interface Ask {
  readonly method: string;
  /** Path and query as they go on the wire. */
  readonly target: string;
  /** Sent as JSON unless it is text or bytes. */
  readonly body?: unknown;
  /** Beside `Content-Type: application/json`, which a request with a body has. */
  readonly headers?: Record<string, string>;
  /** Signs the request; without it the caller is `PAYMENTS`. */
  readonly as?: Caller;
}

export const AGENTS = '/v1/agents';
export const GROUPS = `${AGENTS}/${AGENT}/versions/DRAFT/action-groups`;

export async function ask({ url }: Pick<Service, 'url'>, wanted: Ask): Promise<Got> {
  const port = Number(new URL(url).port);
  const { method, target, as } = wanted;
  const body = textOf(wanted.body);
  const ofBody: Record<string, string> =
    body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)), 'content-type': 'application/json' };
  const headers = { ...ofBody, ...wanted.headers };
  const request = { method, target, headers, ...(body === undefined ? {} : { body }) };
  if (as === undefined) return send(port, request);
  return send(port, await signed(port, request, { key: as, atEpochMs: Date.now() }));
}

/** The same to the Lambda itself: for a test of what happens when its time runs out. */
export function askLambda(config: Config, wanted: Ask, invocation: Invocation = {}): Promise<Reply> {
  return invoke(config, eventFor(config, wanted).event, invocation);
}

/** The event that API Gateway makes of a request, and the function that gets it. */
export function eventFor(config: Config, wanted: Ask): { functionName: string; event: APIGatewayProxyEvent } {
  const { method, target, as } = wanted;
  const body = textOf(wanted.body);
  const match = routeFinder(routesOf(createServices(config, EVERY_PART, () => {})))(method, splitTarget(target).path)!;
  const headers = Object.entries({ 'content-type': 'application/json', ...wanted.headers });
  const request = { method, target, ...splitTarget(target), headers, body: Buffer.from(body ?? '') };
  const arrival = {
    requestId: crypto.randomUUID(),
    receivedAtEpochMs: Date.now(),
    sourceIp: '127.0.0.1',
    port: 0,
    apiAccountId: '111122223333',
  };
  const event = proxyEvent(request, match, identityOf(as ?? PAYMENTS), arrival);
  return { functionName: match.route.functionName ?? '', event };
}

function textOf(body: unknown): string | Buffer | undefined {
  return body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
}

/** What Bedrock heard and did since. */
export interface Watch {
  /** One for each call, in order; what the SDK sends again counts once more. */
  calls(): (string | null)[];
  /** `operation name` of each change. */
  commits(): string[];
}

export function watch(bedrock: BedrockEmulator): Watch {
  const [requests, commits] = [bedrock.requests.length, bedrock.ledger.length];
  return {
    calls: () => bedrock.requests.slice(requests).map(({ operation }) => operation),
    commits: () => bedrock.ledger.slice(commits).map(({ operation, name }) => `${operation} ${name ?? ''}`.trim()),
  };
}

const named = (members = {}) => group(members) as { actionGroupName: string };

/** What a test does in Bedrock behind the service's back. */
export interface Behind {
  /** Makes a group and tells its id and ETag. */
  make(members?: Record<string, unknown>, agentId?: string): Promise<{ id: string; etag: string }>;
  /** The same of a whole body, which need not be a boring one. */
  makeOf(body: Record<string, unknown>, agentId?: string): Promise<{ id: string; etag: string }>;
  change(id: string, members?: Record<string, unknown>): Promise<void>;
  remove(id: string): Promise<void>;
  /** The group as Bedrock answers it, in JSON, without the token that belongs to this service. */
  read(id: string, agentId?: string): Promise<Record<string, unknown>>;
}

export function behind(service: Service): Behind {
  const place = (agentId = AGENT) => ({ agentId, agentVersion: 'DRAFT' });
  const client = () => clientOf(service.bedrock.url);
  const makeOf: Behind['makeOf'] = async (body, agentId) => {
    const input = { ...place(agentId), ...body } as CreateAgentActionGroupCommandInput;
    const { agentActionGroup } = await client().send(new CreateAgentActionGroupCommand(input));
    return { id: agentActionGroup!.actionGroupId!, etag: entityTag(agentActionGroup!) };
  };
  return {
    make: (members, agentId) => makeOf(group(members), agentId),
    makeOf,
    async change(actionGroupId, members) {
      await client().send(new UpdateAgentActionGroupCommand({ ...place(), actionGroupId, ...named(members) }));
    },
    async remove(actionGroupId) {
      const input = { ...place(), actionGroupId, skipResourceInUseCheck: true };
      await client().send(new DeleteAgentActionGroupCommand(input));
    },
    async read(actionGroupId, agentId) {
      const answer = await client().send(new GetAgentActionGroupCommand({ ...place(agentId), actionGroupId }));
      return JSON.parse(JSON.stringify({ ...answer.agentActionGroup, clientToken: undefined }));
    },
  };
}

const OURS = [
  'content-type',
  'cache-control',
  'x-request-id',
  'x-decision-id',
  'etag',
  'location',
  'retry-after',
  'idempotent-replayed',
];

/** The whole answer: status, body, and every header that is ours; those not named here are absent. */
export function expectAnswer(
  reply: Reply,
  status: number,
  body: unknown,
  headers: Record<string, unknown> = { 'x-decision-id': expect.stringMatching(UUID) },
): void {
  const given = Object.fromEntries(
    OURS.filter((name) => name in reply.headers).map((name) => [name, reply.headers[name]]),
  );
  // API Gateway gives every answer a type, also one without a body.
  if (body === undefined) delete given['content-type'];
  expect({ status: reply.status, headers: given, body: reply.text === '' ? undefined : reply.json }).toEqual({
    status,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      'cache-control': 'no-store',
      'x-request-id': expect.stringMatching(UUID),
      ...headers,
    },
    body,
  });
}

/** Ids and times of answers differ; everything else of two answers can be compared. */
export function withoutIds({ status, headers, text }: Reply, ...names: string[]): string {
  const ours = OURS.map((name) => `${name}: ${headers[name]}`).join('\n');
  const whole = `${status}\n${ours}\n${text}`.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID');
  return names.reduce((rest, name) => rest.replaceAll(name, 'NAME'), whole);
}
