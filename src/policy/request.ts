/**
 * What the policy looks at: one request, already valid, with the caller's name.
 *
 * The types are structural on purpose. The core knows nothing of HTTP, of the AWS SDK or of the request contract, so the
 * same rules judge a live call, a recorded one and a group found by a scan.
 */

/** The calls that are governed, under the names that Bedrock, IAM and CloudTrail give them. */
export const OPERATIONS = [
  'CreateAgentActionGroup',
  'UpdateAgentActionGroup',
  'DeleteAgentActionGroup',
  'GetAgentActionGroup',
  'ListAgentActionGroups',
  'PrepareAgent',
  'GetAgent',
] as const;

export type Operation = (typeof OPERATIONS)[number];

/** Who asks. An assumed-role session counts as its role; see `parsePrincipalArn`. */
export type Principal = IamPrincipal | JwtPrincipal;

export interface IamPrincipal {
  readonly kind: 'iam';
  /** `aws`, `aws-cn`, `aws-us-gov`, … */
  readonly partition: string;
  /** Twelve digits. */
  readonly account: string;
  readonly type: 'role' | 'user' | 'root' | 'federated-user';
  /** Of a role without its path, of a user with it (`contractors/alice`), of the root user empty. */
  readonly name: string;
}

export interface JwtPrincipal {
  readonly kind: 'jwt';
  readonly issuer: string;
  /** Read from the verified token. A list claim stays a list: joined to a string, its separator could be forged. */
  readonly claims: Readonly<Record<string, string | readonly string[]>>;
}

/** The members of an action group that rules may look at, as Bedrock names them. */
export interface ActionGroup {
  readonly actionGroupName?: string | undefined;
  readonly description?: string | undefined;
  readonly actionGroupState?: string | undefined;
  readonly parentActionGroupSignature?: string | undefined;
  readonly parentActionGroupSignatureParams?: Readonly<Record<string, string>> | undefined;
  readonly actionGroupExecutor?:
    | { readonly lambda?: string | undefined; readonly customControl?: string | undefined }
    | undefined;
  readonly apiSchema?:
    | {
        readonly payload?: string | undefined;
        readonly s3?:
          | { readonly s3BucketName?: string | undefined; readonly s3ObjectKey?: string | undefined }
          | undefined;
      }
    | undefined;
  readonly functionSchema?: { readonly functions?: readonly ActionGroupFunction[] | undefined } | undefined;
}

export interface ActionGroupFunction {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly requireConfirmation?: string | undefined;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
}

export interface PolicyRequest {
  readonly operation: Operation;
  readonly principal: Principal;
  readonly agentId: string;
  readonly agentVersion?: string | undefined;
  /** Where the agent lives: twelve digits, and a region's name. */
  readonly agentAccount?: string | undefined;
  readonly agentRegion?: string | undefined;
  readonly actionGroupId?: string | undefined;
  /** The whole group as it would be after the call. Without it a create or an update cannot be judged, and is denied. */
  readonly actionGroup?: ActionGroup | undefined;
  readonly clientTokenGiven?: boolean | undefined;
  readonly skipResourceInUseCheck?: boolean | undefined;
}
