/**
 * DynamoDB and Bedrock that answer at once, as a process of their own: what they cost is nobody's processor time. The parent
 * talks to it over IPC: each message is answered with the calls since the last one.
 *
 * DynamoDB knows what an idempotency record needs: a put that finds an item fails its condition, an update sets members.
 * Bedrock's answer repeats the whole group, as the service does.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** @property calls by `<service> <operation>` */
export interface Counts {
  readonly dynamodb: number;
  readonly bedrock: number;
  readonly calls: Readonly<Record<string, number>>;
}

type Item = Record<string, unknown>;

const items = new Map<string, Item>();
let counts = { dynamodb: 0, bedrock: 0, calls: {} as Record<string, number> };

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => answer(request, Buffer.concat(chunks).toString('utf8'), response));
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('message', ({ keep }: { keep: boolean }) => {
  process.send?.({ counts });
  counts = { dynamodb: 0, bedrock: 0, calls: {} };
  if (!keep) items.clear();
});

function answer(request: IncomingMessage, body: string, response: ServerResponse): void {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') {
    const operation = target.slice(target.indexOf('.') + 1);
    count('dynamodb', operation);
    const [status, result] = dynamodb(operation, JSON.parse(body));
    send(response, status, 'application/x-amz-json-1.0', JSON.stringify(result));
  } else {
    count('bedrock', `${request.method} ${request.url?.replace(/[A-Z0-9]{10}/g, '{id}')}`);
    send(response, 200, 'application/json', bedrock(body));
  }
}

function count(service: 'dynamodb' | 'bedrock', operation: string): void {
  const name = `${service} ${operation}`;
  counts[service]++;
  counts.calls[name] = (counts.calls[name] ?? 0) + 1;
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'x-amzn-RequestId': 'r',
  });
  response.end(body);
}

function dynamodb(operation: string, input: Item): [number, Item] {
  const key = (input.Key ?? input.Item) as Item;
  const id = `${input.TableName} ${JSON.stringify(key.id ?? key)}`;
  const known = items.get(id);
  switch (operation) {
    case 'PutItem':
      if (known !== undefined) {
        const __type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
        return [400, { __type, message: 'The conditional request failed', Item: known }];
      }
      items.set(id, input.Item as Item);
      return [200, {}];
    case 'UpdateItem': {
      const names = (input.ExpressionAttributeNames ?? {}) as Record<string, string>;
      const values = input.ExpressionAttributeValues as Record<string, unknown>;
      const changed: Item = { ...known };
      for (const set of String(input.UpdateExpression).replace(/^SET /, '').split(', ')) {
        const [name = '', value = ''] = set.split(' = ');
        changed[names[name] ?? name] = values[value];
      }
      items.set(id, changed);
      return [200, {}];
    }
    case 'DeleteItem':
      items.delete(id);
      return [200, {}];
    default:
      return [200, known === undefined ? {} : { Item: known }];
  }
}

function bedrock(body: string): string {
  const made =
    '"actionGroupId":"GROUP12345","agentId":"AGENT12345","agentVersion":"DRAFT","actionGroupState":"ENABLED",' +
    '"createdAt":"2026-11-20T12:00:00.000Z","updatedAt":"2026-11-20T12:00:00.000Z"';
  return `{"agentActionGroup":{${made},${body.slice(1)}}`;
}
