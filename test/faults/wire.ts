/** A wire to Bedrock that garbles answers to writes: what comes back is bytes of the test's own, whatever was said. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { route } from '../../src/local/bedrock/model.ts';

export interface Wire {
  readonly url: string;
  /**
   * From now on, until `mend()`.
   *
   * @param heard whether Bedrock hears a write before its answer is garbled
   * @param speak writes bytes to the caller's socket; `truth` is what Bedrock answered, where it heard
   */
  garble(heard: boolean, speak: (socket: Socket, truth: string | undefined) => void): void;
  mend(): void;
  close(): Promise<void>;
}

const WRITES = ['CreateAgentActionGroup', 'UpdateAgentActionGroup', 'DeleteAgentActionGroup', 'PrepareAgent'];

export async function startWire(target: string): Promise<Wire> {
  let garbled: { heard: boolean; speak: (socket: Socket, truth: string | undefined) => void } | undefined;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray());
    const { operation = '' } = route(request.method ?? '', (request.url ?? '').split('?')[0] ?? '') ?? {};
    if (garbled === undefined || !WRITES.includes(operation)) {
      const { status, headers, text } = await passedOn(target, request, body);
      return void response.writeHead(status, headers).end(status === 204 ? undefined : text);
    }
    const { heard, speak } = garbled;
    speak(request.socket, heard ? (await passedOn(target, request, body)).text : undefined);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    garble(heard, speak) {
      garbled = { heard, speak };
    },
    mend() {
      garbled = undefined;
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

async function passedOn(target: string, { method, url, headers }: IncomingMessage, body: Buffer) {
  const { host, connection, 'content-length': length, ...kept } = headers;
  const answer = await fetch(`${target}${url}`, {
    method: method ?? '',
    headers: kept as Record<string, string>,
    ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
  });
  const names = ['content-type', 'x-amzn-errortype', 'x-amzn-requestid'];
  const told = names.flatMap((name) => (answer.headers.has(name) ? [[name, String(answer.headers.get(name))]] : []));
  return { status: answer.status, headers: Object.fromEntries(told), text: await answer.text() };
}
