/** What Lambda tells a function about its own invocation. */
import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';

export interface Invocation {
  readonly functionName: string;
  readonly region: string;
  readonly accountId: string;
  readonly timeoutMs: number;
  readonly now: () => number;
}

export function lambdaContext({ functionName, region, accountId, timeoutMs, now }: Invocation): Context {
  const deadlineEpochMs = now() + timeoutMs;
  const deprecated = () => {
    throw new Error('Return the result, or throw: the callbacks of the context are gone in Node 24.');
  };
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${region}:${accountId}:function:${functionName}`,
    memoryLimitInMB: '512',
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, deadlineEpochMs - now()),
    done: deprecated,
    fail: deprecated,
    succeed: deprecated,
  };
}
