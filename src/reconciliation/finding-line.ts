/** A finding as a log line: an OCSF 1.5.0 event of the class Detection Finding. */
import { awsAccount, DETECTION_FINDING, OCSF_VERSION } from '../audit/ocsf.ts';
import { FINDINGS, type Finding } from './findings.ts';
import type { WriteEvent } from './write-event.ts';

const SEVERITIES = { 1: 'Informational', 2: 'Low', 3: 'Medium', 4: 'High', 5: 'Critical' } as const;
const LIFE = {
  new: { activity_id: 1, activity_name: 'Create', type_uid: 200401, type_name: 'Detection Finding: Create' },
  settled: { activity_id: 2, activity_name: 'Update', type_uid: 200402, type_name: 'Detection Finding: Update' },
} as const;

export interface FoundWhere {
  readonly account: string;
  readonly region: string;
}

/**
 * @param stage `settled` for what is told a second time, because more is known of it or it was repaired.
 * @param repaired whether what was missing is kept by now.
 */
export function findingLine(
  finding: Finding,
  { account, region }: FoundWhere,
  nowEpochMs: number,
  stage: keyof typeof LIFE = 'new',
  repaired = false,
): Record<string, unknown> {
  const { kind, uid, atEpochMs, decisionId, event, verdict, principal, team } = finding;
  const { severityId: usual, title, meaning, remedy } = FINDINGS[kind];
  const isClosed = repaired || verdict?.is === 'refused' || verdict?.is === 'no-call';
  const severityId = isClosed ? 1 : usual;
  const message = sentence(finding, repaired);
  return {
    ...DETECTION_FINDING,
    ...LIFE[stage],
    time: nowEpochMs,
    severity_id: severityId,
    severity: SEVERITIES[severityId],
    status_id: isClosed ? 4 : 1,
    status: isClosed ? 'Resolved' : 'New',
    message,
    metadata: {
      version: OCSF_VERSION,
      uid: `${uid}:${stage}`,
      correlation_uid: decisionId,
      event_code: kind,
      log_name: 'portcullis-findings',
      product: { name: 'Portcullis', vendor_name: 'Portcullis' },
      profiles: ['cloud'],
    },
    finding_info: { uid, title, desc: meaning, types: [kind], created_time: nowEpochMs, first_seen_time: atEpochMs },
    remediation: { desc: remedy },
    evidences: event === undefined ? undefined : [evidenceOf(event)],
    resources: resourcesOf(finding),
    cloud: { provider: 'AWS', account: awsAccount(account), region },
    unmapped: {
      kind,
      operation: finding.operation,
      decisionId,
      eventId: event?.eventId,
      principal,
      team,
      agentId: finding.agentId,
      actionGroupId: finding.actionGroupId,
      actionGroupName: finding.actionGroupName,
      verdict: verdict?.is,
      errorCode: event?.errorCode,
      repaired: kind === 'write-without-provenance' ? repaired : undefined,
    },
  };
}

function evidenceOf({ operation, requestId, errorCode, principal, sourceIp, eventId, userAgent }: WriteEvent) {
  const isAddress = sourceIp !== undefined && /^[0-9a-f:.]+$/i.test(sourceIp);
  return {
    api: {
      operation,
      service: { name: 'bedrock.amazonaws.com' },
      request: requestId === undefined ? undefined : { uid: requestId },
      response: errorCode === undefined ? undefined : { error: errorCode },
    },
    actor: { user: { uid: principal } },
    // A service that called on somebody's behalf stands there by its name.
    src_endpoint: sourceIp === undefined ? undefined : isAddress ? { ip: sourceIp } : { name: sourceIp },
    data: { eventId, userAgent },
  };
}

function resourcesOf({ agentId, actionGroupId, actionGroupName }: Finding) {
  const agent = agentId === undefined ? [] : [{ type: 'AWS::Bedrock::Agent', uid: agentId }];
  const isGroup = actionGroupId !== undefined || actionGroupName !== undefined;
  return isGroup ? [...agent, { type: 'ActionGroup', uid: actionGroupId, name: actionGroupName }] : agent;
}

/** For people; names from outside are cut to what a name of AWS's may be. */
function sentence({ kind, operation, agentId, actionGroupId, principal, verdict }: Finding, repaired: boolean): string {
  const group = actionGroupId === undefined ? '' : ` of action group ${plain(actionGroupId)}`;
  const what = `${operation}${group} of agent ${plain(agentId ?? 'unknown')} by ${plain(principal ?? 'unknown')}`;
  const more = {
    'attempt-without-outcome': verdict === undefined ? '' : ` CloudTrail: ${VERDICTS[verdict.is]}.`,
    'write-without-provenance': repaired ? ' It was repaired.' : '',
    'outcome-contradicted': '',
    'write-without-attempt': '',
    'write-not-ours': '',
  }[kind];
  return `${what}: ${FINDINGS[kind].title}${more}`;
}

const VERDICTS = {
  committed: 'Bedrock made the change',
  refused: 'Bedrock refused it',
  failed: 'Bedrock failed, and may have made the change',
  'no-call': 'Bedrock was not called',
} as const;

function plain(text: string): string {
  return text.replace(/[^\w:/+=,.@-]/g, '?').slice(0, 256);
}
