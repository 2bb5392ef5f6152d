/** CloudTrail's event history and CloudWatch's log groups over HTTP, as strict as their own pages say: JSON 1.1, pages, limits. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LogLine {
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly message: string;
}

export interface AwsFault {
  readonly operation: 'LookupEvents' | 'FilterLogEvents';
  /** How many calls meet it; 1 unless told. */
  readonly times?: number;
  /** `hang`: no answer, ever. */
  readonly do: 'throttle' | 'error' | 'refuse' | 'drop' | 'hang';
}

export interface AwsEmulator {
  readonly url: string;
  /** What CloudTrail has delivered; each test fills it. */
  records: () => readonly (Readonly<Record<string, unknown>> | string)[];
  /** By the name of the log group. */
  readonly logs: Map<string, LogLine[]>;
  /** How many a page holds of either. */
  pageSize: number;
  /** Every call, oldest first. */
  readonly calls: { readonly operation: string; readonly input: Record<string, unknown> }[];
  fault(...faults: AwsFault[]): void;
  /** Called before each call is answered. */
  onCall: (count: number) => void;
  reset(): void;
  close(): Promise<void>;
}

export async function startAws(): Promise<AwsEmulator> {
  let faults: { fault: AwsFault; left: number }[] = [];
  // biome-ignore lint/suspicious/noExplicitAny: what is not as it shall be, is refused
  const answer: Record<string, (input: Record<string, any>) => unknown> = {
    LookupEvents({ LookupAttributes, StartTime, EndTime, NextToken, MaxResults = 50 }) {
      const [{ AttributeKey, AttributeValue }, more] = LookupAttributes;
      if (AttributeKey !== 'EventName' || more !== undefined)
        throw new Refusal(400, 'InvalidLookupAttributesException');
      if (![StartTime, EndTime].every(Number.isInteger)) throw new Refusal(400, 'InvalidTimeRangeException');
      const wanted = emulator.records().filter((record) => {
        if (typeof record === 'string') return AttributeValue === 'CreateAgentActionGroup';
        const seconds = Date.parse(String(record.eventTime)) / 1_000;
        return record.eventName === AttributeValue && seconds >= StartTime && seconds <= EndTime;
      });
      const { page, token } = paged(wanted, NextToken, Math.min(MaxResults, emulator.pageSize), [
        AttributeValue,
        StartTime,
        EndTime,
      ]);
      const Events = page.map((record) => ({
        EventId: typeof record === 'string' ? 'damaged' : record.eventID,
        EventName: AttributeValue,
        CloudTrailEvent: typeof record === 'string' ? record : JSON.stringify(record),
      }));
      return { Events, NextToken: token };
    },
    FilterLogEvents({ logGroupName, filterPattern, startTime, endTime, nextToken }) {
      const lines = emulator.logs.get(logGroupName);
      if (lines === undefined) throw new Refusal(400, 'ResourceNotFoundException');
      const within = lines.filter(({ timestamp }) => timestamp >= startTime && timestamp <= endTime);
      // It searches so many, and answers with those of them that match: a page may be empty, and not the last.
      const { page, token } = paged(within, nextToken, emulator.pageSize, [filterPattern, startTime, endTime]);
      return { events: page.filter(({ message }) => matches(message, filterPattern)), nextToken: token };
    },
  };

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const input = JSON.parse(Buffer.concat(await request.toArray()).toString());
    emulator.calls.push({ operation, input });
    emulator.onCall(emulator.calls.length);
    const met = faults.find(({ fault }) => fault.operation === operation);
    if (met !== undefined) met.left -= 1;
    faults = faults.filter(({ left }) => left > 0);
    const send = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    const refuse = ({ status, type }: Refusal) => send(status, { __type: type, message: `The emulator says ${type}.` });
    switch (met?.fault.do) {
      case 'hang':
        return;
      case 'drop':
        return request.socket.destroy();
      case 'throttle':
        return refuse(new Refusal(400, 'ThrottlingException'));
      case 'error':
        return refuse(new Refusal(500, 'InternalFailure'));
      case 'refuse':
        return refuse(new Refusal(400, 'AccessDeniedException'));
    }
    try {
      return send(200, answer[operation]!(input));
    } catch (error) {
      if (error instanceof Refusal) return refuse(error);
      throw error;
    }
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error) => {
      console.error('The emulator failed:', error);
      request.socket.destroy();
    });
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const emulator: AwsEmulator = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    records: () => [],
    logs: new Map(),
    pageSize: 50,
    calls: [],
    fault: (...added) => void faults.push(...added.map((fault) => ({ fault, left: fault.times ?? 1 }))),
    onCall: () => {},
    reset() {
      emulator.records = () => [];
      emulator.logs.clear();
      emulator.pageSize = 50;
      emulator.calls.length = 0;
      emulator.onCall = () => {};
      faults = [];
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
  return emulator;
}

class Refusal extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string) {
    super(type);
    this.status = status;
    this.type = type;
  }
}

/** A token goes on where its page ended, for the very same question alone. */
function paged<T>(items: readonly T[], token: string | undefined, size: number, question: readonly unknown[]) {
  const [start = 0, asked] = token === undefined ? [] : (JSON.parse(token) as [number, string]);
  const about = JSON.stringify(question);
  if (asked !== undefined && asked !== about) throw new Refusal(400, 'InvalidNextTokenException');
  const end = start + size;
  return { page: items.slice(start, end), token: end < items.length ? JSON.stringify([end, about]) : undefined };
}

/** Of the pattern's language: `{ ($.name = 1) && ($.name != 2) }`. */
function matches(message: string, pattern: string): boolean {
  const conditions = [...pattern.matchAll(/\(\$\.(\w+) (=|!=) (\d+)\)/g)];
  if (conditions.length === 0) throw new Refusal(400, 'InvalidParameterException');
  try {
    const line = JSON.parse(message);
    return conditions.every(([, name, is, number]) => (line[name!] === Number(number)) === (is === '='));
  } catch {
    return false;
  }
}
