/**
 * All that Lambdas and the world say to each other goes through here: each message can be lost, kept, or be its sender's last.
 *
 * A Lambda's endpoints are below a path of its own, so that the gate knows who speaks.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { route } from '../../src/local/bedrock/model.ts';

export type Target = 'store' | 'bedrock';

export type Effect =
  /** The connection breaks before the message is heard. */
  | 'drop'
  /** It is heard, and the answer lost. */
  | 'lose-answer'
  /** The connection breaks, and the message is heard when the world says so. */
  | 'late'
  | 'throttle'
  | 'error'
  /** A page under 200. */
  | 'nonsense';

export interface GateFault {
  readonly target: Target;
  /** Every operation unless told. */
  readonly operation?: string | undefined;
  readonly effect: Effect;
  readonly times: number;
}

/** What becomes of a Lambda at one of its messages, counted from 1. */
export interface Fate {
  readonly what: 'kill' | 'freeze';
  readonly at: number;
  /** Whether that message is still heard. */
  readonly heard: boolean;
}

export interface Gate {
  /** Of one Lambda, to be used as its endpoints. */
  endpoints(lambda: string): Record<Target, string>;
  fault(fault: GateFault): void;
  clearFaults(): void;
  /** @param met when the Lambda meets its fate. */
  doom(lambda: string, fate: Fate, met: () => void): void;
  /** Lets a frozen Lambda go on. */
  thaw(lambda: string): void;
  /** Nothing that it says is heard any more. */
  kill(lambda: string): void;
  /** Delivers what was to come late. */
  deliver(): Promise<void>;
  close(): Promise<void>;
}

interface Doom {
  readonly fate: Fate;
  readonly met: () => void;
  messages: number;
}

export async function startGate(targets: Record<Target, string>): Promise<Gate> {
  let faults: { fault: GateFault; left: number }[] = [];
  const late: (() => Promise<unknown>)[] = [];
  /** A target that is closed under one of these would fail after its history. */
  const underWay = new Set<Promise<unknown>>();
  const dooms = new Map<string, Doom>();
  const dead = new Set<string>();
  const frozen = new Map<string, { thawed: Promise<void>; thaw: () => void }>();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, lambda = '', target = '', path = ''] = /^\/([^/]+)\/(store|bedrock)(.*)$/.exec(request.url ?? '') ?? [];
    const body = Buffer.concat(await request.toArray());
    const forward = () => {
      const answer = forwarded(`${targets[target as Target]}${path}`, request, body);
      underWay.add(answer);
      return answer.finally(() => underWay.delete(answer));
    };
    const hangUp = () => void request.socket.destroy();
    if (dead.has(lambda)) return hangUp();
    await frozen.get(lambda)?.thawed;

    const doom = dooms.get(lambda);
    if (doom !== undefined && ++doom.messages === doom.fate.at) {
      dooms.delete(lambda);
      if (doom.fate.what === 'kill') {
        dead.add(lambda);
        if (doom.fate.heard) await forward();
        doom.met();
        return hangUp();
      }
      const { promise: thawed, resolve: thaw } = Promise.withResolvers<void>();
      frozen.set(lambda, { thawed, thaw });
      const answer = doom.fate.heard ? await forward() : undefined;
      doom.met();
      await thawed;
      return reply(response, answer ?? (await forward()));
    }

    switch (spend(target as Target, operationOf(target as Target, request, path))) {
      case undefined:
        return reply(response, await forward());
      case 'drop':
        return hangUp();
      case 'lose-answer':
        await forward();
        return hangUp();
      case 'late':
        late.push(forward);
        return hangUp();
      case 'throttle':
        return target === 'store'
          ? refuse(response, 400, 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException')
          : refuse(response, 429, 'ThrottlingException');
      case 'error':
        return refuse(response, 500, 'InternalServerException');
      case 'nonsense':
        return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Hello</title>');
    }
  }

  function spend(target: Target, operation: string | undefined): Effect | undefined {
    const met = faults.find(
      ({ fault }) => fault.target === target && (fault.operation === undefined || fault.operation === operation),
    );
    if (met === undefined) return undefined;
    met.left -= 1;
    faults = faults.filter(({ left }) => left > 0);
    return met.fault.effect;
  }

  const server = createServer((request, response) => {
    // Whoever asked may be gone, and so may whom they asked: either way there is no answer.
    serve(request, response).catch(() => request.socket.destroy());
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const thaw = (lambda: string) => {
    frozen.get(lambda)?.thaw();
    frozen.delete(lambda);
  };
  return {
    endpoints: (lambda) => ({ store: `${url}/${lambda}/store`, bedrock: `${url}/${lambda}/bedrock` }),
    fault: (fault) => void faults.push({ fault, left: fault.times }),
    clearFaults() {
      faults = [];
    },
    doom: (lambda, fate, met) => void dooms.set(lambda, { fate, met, messages: 0 }),
    thaw,
    kill(lambda) {
      dead.add(lambda);
      thaw(lambda);
    },
    async deliver() {
      // What comes too late for whoever is to hear it is lost for good.
      for (const send of late.splice(0)) await send().catch(() => {});
    },
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      await closed;
      await Promise.allSettled(underWay);
    },
  };
}

function operationOf(target: Target, request: IncomingMessage, path: string): string | undefined {
  if (target === 'store') return String(request.headers['x-amz-target']).split('.')[1];
  return route(request.method ?? '', path.split('?')[0] ?? '')?.operation;
}

interface Forwarded {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

async function forwarded(url: string, { method, headers }: IncomingMessage, body: Buffer): Promise<Forwarded> {
  const { host, connection, 'content-length': length, ...kept } = headers;
  const answer = await fetch(url, {
    method: method ?? 'POST',
    headers: kept as Record<string, string>,
    ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
  });
  const types = ['content-type', 'x-amzn-errortype', 'x-amzn-requestid'];
  return {
    status: answer.status,
    headers: Object.fromEntries(
      types.flatMap((name) => (answer.headers.has(name) ? [[name, answer.headers.get(name)!]] : [])),
    ),
    body: Buffer.from(await answer.arrayBuffer()),
  };
}

function reply(response: ServerResponse, { status, headers, body }: Forwarded): void {
  response.writeHead(status, headers).end(body);
}

function refuse(response: ServerResponse, status: number, type: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type })
    .end(JSON.stringify({ __type: type, message: 'Said at the gate.' }));
}
