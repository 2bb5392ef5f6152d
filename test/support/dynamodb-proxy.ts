/** A DynamoDB that can be broken: it passes calls on to another one, counts them, and does to some what a test asks. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type StoreOperation = 'PutItem' | 'GetItem' | 'UpdateItem' | 'DeleteItem';

export interface StoreFault {
  /** Every operation unless told. */
  readonly operation?: StoreOperation;
  /** How many calls meet it; 1 unless told. The SDK's own attempts each count. */
  readonly times?: number;
  readonly do: /** The connection breaks before the call is heard. */
    | 'drop'
    /** The call is carried out, and its answer lost. */
    | 'lose-answer'
    /** The connection breaks, and the call is carried out when the test says so: `release()`. */
    | 'deliver-late'
    /** No answer, ever. */
    | 'hang'
    /** The call is carried out, but not answered. */
    | 'keep-answer'
    | 'throttle'
    | 'error';
}

export interface DynamoDbProxy {
  readonly url: string;
  /** Every call that arrived, oldest first. */
  readonly calls: readonly string[];
  /** Queues faults: a call meets the oldest for its operation. */
  fault(...faults: StoreFault[]): void;
  /** Carries out what was to be delivered late. */
  release(): Promise<void>;
  /** Forgets faults and calls. */
  reset(): void;
  close(): Promise<void>;
}

export async function startDynamoDbProxy(target: string): Promise<DynamoDbProxy> {
  const calls: string[] = [];
  let faults: { fault: StoreFault; left: number }[] = [];
  let late: (() => Promise<unknown>)[] = [];
  /** A target that is closed under one of these would fail after its test. */
  const underWay = new Set<Promise<unknown>>();

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    calls.push(operation);
    const body = Buffer.concat(await request.toArray());
    const forward = () => {
      const answer = forwarded(target, request, body);
      underWay.add(answer);
      return answer.finally(() => underWay.delete(answer));
    };
    const effect = spend(operation);
    switch (effect) {
      case undefined: {
        const { status, headers, text } = await forward();
        return response.writeHead(status, headers).end(text);
      }
      case 'hang':
        return;
      case 'keep-answer':
        await forward();
        return;
      case 'throttle':
        return refuse(response, 400, 'ProvisionedThroughputExceededException');
      case 'error':
        return refuse(response, 500, 'InternalServerError');
      case 'deliver-late':
        late.push(forward);
        return request.socket.destroy();
      case 'lose-answer':
        await forward();
        return request.socket.destroy();
      case 'drop':
        return request.socket.destroy();
    }
  };

  function spend(operation: string): StoreFault['do'] | undefined {
    const met = faults.find(({ fault }) => (fault.operation ?? operation) === operation);
    if (met === undefined) return undefined;
    met.left -= 1;
    faults = faults.filter(({ left }) => left > 0);
    return met.fault.do;
  }

  const server = createServer((request, response) => {
    // A caller that gave up while it was being read, or a target that is gone: either way there is no answer.
    serve(request, response).catch(() => request.socket.destroy());
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    fault: (...added) => void faults.push(...added.map((fault) => ({ fault, left: fault.times ?? 1 }))),
    async release() {
      for (const deliver of late.splice(0)) await deliver();
    },
    reset() {
      calls.length = 0;
      faults = [];
      late = [];
    },
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      await closed;
      await Promise.allSettled(underWay);
    },
  };
}

async function forwarded(target: string, { headers }: IncomingMessage, body: Buffer) {
  const { host, connection, 'content-length': length, ...kept } = headers;
  const answer = await fetch(target, { method: 'POST', headers: kept as Record<string, string>, body });
  return {
    status: answer.status,
    headers: { 'content-type': answer.headers.get('content-type') ?? '' },
    text: await answer.text(),
  };
}

function refuse(response: ServerResponse, status: number, name: string): void {
  response
    .writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
    .end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: `The proxy says ${name}.` }));
}
