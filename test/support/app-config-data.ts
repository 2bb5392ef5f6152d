/** AWS AppConfig's data plane, as strict as its own pages say: a token serves one call, and not before its interval. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

export interface AppConfigFault {
  /** Every call unless told. */
  readonly operation?: AppConfigOperation;
  /** How many calls meet it; 1 unless told. The SDK's own attempts each count. */
  readonly times?: number;
  readonly do: /** No answer until `release()`, then the right one. */
    | 'hang'
    /** The headers and half of the content, then nothing. */
    | 'hang-halfway'
    /** The call is carried out, its token spent, and the answer lost. */
    | 'lose-answer'
    | 'throttle'
    | 'error'
    | 'refuse';
}

export type AppConfigOperation = 'StartConfigurationSession' | 'GetLatestConfiguration';

export interface AppConfigDataEmulator {
  readonly url: string;
  /** Every call that arrived, oldest first. */
  readonly calls: readonly AppConfigOperation[];
  /** What sessions were started with, oldest first. */
  readonly sessions: readonly Record<string, unknown>[];
  /** Makes this the configuration. */
  deploy(content: string | Uint8Array, contentType?: string): void;
  /** Queues faults: a call meets the oldest for its operation. */
  fault(...faults: AppConfigFault[]): void;
  /** Resolves once this many calls hang. */
  hanging(count?: number): Promise<void>;
  /** Answers what hangs. */
  release(): void;
  /** Forgets everything. */
  reset(): void;
  close(): Promise<void>;
}

interface Session {
  readonly intervalMs: number;
  /** Of the configuration that the client has; 0 for none. */
  version: number;
  polledAtMs: number;
}

/** @param nowMs the time by which intervals are kept. */
export async function startAppConfigData(nowMs: () => number): Promise<AppConfigDataEmulator> {
  const calls: AppConfigOperation[] = [];
  const sessions: Record<string, unknown>[] = [];
  const tokens = new Map<string, Session>();
  let deployed = { content: Buffer.alloc(0), contentType: '', version: 0 };
  let faults: { fault: AppConfigFault; left: number }[] = [];
  let held: (() => void)[] = [];
  let issued = 0;

  const issue = (session: Session): string => {
    issued += 1;
    const token = `token-${issued}`;
    tokens.set(token, session);
    return token;
  };

  function start(response: ServerResponse, body: Buffer): void {
    const asked = JSON.parse(body.toString());
    sessions.push(asked);
    const intervalMs = 1_000 * (asked.RequiredMinimumPollIntervalInSeconds ?? 60);
    const token = issue({ intervalMs, version: 0, polledAtMs: Number.NEGATIVE_INFINITY });
    response.writeHead(201, JSON_TYPE).end(JSON.stringify({ InitialConfigurationToken: token }));
  }

  function latest(response: ServerResponse, token: string, halfway: boolean): void {
    const session = tokens.get(token);
    tokens.delete(token);
    const tooEarly = session !== undefined && nowMs() - session.polledAtMs < session.intervalMs;
    if (session === undefined || tooEarly) {
      refuse(response, 400, 'BadRequestException', tooEarly ? 'PollIntervalNotSatisfied' : 'Corrupted');
      return;
    }
    const content = session.version === deployed.version ? Buffer.alloc(0) : deployed.content;
    session.version = deployed.version;
    session.polledAtMs = nowMs();
    response.writeHead(200, {
      'Content-Type': deployed.contentType,
      'Content-Length': content.length,
      'Next-Poll-Configuration-Token': issue(session),
      'Next-Poll-Interval-In-Seconds': session.intervalMs / 1_000,
    });
    if (halfway) response.write(content.subarray(0, content.length / 2));
    else response.end(content);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://appconfigdata');
    const operation = OPERATIONS[`${request.method} ${url.pathname}`];
    const body = Buffer.concat(await request.toArray());
    if (operation === undefined) return refuse(response, 404, 'ResourceNotFoundException');
    calls.push(operation);
    const effect = spend(operation);
    const answer = () =>
      operation === 'StartConfigurationSession'
        ? start(response, body)
        : latest(response, url.searchParams.get('configuration_token') ?? '', effect === 'hang-halfway');
    switch (effect) {
      case 'hang':
        held.push(answer);
        return;
      case 'lose-answer':
        // A session that the client never hears of; a token that is spent.
        if (operation === 'GetLatestConfiguration') tokens.delete(url.searchParams.get('configuration_token') ?? '');
        return void request.socket.destroy();
      case 'throttle':
        return refuse(response, 429, 'ThrottlingException');
      case 'error':
        return refuse(response, 500, 'InternalServerException');
      case 'refuse':
        return refuse(response, 403, 'AccessDeniedException');
      default:
        answer();
        if (effect === 'hang-halfway') held.push(() => response.end());
    }
  }

  function spend(operation: AppConfigOperation): AppConfigFault['do'] | undefined {
    const met = faults.find(({ fault }) => (fault.operation ?? operation) === operation);
    if (met === undefined) return undefined;
    met.left -= 1;
    faults = faults.filter(({ left }) => left > 0);
    return met.fault.do;
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    sessions,
    deploy(content, contentType = 'application/x-yaml') {
      deployed = { content: Buffer.from(content as string), contentType, version: deployed.version + 1 };
    },
    fault: (...added) => void faults.push(...added.map((fault) => ({ fault, left: fault.times ?? 1 }))),
    async hanging(count = 1) {
      while (held.length < count) await turn();
    },
    release() {
      for (const answer of held.splice(0)) answer();
    },
    reset() {
      calls.length = 0;
      sessions.length = 0;
      tokens.clear();
      faults = [];
      held = [];
      deployed = { content: Buffer.alloc(0), contentType: '', version: 0 };
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

const OPERATIONS: Readonly<Record<string, AppConfigOperation>> = {
  'POST /configurationsessions': 'StartConfigurationSession',
  'GET /configuration': 'GetLatestConfiguration',
};

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** @param problem what AppConfig says of the token. */
function refuse(response: ServerResponse, status: number, name: string, problem?: string): void {
  const details = problem && {
    Reason: 'InvalidParameters',
    Details: { InvalidParameters: { ConfigurationToken: { Problem: problem } } },
  };
  response
    .writeHead(status, { ...JSON_TYPE, 'x-amzn-ErrorType': name })
    .end(JSON.stringify({ Message: `The emulator says ${problem ?? name}.`, ...details }));
}
