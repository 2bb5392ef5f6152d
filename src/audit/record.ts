import type { ActionGroup } from '../contract/action-group.ts';
import { sha256 } from '../idempotency/key.ts';
import { visibleLength } from '../policy/visible-length.ts';
import { Problem } from '../problem.ts';
import type { Applied, Decision, Request } from '../provisioning.ts';

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

export type AuditRecord = Readonly<Record<string, unknown>>;

/** What every record of one decision says: who asked for what, and what the policy said of it under which revision. */
export function describeDecision(
  ids: RequestIds,
  request: Request,
  decision: Decision,
  tokenHash: string | undefined,
  place: AgentPlace,
): AuditRecord {
  const { caller } = request;
  return {
    decisionId: decision.id,
    ...ids,
    operation: request.operation,
    ...('dryRun' in request ? { dryRun: request.dryRun, prepare: request.prepare } : {}),
    actor: {
      principal: caller.arn,
      session: caller.session,
      uniqueId: caller.uniqueId,
      account: caller.account,
      team: decision.team,
      sourceIp: caller.sourceIp,
      userAgent: caller.userAgent,
    },
    target: {
      ...place,
      agentId: request.agentId,
      ...('agentVersion' in request ? { agentVersion: request.agentVersion } : {}),
      ...('actionGroupId' in request ? { actionGroupId: request.actionGroupId } : {}),
    },
    ...('actionGroup' in request ? { actionGroup: describeActionGroup(request.actionGroup) } : {}),
    ...(request.operation === 'CreateAgentActionGroup' ? { clientTokenGiven: request.clientToken !== undefined } : {}),
    ...('skipResourceInUseCheck' in request
      ? { skipResourceInUseCheck: request.skipResourceInUseCheck, disableFirst: request.disableFirst }
      : {}),
    ...('ifMatch' in request ? { ifMatchGiven: request.ifMatch !== undefined } : {}),
    decision: {
      effect: decision.effect,
      policy: decision.policy,
      rules: decision.rules,
      violations: decision.violations,
      warnings: decision.warnings,
      exemptions: decision.exemptions,
    },
    idempotency: { tokenHash },
  };
}

/** The outcome of a request that was carried out, or replayed. */
export function describeSuccess(applied: Applied, latencyMs: number): AuditRecord {
  const { actionGroupId, recovered, stored, upstreamRequestId } = applied;
  const disposition = applied.replayed ? 'replayed' : applied.unchanged ? 'unchanged' : 'done';
  return { disposition, actionGroupId, recovered, stored, upstream: { requestId: upstreamRequestId }, latencyMs };
}

/** The outcome of a request that was denied, refused, or of which nobody knows. */
export function describeFailure(error: unknown, latencyMs: number): AuditRecord {
  if (!(error instanceof Problem)) return { disposition: 'unknown', code: 'INTERNAL', latencyMs };
  const disposition = error.code === 'POLICY_DENIED' ? 'denied' : error.mayHaveCommitted ? 'unknown' : 'failed';
  return {
    disposition,
    code: error.code,
    upstream: error.upstream && { requestId: error.upstream.requestId, error: error.upstream.error },
    latencyMs,
  };
}

/**
 * What the rules look at, and nothing secret: schemas as digest and size, descriptions as their length.
 *
 * With this a candidate policy can be tried on recorded decisions: `portcullis policy replay` rebuilds the request from it.
 */
function describeActionGroup(group: ActionGroup): AuditRecord {
  const { apiSchema, functionSchema } = group;
  return {
    actionGroupName: group.actionGroupName,
    actionGroupState: group.actionGroupState,
    parentActionGroupSignature: group.parentActionGroupSignature,
    parentActionGroupSignatureParams: group.parentActionGroupSignatureParams,
    actionGroupExecutor: group.actionGroupExecutor,
    descriptionLength: describeLength(group.description),
    apiSchema: apiSchema && {
      s3: apiSchema.s3,
      ...(apiSchema.payload === undefined ? {} : { payload: describeText(apiSchema.payload) }),
    },
    functionSchema: functionSchema && {
      ...describeText(JSON.stringify(functionSchema)),
      functions: functionSchema.functions?.map(({ name, description, requireConfirmation, parameters }) => ({
        name,
        descriptionLength: describeLength(description),
        requireConfirmation,
        parameters: Object.keys(parameters ?? {}).length,
      })),
    },
  };
}

/** As the rule about descriptions counts it. */
function describeLength(description: string | undefined): number | undefined {
  return description === undefined ? undefined : visibleLength(description);
}

function describeText(text: string): AuditRecord {
  return { sha256: sha256(text), bytes: Buffer.byteLength(text) };
}
