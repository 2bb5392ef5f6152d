/** The two functions of reconciliation as they are deployed, over what Bedrock, CloudTrail and CloudWatch tell in a test. */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Config } from '../../src/config.ts';
import { detectBypassHandler } from '../../src/handlers/detect-bypass.ts';
import { reconcileHandler } from '../../src/handlers/reconcile.ts';
import type { BedrockEmulator } from '../../src/local/bedrock/server.ts';
import { WRITES } from '../../src/reconciliation/write-event.ts';
import { virtualTime } from '../support/virtual-time.ts';
import { type AwsEmulator, startAws } from './aws.ts';
import { ACCOUNT, ROLE, recordOf } from './records.ts';

export const LOG_GROUP = '/portcullis/prod';
/** After what is done now may be judged. */
export const LATER_MS = 25 * 60_000;
const YEAR_BEGINS = Date.UTC(2026, 0, 1);

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

export interface Bench {
  readonly aws: AwsEmulator;
  /** What the functions wrote, oldest first. */
  readonly lines: Line[];
  /** The findings among them. */
  findings(): Line[];
  /** Each in a few words. */
  told(): string[];
  /** One run, so many milliseconds from now, of a Lambda with so much time. */
  run(aheadMs?: number, remainingMs?: () => number): Promise<{ finished: boolean; findings: number }>;
  /** For how long the latest run paused. */
  sleptMs(): number;
  /** An event from EventBridge. */
  detect(detail: unknown): Promise<{ findings: number }>;
  /** Lines that a service writes now. */
  log(...messages: string[]): void;
}

// biome-ignore lint/suspicious/noExplicitAny: a test knows the line that it expects
export type Line = Record<string, any>;

/** @param configOf tables and endpoints, known once they run */
export function reconciliationBench(configOf: () => Config, write?: (line: string) => void): Bench {
  const bench = { lines: [] as Line[] } as Bench & { aws: AwsEmulator };
  beforeAll(async () => {
    bench.aws = await startAws();
  });
  beforeEach(() => {
    bench.aws.reset();
    bench.aws.logs.set(LOG_GROUP, []);
    bench.lines.length = 0;
  });
  afterAll(() => bench.aws.close());

  const written = (line: string) => {
    write?.(line);
    bench.lines.push(JSON.parse(line));
  };
  const config = (): Config => {
    const endpoint = { endpoint: bench.aws.url, credentials };
    const endpoints = { cloudTrail: endpoint, cloudWatchLogs: endpoint };
    return { ...configOf(), reconciliation: { logGroup: LOG_GROUP, roles: [ROLE], otherStages: ['dev'], endpoints } };
  };
  const timeAhead = (aheadMs: number) => {
    const time = virtualTime(Date.now() + aheadMs - YEAR_BEGINS);
    bench.sleptMs = () => time.sleeps.reduce((sum, ms) => sum + ms, 0);
    return { ...time, epochMs: () => Math.floor(time.epochMs()) };
  };
  const lambda = (remainingMs: () => number) => ({
    invokedFunctionArn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:portcullis-prod-reconcile`,
    getRemainingTimeInMillis: remainingMs,
  });
  bench.run = (aheadMs = LATER_MS, remainingMs = () => 900_000) =>
    reconcileHandler(config(), timeAhead(aheadMs), written)({}, lambda(remainingMs));
  bench.detect = (detail) =>
    detectBypassHandler(
      config(),
      timeAhead(0),
      written,
    )(
      { detail },
      lambda(() => 28_000),
    );
  bench.findings = () => bench.lines.filter(({ class_uid }) => class_uid === 2004);
  bench.told = () =>
    bench.findings().map(({ activity_name, unmapped }) => {
      const { kind, verdict, repaired } = unmapped;
      const more = [verdict, activity_name === 'Update' && 'again', repaired && 'repaired'].filter(Boolean);
      return [kind, ...more].join(' ');
    });
  bench.log = (...messages) => {
    const timed = messages.map((message) => ({ timestamp: Date.now(), message }));
    bench.aws.logs.get(LOG_GROUP)!.push(...timed);
  };
  return bench;
}

/** What CloudTrail tells of every write that arrived at Bedrock: refused ones too, but none that was never carried out. */
export function recordsOf(
  { requests, ledger }: BedrockEmulator,
  foreignKey = 'AKIDFOREIGN',
): Record<string, unknown>[] {
  return requests.flatMap(({ requestId, at, operation, path, status, userAgent, accessKeyId }) => {
    const commit = ledger.find((entry) => entry.requestId === requestId);
    const isRefused = commit === undefined && status !== null && status >= 400;
    if (!(WRITES as readonly (string | null)[]).includes(operation) || (commit === undefined && !isRefused)) return [];
    const facts = recordOf({
      operation: operation!,
      at: Date.parse(commit?.at ?? at),
      actionGroupId: commit?.actionGroupId,
      ...(accessKeyId === foreignKey ? { role: 'admin' } : {}),
      errorCode: isRefused ? (status >= 500 ? 'InternalServerException' : 'ConflictException') : undefined,
    });
    const requestParameters = { agentId: path.split('/')[2], agentVersion: 'DRAFT' };
    // Of one call the same, however often CloudTrail is asked.
    return [{ ...facts, requestParameters, userAgent, requestID: requestId, eventID: `event-of-${requestId}` }];
  });
}
