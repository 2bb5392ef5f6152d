/** What a record says, as an OCSF event: who asked for what, what the policy said of it, and what became of it. */
import { isIP } from 'node:net';
import type { Preparation } from '../bedrock/prepare-agent.ts';
import type { Caller } from '../identity/caller.ts';
import { principalText } from '../policy/principal.ts';
import type { ActionGroup } from '../policy/request.ts';
import type { Decision, Request } from '../provisioning.ts';
import { maskedGroup, maskedReasons } from './masked.ts';
import { API_ACTIVITY, activity, awsAccount, control, OCSF_VERSION, standing } from './ocsf.ts';
import { liveness, type Outcome } from './outcome.ts';

/** Where a request came in, for joining its records with the access log and the trace. */
export interface RequestIds {
  readonly requestId: string;
  readonly traceId: string | undefined;
}

/** Where the agent lives. */
export interface AgentPlace {
  readonly account: string;
  readonly region: string;
}

/** What every record of one decision is made of. */
export interface Facts {
  readonly ids: RequestIds;
  readonly request: Request;
  /** Only what the policy says of it is asked. */
  readonly isQuestion?: boolean;
  readonly decision: Decision;
  /** SHA-256 of the token sent to Bedrock; the token itself is never written. */
  readonly tokenHash: string | undefined;
  readonly place: AgentPlace;
}

/** One line of the trail: `unmapped` holds what the standard has no word for. Members may be undefined until it is JSON. */
export type AuditEvent = ReturnType<Records['attempt' | 'outcome' | 'preparation']>;
export type Records = ReturnType<typeof recordsOf>;

/** The records of one decision; what they share is made once. */
export function recordsOf({ ids, request, isQuestion = false, decision, tokenHash, place }: Facts) {
  const { caller, operation, agentId } = request;
  const { actionGroup, ...asked } = askedOf(request, isQuestion);
  const denied = decision.effect === 'deny';
  const action = denied ? 'Denied' : 'Allowed';
  const profiles = ids.traceId === undefined ? PROFILES : TRACED_PROFILES;
  const subject = `${decision.team ?? 'no team'}: ${operation}${named(asked.actionGroupName ?? asked.actionGroupId)} of agent ${shown(agentId)}`;
  const deniedBy = rulesOf(decision.violations);

  const head = { ...API_ACTIVITY, ...activity(operation) };
  const actor = actorOf(caller, decision.team);
  const api = { operation, version: '2023-06-05', service: { name: 'bedrock-agent' }, request: { uid: ids.requestId } };
  const tail = {
    actor,
    src_endpoint: endpointOf(caller.sourceIp),
    http_request: caller.userAgent === undefined ? undefined : { user_agent: caller.userAgent },
    cloud: { provider: 'AWS', account: awsAccount(place.account), region: place.region },
    policy: { name: 'organisation', version: decision.policy.revision, uid: decision.policy.digest },
    trace: ids.traceId === undefined ? undefined : { uid: ids.traceId },
  };
  const shared = {
    decisionId: decision.id,
    team: decision.team,
    principal: principalOf(caller),
    agentId,
    ...asked,
    effect: decision.effect,
    deniedBy,
    warnedBy: rulesOf(decision.warnings),
    exemptedBy: joined(decision.exemptions),
    traceId: ids.traceId,
  };
  // Last, since they can be long: CloudWatch's queries know the first 200 members of a line alone, each of a list among them.
  const details = {
    ...(actionGroup === undefined ? {} : { actionGroup }),
    ...(caller.principal.kind === 'jwt'
      ? { token: { issuer: caller.principal.issuer, claims: caller.principal.claims } }
      : {}),
    decision: {
      rules: decision.rules,
      violations: decision.violations,
      warnings: decision.warnings,
      exemptions: decision.exemptions,
    },
  };
  const idempotency = (replayed?: boolean) => (tokenHash === undefined ? undefined : { tokenHash, replayed });
  const metadata = (phase: Phase) => ({
    version: OCSF_VERSION,
    uid: `${decision.id}:${phase}`,
    correlation_uid: decision.id,
    event_code: phase,
    log_name: LOG_NAME,
    product: PRODUCT,
    profiles,
  });
  const resources = (actionGroupId: string | undefined) => [
    { type: 'AWS::Bedrock::Agent', uid: agentId, name: undefined },
    ...(actionGroupId === undefined && asked.actionGroupName === undefined
      ? []
      : [{ type: 'ActionGroup', uid: actionGroupId, name: asked.actionGroupName }]),
  ];

  return {
    /** Before anything is changed. */
    attempt: (time: number) => ({
      ...head,
      time,
      ...standing(denied ? 'Low' : 'Informational', 'Unknown'),
      message: `${subject}: ${denied ? `denied by ${deniedBy}` : 'allowed'}`,
      metadata: metadata('attempt'),
      ...tail,
      api,
      resources: resources(asked.actionGroupId),
      ...control(action, asked.dryRun === true ? 'Logged' : denied ? 'Blocked' : 'Allowed'),
      unmapped: { phase: 'attempt', ...shared, idempotency: idempotency(), ...details },
    }),

    /** What became of it, so many milliseconds after the attempt. */
    outcome(time: number, duration: number, { standing: ended, disposition, words, response, told }: Outcome) {
      const actionGroupId = told.actionGroupId ?? asked.actionGroupId;
      return {
        ...head,
        time,
        ...standing(...ended),
        status_code: told.code,
        duration,
        message: `${subject}: ${told.disposition === 'denied' ? `denied by ${deniedBy}` : words}`,
        metadata: metadata('outcome'),
        ...tail,
        api: { ...api, response },
        resources: resources(actionGroupId),
        ...control(action, disposition),
        unmapped: {
          phase: 'outcome',
          ...shared,
          actionGroupId,
          outcome: told,
          idempotency: idempotency(told.disposition === 'replayed' ? true : undefined),
          ...details,
        },
      };
    },

    /** How far a change that was made is live. */
    preparation(time: number, duration: number, made: Preparation) {
      const { status, failureReasons, requestId } = made;
      const { standing: ended, disposition, words, code } = liveness(made);
      return {
        ...head,
        time,
        ...standing(...ended),
        status_code: code,
        duration,
        message: `${subject}: the agent is ${shown(status)}${words}`,
        metadata: metadata('preparation'),
        ...tail,
        api,
        resources: resources(asked.actionGroupId),
        ...control(action, disposition),
        unmapped: {
          phase: 'preparation',
          ...shared,
          preparation: {
            status,
            code,
            failureReasons: maskedReasons(failureReasons),
            upstream: { requestId },
          },
          idempotency: idempotency(),
          ...details,
        },
      };
    },
  };
}

