/** A decision on record, and the request that it was about, as far as rules look at it. */
import { parsePrincipalArn } from '../../policy/principal.ts';
import {
  type ActionGroup,
  type JwtPrincipal,
  OPERATIONS,
  type Operation,
  type PolicyRequest,
  type Principal,
} from '../../policy/request.ts';

export interface Recorded {
  readonly decisionId: string;
  readonly atEpochMs: number;
  readonly request: PolicyRequest;
  readonly decided: Decided;
  /** Rules that cannot be judged, because the record lacks what they look at. */
  readonly unjudged: ReadonlySet<string>;
}

/** What a decision comes down to; ids of rules, each as often as it found something. */
export interface Decided {
  readonly effect: 'allow' | 'deny';
  readonly team?: string | undefined;
  readonly denying: readonly string[];
  readonly warning: readonly string[];
}

/** Where the agents are of which a record does not say it. */
export interface Place {
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The decision of an attempt's event; undefined if it cannot be read. Texts that the record only measures come back as
 * texts of the same measure.
 */
export function fromRecord({ time, api, cloud, unmapped }: Json, place: Place): Recorded | undefined {
  if (typeof time !== 'number' || !isBlock(api) || !isBlock(unmapped) || !isBlock(unmapped.decision)) return undefined;
  const { operation } = api;
  const { decisionId, agentId, effect, actionGroup, clientTokenGiven, skipResourceInUseCheck } = unmapped;
  const { violations, warnings } = unmapped.decision;
  const principal = principalOf(unmapped);
  if (!isOperation(operation) || principal === undefined) return undefined;
  if (typeof agentId !== 'string' || typeof decisionId !== 'string') return undefined;
  if ((effect !== 'allow' && effect !== 'deny') || !isFindings(violations) || !isFindings(warnings)) return undefined;
  const isWrite = operation === 'CreateAgentActionGroup' || operation === 'UpdateAgentActionGroup';
  if (isWrite && !isBlock(actionGroup)) return undefined;
  const { account, region } = isBlock(cloud) ? cloud : ({} as Json);
  const agentAccount = (isBlock(account) ? textOf(account.uid) : undefined) ?? place.account;
  const agentRegion = textOf(region) ?? place.region;
  return {
    decisionId,
    atEpochMs: time,
    request: {
      operation,
      principal,
      agentId,
      agentVersion: textOf(unmapped.agentVersion),
      agentAccount,
      agentRegion,
      actionGroupId: textOf(unmapped.actionGroupId),
      ...(isBlock(actionGroup) ? { actionGroup: groupOf(actionGroup) } : {}),
      clientTokenGiven: clientTokenGiven === true,
      ...(skipResourceInUseCheck === true ? { skipResourceInUseCheck } : {}),
    },
    decided: {
      effect,
      team: textOf(unmapped.team),
      denying: violations.map(({ rule }) => rule),
      warning: warnings.map(({ rule }) => rule),
    },
    unjudged: new Set([
      ...(agentAccount === undefined || agentRegion === undefined ? ['lambda-is-in-agent-account-and-region'] : []),
      ...(operation === 'CreateAgentActionGroup' && clientTokenGiven === undefined ? ['client-token-is-given'] : []),
    ]),
  };
}

/** A caller with a token is its verified claims; any other is its ARN. */
function principalOf({ token, principal }: Json): Principal | undefined {
  if (!isBlock(token)) return typeof principal === 'string' ? parsePrincipalArn(principal) : undefined;
  const { issuer, claims } = token;
  if (typeof issuer !== 'string' || !isBlock(claims)) return undefined;
  return { kind: 'jwt', issuer, claims: claims as JwtPrincipal['claims'] };
}

function groupOf(recorded: Json): ActionGroup {
  const { descriptionLength, apiSchema, functionSchema, ...asSent } = recorded;
  return {
    ...(asSent as ActionGroup),
    ...(typeof descriptionLength === 'number' ? { description: textOfLength(descriptionLength) } : {}),
    ...(isBlock(apiSchema)
      ? {
          apiSchema: {
            ...(apiSchema as ActionGroup['apiSchema']),
            ...(apiSchema.payload === undefined ? {} : { payload: 'x' }),
          },
        }
      : {}),
    ...(isBlock(functionSchema) ? { functionSchema: { functions: functionsOf(functionSchema.functions) } } : {}),
  };
}

type Functions = NonNullable<NonNullable<ActionGroup['functionSchema']>['functions']>;

function functionsOf(recorded: unknown): Functions {
  if (!Array.isArray(recorded)) return [];
  return recorded.map(({ descriptionLength, parameters, ...asSent }: Json) => ({
    ...asSent,
    ...(typeof descriptionLength === 'number' ? { description: textOfLength(descriptionLength) } : {}),
    ...(typeof parameters === 'number' ? { parameters: parametersOf(parameters) } : {}),
  }));
}

/** Longer than any description that Bedrock takes. */
const TEXT = 'x'.repeat(2000);

function textOfLength(length: number): string {
  return TEXT.slice(0, length);
}

function parametersOf(count: number): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: Math.min(count, 1000) }, (_, index) => [`p${index}`, {}]));
}

function isBlock(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFindings(value: unknown): value is readonly { readonly rule: string }[] {
  return Array.isArray(value) && value.every((finding) => isBlock(finding) && typeof finding.rule === 'string');
}

function isOperation(value: unknown): value is Operation {
  return (OPERATIONS as readonly unknown[]).includes(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
