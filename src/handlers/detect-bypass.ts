import type { Context, EventBridgeEvent } from 'aws-lambda';
import { type Config, isLambda, parseConfig } from '../config.ts';
import { type Clock, machineClock } from '../deadline.ts';
import type { WriteLine } from '../log.ts';
import { deployed } from '../reconciliation/deployed.ts';
import { writeNotOurs } from '../reconciliation/join.ts';
import { writeEventOf } from '../reconciliation/write-event.ts';

type Lambda = Pick<Context, 'getRemainingTimeInMillis' | 'invokedFunctionArn'>;
type DetectBypassHandler = (
  event: Pick<EventBridgeEvent<'AWS API Call via CloudTrail', unknown>, 'detail'>,
  lambda: Lambda,
) => Promise<{ readonly findings: number }>;

/**
 * At once, where the account has a trail that sends events to EventBridge: a write by somebody who is none of our roles.
 *
 * The same finding as the scheduled reconciliation's, under the same uid, so that it is told once; that one also finds what
 * never came here. @throws {TypeError} for what is no record of CloudTrail's.
 */
export function detectBypassHandler(
  config: Config,
  clock: Clock = machineClock,
  write?: WriteLine,
): DetectBypassHandler {
  const { placeOf, reportTo } = deployed(config, clock, write);
  return async ({ detail }, lambda) => {
    const place = placeOf(lambda);
    const event = writeEventOf(detail, place);
    if (event === undefined || event.by !== 'other' || event.errorCode !== undefined) return { findings: 0 };
    const report = reportTo(place, AbortSignal.timeout(Math.max(1, lambda.getRemainingTimeInMillis())));
    return { findings: (await report(writeNotOurs(event))) ? 1 : 0 };
  };
}

let detect: DetectBypassHandler | undefined;

function start(): DetectBypassHandler {
  detect ??= detectBypassHandler(parseConfig());
  return detect;
}

if (isLambda) start();

export const handler: DetectBypassHandler = (event, lambda) => start()(event, lambda);
