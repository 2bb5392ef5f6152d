/** HTTP by hand: bytes are written as they are, which no client library does. */
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { HostileRequest } from './cases.ts';
import type { Answered } from './judged-answer.ts';

const HANGS_AFTER_MS = 10_000;

/**
 * Writes the bytes and reads until the server hangs up.
 *
 * @param isAll ends the writing side too: what the server still waits for will not come
 * @returns the first answer, or `closed` where there is none
 * @throws {Error} when the server neither answers nor hangs up
 */
export async function exchange(port: number, bytes: Buffer, isAll: boolean): Promise<Answered | 'closed'> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.setTimeout(HANGS_AFTER_MS, () => socket.destroy(new Error('the server neither answers nor hangs up')));
  // What the server does not want to read it may reset; its answer, if any, has been read by then.
  const broken = new Promise<Buffer>((resolve, reject) => {
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(Buffer.alloc(0)) : reject(error),
    );
  });
  if (isAll) socket.end(bytes);
  else socket.write(bytes);
  const received = await Promise.race([buffer(socket).catch(() => broken), broken]);
  socket.destroy();
  return received.length === 0 ? 'closed' : parsed(received);
}

export function rendered({ method, target, headers, body }: HostileRequest, port: number): Buffer {
  const framing = [
    ['Host', `127.0.0.1:${port}`],
    ['Connection', 'close'],
    ...(body.length > 0 ? [['Content-Length', String(body.length)]] : []),
  ];
  const own = new Set(headers.map(([name]) => name.toLowerCase()));
  const lines = [...framing.filter(([name]) => !own.has(name!.toLowerCase())), ...headers].map(
    ([name, value]) => `${name}: ${value}`,
  );
  return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

function parsed(received: Buffer): Answered {
  const end = received.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const rest = received.subarray(end + 4);
  if (statusLine.includes(' 100 ')) return parsed(rest);
  const body =
    headers['transfer-encoding'] === 'chunked'
      ? dechunked(rest)
      : rest.subarray(0, Number(headers['content-length'] ?? rest.length));
  return { status: Number(statusLine.split(' ')[1]), headers, text: body.toString('utf8') };
}

function dechunked(chunks: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = chunks.indexOf('\r\n', at);
    const size = Number.parseInt(chunks.subarray(at, lineEnd).toString('latin1'), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(chunks.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