type Phase = 'attempt' | 'outcome' | 'preparation';

const LOG_NAME = 'portcullis-audit';
const PRODUCT = { name: 'Portcullis', vendor_name: 'Portcullis' };
const PROFILES = ['cloud', 'security_control'];
const TRACED_PROFILES = [...PROFILES, 'trace'];

/** What the request asked for, as far as it goes on record. */
interface Asked {
  readonly agentVersion?: string;
  readonly actionGroupId?: string;
  readonly actionGroupName?: string | undefined;
  readonly dryRun?: boolean;
  readonly prepare?: string;
  readonly clientTokenGiven?: boolean;
  readonly ifMatchGiven?: boolean;
  readonly skipResourceInUseCheck?: boolean;
  readonly disableFirst?: boolean;
  readonly actionGroup?: ReturnType<typeof maskedGroup>;
}

function askedOf(request: Request, isQuestion: boolean): Asked {
  return {
    ...('agentVersion' in request ? { agentVersion: request.agentVersion } : {}),
    ...('actionGroupId' in request ? { actionGroupId: request.actionGroupId } : {}),
    ...('actionGroup' in request ? groupOf(request.actionGroup) : {}),
    ...('dryRun' in request ? { dryRun: request.dryRun, prepare: request.prepare } : {}),
    ...(isQuestion ? { dryRun: true } : {}),
    ...(request.operation === 'CreateAgentActionGroup' ? { clientTokenGiven: request.clientToken !== undefined } : {}),
    ...('ifMatch' in request ? { ifMatchGiven: request.ifMatch !== undefined } : {}),
    ...('skipResourceInUseCheck' in request
      ? { skipResourceInUseCheck: request.skipResourceInUseCheck, disableFirst: request.disableFirst }
      : {}),
  };
}

function groupOf(group: ActionGroup): Pick<Asked, 'actionGroupName' | 'actionGroup'> {
  return { actionGroupName: group.actionGroupName, actionGroup: maskedGroup(group) };
}

function principalOf({ principal, arn }: Caller): string {
  return principal.kind === 'jwt' ? principalText(principal) : arn;
}

function actorOf({ principal, session, uniqueId, account, ...caller }: Caller, team: string | undefined) {
  const jwt = principal.kind === 'jwt';
  const subject = jwt && Object.hasOwn(principal.claims, 'sub') ? String(principal.claims.sub) : undefined;
  return {
    user: {
      uid: jwt ? subject : uniqueId,
      uid_alt: principalOf({ principal, session, uniqueId, account, ...caller }),
      // The root user has no name of its own.
      name: jwt ? (subject ?? principal.issuer) : (principal.name.split('/').at(-1) as string) || principal.type,
      account: account === undefined ? undefined : awsAccount(account),
      groups: team === undefined ? undefined : [{ name: team }],
    },
    session: jwt
      ? { issuer: principal.issuer }
      : session === undefined
        ? undefined
        : { uid: session, issuer: principalText(principal) },
  };
}

/** Of the standard's own type; an address with a zone can be longer. */
const LONGEST_IP = 40;

/** The class wants a source, and its `ip` takes addresses alone. */
function endpointOf(sourceIp: string | undefined): { ip: string } | { name: string } {
  if (sourceIp === undefined || sourceIp === '') return { name: 'unknown' };
  return isIP(sourceIp) === 0 || sourceIp.length > LONGEST_IP ? { name: sourceIp } : { ip: sourceIp };
}

function rulesOf(findings: readonly { readonly rule: string }[]): string | undefined {
  return findings.length === 0 ? undefined : joined([...new Set(findings.map(({ rule }) => rule))].sort());
}

function joined(ids: readonly string[]): string | undefined {
  return ids.length === 0 ? undefined : ids.join(',');
}

function named(text: string | undefined): string {
  return text === undefined ? '' : ` ${shown(text)}`;
}

/** People read the sentence: nothing that a caller chose may look like the rest of it. */
function shown(text: string): string {
  return text.slice(0, 100).replace(/[^\w.-]/g, '?');
}
