/** The service as `npm start` runs it, for the tests of handlers: gateway, DynamoDB and Bedrock in this process. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Config } from '../../src/config.ts';
import type { BedrockEmulator } from '../../src/local/bedrock/server.ts';
import { startLocal } from '../../src/local/start.ts';
import type { WriteLine } from '../../src/log.ts';
import { type Got, send, signed } from '../local/gateway/gateway.ts';
import { type Caller, PRINCIPALS } from './callers.ts';
import { TEXT_MARK, TOKEN_MARK } from './lines/planted.ts';

export const AGENT = 'AGENT12345';
export const LAMBDA = 'arn:aws:lambda:us-east-1:111122223333:function:agents-book';
/** Nothing listens there. */
export const NOWHERE = 'http://127.0.0.1:1';
export const POLICY = fileURLToPath(new URL('../data/policy.yaml', import.meta.url));

export const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export interface ServiceOptions {
  /** Path of a policy; that of the tests unless told. */
  readonly policy?: string;
  /** Sees every log line before it counts as written; throws to make the write fail. */
  readonly write?: WriteLine;
  /** Beside the variables that `startLocal` is given here. */
  readonly env?: Record<string, string>;
}

export interface Service {
  /** Without a trailing slash. */
  readonly url: string;
  readonly bedrock: BedrockEmulator;
  readonly config: Config;
  /** Every log line that was written, oldest first, without its end. */
  readonly lines: string[];
  /** Creates an action group; a body that is no text and no bytes is sent as JSON. */
  post(body?: unknown, wanted?: Post): Promise<Got>;
  /** Every audit record, as the OCSF event that it is. */
  events(): AuditLine[];
  /** What each says in words of our own: its `unmapped`. */
  audits(): AuditLine[];
  /** Forgets everything but the idempotency records: a test takes a fresh token. */
  reset(): void;
  close(): Promise<void>;
}

export interface Post {
  readonly agentId?: string;
  readonly agentVersion?: string;
  /** As it goes on the wire, with its `?`. */
  readonly query?: string;
  /** Beside `Content-Type: application/json`, which `undefined` takes away. */
  readonly headers?: Record<string, string | undefined>;
  /** Signs the request; without it the caller is `PAYMENTS`. */
  readonly as?: Caller;
}

/** What a test reads of an audit record. */
// biome-ignore lint/suspicious/noExplicitAny: a test knows the record that it expects
export type AuditLine = Record<string, any>;

export async function startService({ policy = POLICY, write, env = {} }: ServiceOptions = {}): Promise<Service> {
  const lines: string[] = [];
  const local = await startLocal(
    { PORT: '0', POLICY_FILE: policy, LOCAL_PRINCIPALS: JSON.stringify(PRINCIPALS), ...env },
    (line) => {
      write?.(line);
      lines.push(line);
    },
  );
  const { gateway, config, close } = local;
  return {
    url: gateway.url,
    // Absent only where another endpoint stands in for it; its owner's records are the ones to look at then.
    bedrock: local.bedrock as BedrockEmulator,
    config,
    lines,
    post: (body = group(), { agentId = AGENT, agentVersion = 'DRAFT', query = '', headers = {}, as } = {}) => {
      const given = Object.entries({ 'content-type': 'application/json', ...headers });
      const request = {
        method: 'POST',
        target: `/v1/agents/${agentId}/versions/${agentVersion}/action-groups${query}`,
        headers: Object.fromEntries(given.filter((header): header is [string, string] => header[1] !== undefined)),
        body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      };
      if (as === undefined) return send(gateway.port, request);
      return signed(gateway.port, request, { key: as, atEpochMs: Date.now() }).then((it) => send(gateway.port, it));
    },
    events: () => eventsIn(lines),
    audits: () => eventsIn(lines).map(({ unmapped }) => unmapped),
    reset() {
      local.bedrock?.reset();
      lines.length = 0;
    },
    close,
  };
}

/** The audit records among log lines. */
export function eventsIn(lines: readonly string[]): AuditLine[] {
  return lines.map((line) => JSON.parse(line)).filter(({ class_uid: uid }) => uid === 6003);
}

/** One service for a file's tests, reset before each. */
export function sharedService(options?: ServiceOptions): Service {
  const service = {} as Service;
  beforeAll(async () => void Object.assign(service, await startService(options)));
  beforeEach(() => service.reset());
  afterAll(() => service.close());
  return service;
}

/** A boring valid action group; a test names only what matters to it. */
export function group(members: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    actionGroupName: 'bookings',
    actionGroupExecutor: { lambda: LAMBDA },
    functionSchema: { functions: [{ name: 'book', description: `Books a table. ${TEXT_MARK}` }] },
    ...members,
  };
}

/** A client token that no other test has. */
export function freshToken(): string {
  return `${TOKEN_MARK}-${randomUUID()}`;
}
