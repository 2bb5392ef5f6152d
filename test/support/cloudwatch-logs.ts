/** CloudWatch Logs as far as `FilterLogEvents` goes: pages (empty ones too), patterns, events that arrive late, and faults. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type LogsFault = 'throttle' | 'expired' | 'denied' | 'unavailable' | 'drop';

export interface FilterInput {
  readonly logGroupName: string;
  readonly filterPattern?: string;
  readonly startTime?: number;
  readonly endTime?: number;
  readonly nextToken?: string;
}

export interface LogsEmulator {
  readonly url: string;
  /** What was asked, oldest first; faulty calls too. */
  readonly requests: readonly FilterInput[];
  /** The key and the region that each was signed with: `local us-east-1`. */
  readonly signedBy: readonly string[];
  /** Events in a page at most. */
  pageSize: number;
  /** An empty page before each full one. */
  emptyPages: boolean;
  /** @param ingestionTime when it arrives, if that is not its own time; it is not seen before it is put. */
  put(message: string, timestamp: number, ingestionTime?: number): void;
  /** Queues faults: each call meets the oldest. */
  fault(...faults: LogsFault[]): void;
  reset(): void;
  close(): Promise<void>;
}

interface Stored {
  readonly eventId: string;
  readonly logStreamName: string;
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
}

const ANSWERS: Readonly<Record<Exclude<LogsFault, 'drop'>, readonly [number, string, string]>> = {
  throttle: [400, 'ThrottlingException', 'Rate exceeded'],
  expired: [400, 'ExpiredTokenException', 'The security token included in the request is expired'],
  denied: [400, 'AccessDeniedException', 'User is not authorized to perform: logs:FilterLogEvents'],
  unavailable: [500, 'ServiceUnavailableException', 'The service cannot complete the request.'],
};

export async function startCloudWatchLogs(logGroup: string): Promise<LogsEmulator> {
  const requests: FilterInput[] = [];
  const signedBy: string[] = [];
  let events: Stored[] = [];
  let faults: LogsFault[] = [];
  const emulator = { pageSize: 1000, emptyPages: false };

  function filter({ logGroupName, filterPattern = '', startTime = 0, endTime = Infinity, nextToken }: FilterInput) {
    if (logGroupName !== logGroup) throw ['ResourceNotFoundException', 'The specified log group does not exist.'];
    const matches = patternOf(filterPattern);
    const found = events
      .filter(({ timestamp, message }) => timestamp >= startTime && timestamp <= endTime && matches(message))
      .sort((a, b) => a.timestamp - b.timestamp || a.ingestionTime - b.ingestionTime);
    const [from = 0, isEmpty = emulator.emptyPages] =
      nextToken === undefined ? [] : (JSON.parse(nextToken) as [number, boolean]);
    if (isEmpty) return { events: [], searchedLogStreams: [], nextToken: JSON.stringify([from, false]) };
    const to = from + emulator.pageSize;
    const more = to < found.length ? { nextToken: JSON.stringify([to, emulator.emptyPages]) } : {};
    return { events: found.slice(from, to), searchedLogStreams: [], ...more };
  }

  const server = createServer((request, response) => {
    void answer(request, response);
  });
  async function answer(request: IncomingMessage, response: ServerResponse) {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const input = JSON.parse(body) as FilterInput;
    requests.push(input);
    const [, key, region] = /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
    signedBy.push(`${key} ${region}`);
    const send = (status: number, content: object) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(content));
    };
    const fault = faults.shift();
    if (fault === 'drop') return void request.socket.destroy();
    if (fault !== undefined) {
      const [status, __type, message] = ANSWERS[fault];
      return send(status, { __type, message });
    }
    if (request.headers['x-amz-target'] !== 'Logs_20140328.FilterLogEvents') {
      return send(400, { __type: 'UnknownOperationException' });
    }
    try {
      send(200, filter(input));
    } catch (error) {
      const [__type, message] = error as [string, string];
      send(400, { __type, message });
    }
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return Object.assign(emulator, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    signedBy,
    put(message: string, timestamp: number, ingestionTime = timestamp) {
      const eventId = String(events.length + 1).padStart(56, '0');
      events.push({
        eventId,
        logStreamName: '2026/01/01/[$LATEST]a',
        timestamp,
        ingestionTime,
        message: `${message}\n`,
      });
    },
    fault(...more: LogsFault[]) {
      faults.push(...more);
    },
    reset() {
      requests.length = 0;
      signedBy.length = 0;
      events = [];
      faults = [];
      emulator.pageSize = 1000;
      emulator.emptyPages = false;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

/** Patterns of comparisons (`$.path = value`, `!=`) that are joined by `&&` or by `||`. @throws for what else there is. */
function patternOf(pattern: string): (message: string) => boolean {
  if (pattern === '') return () => true;
  const inner = /^\{(.*)\}$/s.exec(pattern.trim())?.[1];
  if (inner === undefined) throw ['InvalidParameterException', 'Invalid filter pattern'];
  const anyOf = inner.includes('||');
  const tests = inner.split(anyOf ? '||' : '&&').map((text) => {
    const [, path, sign, value] = /^\s*\(?\s*\$\.([\w.]+)\s*(!?=)\s*("[^"]*"|\d+)\s*\)?\s*$/.exec(text) ?? [];
    if (path === undefined) throw ['InvalidParameterException', 'Invalid filter pattern'];
    const wanted: unknown = JSON.parse(value as string);
    return (event: unknown) => (at(event, path) === wanted) === (sign === '=');
  });
  return (message) => {
    try {
      const event: unknown = JSON.parse(message);
      return anyOf ? tests.some((test) => test(event)) : tests.every((test) => test(event));
    } catch {
      return false;
    }
  };
}

function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((block, name) => (block as Record<string, unknown> | undefined)?.[name], value);
}
