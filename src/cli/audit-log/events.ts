/**
 * The OCSF events in a line of a log, whichever way it came out of CloudWatch: as the service writes them, perhaps after a
 * time or a stream's name (exports, `aws logs tail`), or as texts within other JSON (`filter-log-events`, subscriptions).
 */

import { API_ACTIVITY as API_ACTIVITY_CLASS, DETECTION_FINDING as DETECTION_FINDING_CLASS } from '../../audit/ocsf.ts';

export type Json = Readonly<Record<string, unknown>>;

/** What was asked, and what became of it. */
export const API_ACTIVITY = API_ACTIVITY_CLASS.class_uid;
/** What reconciliation with CloudTrail found. */
export const DETECTION_FINDING = DETECTION_FINDING_CLASS.class_uid;

/** All else in the line is passed over. */
export function* eventsIn(line: string): Generator<Json> {
  if (line.includes('"class_uid"')) {
    const event = parsed(line.slice(line.indexOf('{')));
    if (isBlock(event) && isOurs(event.class_uid)) yield event;
  } else if (line.includes('\\"class_uid\\"')) {
    for (const [, text] of line.matchAll(TEXT_WITHIN)) {
      const message = parsed(text as string);
      if (typeof message === 'string') yield* eventsIn(message);
    }
  }
}

const TEXT_WITHIN = /"message"\s*:\s*("(?:[^"\\]|\\.)*")/g;

function isOurs(classUid: unknown): boolean {
  return classUid === API_ACTIVITY || classUid === DETECTION_FINDING;
}

export function isBlock(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
