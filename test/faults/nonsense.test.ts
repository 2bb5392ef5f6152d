/**
 * Bedrock answers a write with nonsense, whether it heard the write or not: every write on both surfaces is answered by what
 * the ledger knows. A success is in the ledger, what is in the ledger is no failure on record, and a creation that is sent
 * again comes to its one group.
 */
import type { Socket } from 'node:net';
import { test } from 'vitest';
import { startBench } from './bench.ts';
import { OPERATION_CASES } from './operations.ts';
import { expectOneGroupEach, expectTruth } from './verdict.ts';
import { startWire } from './wire.ts';

const WRITES = OPERATION_CASES.filter(({ writes }) => writes);

type Speak = (socket: Socket, truth: string | undefined) => void;

const http = (status: string, body: string, type = 'application/json', length = Buffer.byteLength(body)): Speak => {
  const head = `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\nconnection: close\r\n`;
  return (socket) => void socket.end(`${head}\r\n${body}`);
};
const page = '<!doctype html><title>Welcome to the proxy</title>';
const groupOf = (members: object) => JSON.stringify({ agentActionGroup: members });
const another = {
  agentId: 'ANOTHER001',
  agentVersion: 'DRAFT',
  actionGroupId: 'ANOTHERONE',
  actionGroupName: 'another',
  clientToken: 'of-another-request-altogether-00000001',
  actionGroupState: 'ENABLED',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
};
const anothersOfOurName = { ...another, actionGroupName: 'bookings' };

const NONSENSE: readonly [string, Speak][] = [
  ['a page under 200', http('200 OK', page, 'text/html')],
  ['nothing under 200', http('200 OK', '')],
  ['an empty object', http('200 OK', '{}')],
  ['another request’s group', http('200 OK', groupOf(another))],
  ['another agent’s group of the same name', http('200 OK', groupOf(anothersOfOurName))],
  ['less than it promised', http('200 OK', '{"agentActionGroup":{"actionGroupId":"', 'application/json', 9_999)],
  ['more than it promised', (socket) => http('200 OK', groupOf(another), 'application/json', 12)(socket, undefined)],
  ['the truth, cut in half', (socket, truth = '') => http('200 OK', truth.slice(0, truth.length / 2))(socket, truth)],
  ['a redirection for good', http('301 Moved Permanently\r\nlocation: /elsewhere', page, 'text/html')],
  ['not modified', http('304 Not Modified', '')],
  ['hints, and no answer after them', (socket) => void socket.end('HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n')],
  ['another protocol', (socket) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n')],
  ['a conflict that breaks off', http('409 Conflict', '{"message":"An ActionGroup with', 'application/json', 200)],
  ['a page under 502', http('502 Bad Gateway', page, 'text/html')],
];

const cases = NONSENSE.flatMap(([what, speak]) => [
  [what, 'before it heard', false, speak] as const,
  [what, 'after it committed', true, speak] as const,
]);

test.concurrent.for(cases)('%s, %s', { timeout: 60_000 }, async ([, , heard, speak], { onTestFinished }) => {
  const bench = await startBench(onTestFinished);
  const wire = await startWire(bench.bedrock.url);
  onTestFinished(() => wire.close());
  const { dynamodb, bedrockAgent } = bench.config.endpoints;
  const config = { endpoints: { dynamodb, bedrockAgent: { ...bedrockAgent, endpoint: wire.url } } };
  const breaks = () => wire.garble(heard, speak);
  const asked = await expectTruth(bench, WRITES, breaks, { config, remainingMs: 8_000 });
  wire.mend();
  await expectOneGroupEach(bench, WRITES, asked, { config });
});
