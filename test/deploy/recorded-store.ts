import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startDynamoDb } from '../../src/local/dynamodb.ts';

export interface RecordedStore {
  readonly url: string;
  /** `TableName operation` of every call, oldest first. */
  readonly calls: string[];
  close(): Promise<void>;
}

/** DynamoDB in memory, which tells what it was asked. */
export async function startRecordedStore(): Promise<RecordedStore> {
  const store = await startDynamoDb();
  const calls: string[] = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const operation = String(request.headers['x-amz-target']).split('.')[1];
    calls.push(`${JSON.parse(body.toString()).TableName} ${operation}`);
    const { host: _, connection: __, ...headers } = request.headers as Record<string, string>;
    const answer = await fetch(store.url, { method: 'POST', headers, body });
    const content = { 'content-type': 'application/x-amz-json-1.0' };
    response.writeHead(answer.status, content).end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await store.close();
    },
  };
}
