/**
 * CloudTrail's record of a call that changes action groups or makes them live.
 *
 * Bedrock's own members are read where they are there: it hides some (`HIDDEN_DUE_TO_SECURITY_REASONS`) and CloudTrail leaves
 * out what is too large.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
import { ROLE_PATH } from './role-path.ts';

/** The calls that this service governs and that write. What `InvokeInlineAgent` brings along is a data event, and not here. */
export const WRITES = [
  'CreateAgentActionGroup',
  'UpdateAgentActionGroup',
  'DeleteAgentActionGroup',
  'PrepareAgent',
] as const;

/** Whose writes are looked at, and which roles are this service's. */
export interface Place {
  readonly account: string;
  readonly region: string;
  /** Names of the roles that this deployment writes with. */
  readonly roles: readonly string[];
  /** Stages of this account and region that reconcile for themselves. */
  readonly otherStages: readonly string[];
}

export interface WriteEvent {
  readonly eventId: string;
  /** When the call was completed, in full seconds; epoch milliseconds. */
  readonly atEpochMs: number;
  readonly operation: string;
  /** `neighbour`: a role of another stage, whose own reconciliation looks at it. */
  readonly by: 'service' | 'neighbour' | 'other';
  /** The ARN, or what else CloudTrail says of who called. */
  readonly principal: string;
  readonly requestId?: string | undefined;
  /** From the user agent. */
  readonly decisionId?: string | undefined;
  /** Present where Bedrock did not do it. */
  readonly errorCode?: string | undefined;
  readonly agentId?: string | undefined;
  readonly actionGroupId?: string | undefined;
  readonly actionGroupName?: string | undefined;
  /** `updatedAt` of the group as Bedrock answered it; epoch milliseconds. */
  readonly updatedAtEpochMs?: number | undefined;
  readonly sourceIp?: string | undefined;
  readonly userAgent?: string | undefined;
}

/** Of `observe` in `src/bedrock/attempts.ts`, which puts it at the end; CloudTrail keeps 1 KB of a user agent. */
const DECISION = /portcullis-decision\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/;

/**
 * Reads a record; undefined where it is not about a write to the agents of this account and region.
 *
 * @throws {TypeError} where it is no record of CloudTrail's: who wrote what cannot be told then.
 */
export function writeEventOf(record: unknown, place: Place): WriteEvent | undefined {
  const { account, region } = place;
  const text = (...path: string[]) => textAt(record, path);
  const operation = text('eventName');
  const eventId = text('eventID');
  const atEpochMs = Date.parse(text('eventTime') ?? '');
  if (operation === undefined || eventId === undefined || Number.isNaN(atEpochMs)) {
    throw new TypeError('A record of CloudTrail has eventName, eventID and eventTime.');
  }
  if (text('eventSource') !== 'bedrock.amazonaws.com' || !(WRITES as readonly string[]).includes(operation)) return;
  if (text('awsRegion') !== region || (text('recipientAccountId') ?? account) !== account) return;

  const updatedAt = isoTime(text('responseElements', 'agentActionGroup', 'updatedAt'));
  const either = (name: string) =>
    text('responseElements', 'agentActionGroup', name) ??
    text('responseElements', name) ??
    text('requestParameters', name);
  const userAgent = text('userAgent');
  return {
    eventId,
    atEpochMs,
    operation,
    by: writerOf(text('userIdentity', 'sessionContext', 'sessionIssuer', 'arn') ?? '', place),
    principal:
      text('userIdentity', 'arn') ??
      text('userIdentity', 'invokedBy') ??
      text('userIdentity', 'principalId') ??
      text('userIdentity', 'type') ??
      'unknown',
    requestId: text('requestID'),
    decisionId: DECISION.exec(userAgent ?? '')?.[1],
    errorCode: text('errorCode'),
    agentId: either('agentId'),
    actionGroupId: either('actionGroupId'),
    actionGroupName: either('actionGroupName'),
    updatedAtEpochMs: updatedAt,
    sourceIp: text('sourceIPAddress'),
    userAgent,
  };
}

/** A role under the reserved path is nobody's unless it is one of ours or has the name of a stage that is known. */
function writerOf(issuer: string, { account, roles, otherStages }: Place): WriteEvent['by'] {
  const role = /^arn:[^:]+:iam::(\d{12}):role(\/.+)$/.exec(issuer);
  if (role?.[1] !== account || !role[2]?.startsWith(ROLE_PATH)) return 'other';
  const name = role[2].slice(ROLE_PATH.length);
  if (roles.includes(name)) return 'service';
  return otherStages.some((stage) => name.startsWith(`portcullis-${stage}-`)) ? 'neighbour' : 'other';
}

/** Words that stand for a value which CloudTrail may not show are no value. */
function textAt(value: unknown, path: readonly string[]): string | undefined {
  let at = value;
  for (const name of path)
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined;
  return typeof at === 'string' && at !== '' && at !== 'HIDDEN_DUE_TO_SECURITY_REASONS' ? at : undefined;
}

/** Only an unambiguous one: elsewhere CloudTrail words times as `Jul 14, 2025, 2:14:42 AM`. */
function isoTime(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? Date.parse(text) : undefined;
}
