/** CloudTrail's records and our audit lines as they look, for tests that say what matters to them alone. */
import { auditLineOf } from '../../src/reconciliation/audit-line.ts';
import { type WriteEvent, writeEventOf } from '../../src/reconciliation/write-event.ts';

export const ACCOUNT = '111122223333';
export const AGENT = 'AGENT12345';
export const ROLE = 'portcullis-prod-CreateActionGroupRole-1ABCDEFGHIJKL';
export const PLACE = { account: ACCOUNT, region: 'us-east-1', roles: [ROLE], otherStages: ['dev'] };
export const NOON = Date.UTC(2026, 0, 1, 12);

export interface RecordFacts {
  readonly operation?: string;
  readonly at?: number;
  /** Name, with its path, of the role that called. */
  readonly role?: string;
  readonly decisionId?: string | undefined;
  readonly actionGroupId?: string | undefined;
  readonly errorCode?: string | undefined;
  /** Joins the record. */
  readonly more?: Readonly<Record<string, unknown>>;
}

let made = 0;
export function uuid(): string {
  made += 1;
  return `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`;
}

/** As CloudTrail writes one of a call by one of this service's functions. */
export function recordOf(facts: RecordFacts = {}): Record<string, unknown> {
  const { operation = 'CreateAgentActionGroup', at = NOON, role = `portcullis/${ROLE}`, decisionId, errorCode } = facts;
  const agent =
    'aws-sdk-js/3.1138.0 ua/2.1 os/linux#5.10.0 lang/js md/nodejs#24.1.0 api/bedrock-agent#3.1138.0 exec-env/AWS_Lambda_nodejs24.x';
  const group = { agentId: AGENT, actionGroupId: facts.actionGroupId, updatedAt: new Date(at).toISOString() };
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      principalId: 'AROAEXAMPLE:function',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role.split('/').at(-1)}/function`,
      accountId: ACCOUNT,
      sessionContext: {
        sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/${role}`, accountId: ACCOUNT },
      },
    },
    eventTime: `${new Date(at).toISOString().slice(0, 19)}Z`,
    eventSource: 'bedrock.amazonaws.com',
    eventName: operation,
    awsRegion: 'us-east-1',
    sourceIPAddress: '203.0.113.9',
    userAgent: decisionId === undefined ? agent : `${agent} portcullis-decision/${decisionId}`,
    requestParameters: { agentId: AGENT, agentVersion: 'DRAFT', actionGroupName: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
    responseElements: errorCode === undefined ? { agentActionGroup: group } : null,
    ...(errorCode === undefined ? {} : { errorCode, errorMessage: 'No.' }),
    requestID: uuid(),
    eventID: uuid(),
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
    ...facts.more,
  };
}

export function eventOf(facts: RecordFacts = {}): WriteEvent {
  return writeEventOf(JSON.parse(JSON.stringify(recordOf(facts))), PLACE)!;
}

export interface LineFacts {
  readonly phase?: 'attempt' | 'outcome' | 'preparation';
  readonly at?: number;
  readonly operation?: string;
  readonly effect?: 'allow' | 'deny';
  readonly disposition?: string;
  readonly requestId?: string;
  readonly actionGroupId?: string | undefined;
  /** Joins `unmapped`. */
  readonly more?: Readonly<Record<string, unknown>>;
}

export function lineOf(decisionId: string, facts: LineFacts = {}): string {
  const { phase = 'attempt', at = NOON, operation = 'CreateAgentActionGroup', effect = 'allow', actionGroupId } = facts;
  const outcome = {
    disposition: facts.disposition ?? 'done',
    actionGroupId,
    upstream: { requestId: facts.requestId },
  };
  return JSON.stringify({
    class_uid: 6003,
    activity_id: 1,
    time: at,
    actor: { user: { uid: 'AROAPAYMENTS' }, session: { uid: 'build-1' } },
    api: { operation },
    policy: { name: 'organisation', version: '1', uid: 'digest' },
    unmapped: {
      phase,
      decisionId,
      team: 'payments',
      principal: `arn:aws:sts::${ACCOUNT}:assumed-role/payments-ci/build-1`,
      agentId: AGENT,
      effect,
      dryRun: false,
      prepare: 'none',
      actionGroup: { actionGroupName: 'bookings' },
      ...(operation === 'CreateAgentActionGroup' ? {} : { actionGroupId }),
      ...(phase === 'outcome' ? { outcome } : {}),
      ...facts.more,
    },
  });
}

export function auditOf(decisionId: string, facts: LineFacts = {}) {
  return auditLineOf(lineOf(decisionId, facts))!;
}
