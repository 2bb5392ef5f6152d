/** How a principal's ARN shows in the event: the `identity` that API Gateway fills in for a signed request. */
import { createHash } from 'node:crypto';
import type { APIGatewayEventIdentity } from 'aws-lambda';
import type { LocalPrincipal } from './principals.ts';

export type CallerIdentity = Pick<APIGatewayEventIdentity, 'accessKey' | 'accountId' | 'caller' | 'user' | 'userArn'>;

/** The caller of a route without authorization. */
export const NOBODY: CallerIdentity = { accessKey: null, accountId: null, caller: null, user: null, userArn: null };

/** The session name under which a bare role ARN calls: AWS only ever sees sessions of a role. */
const SESSION_OF_A_BARE_ROLE = 'local';

const PRINCIPAL_ARN = new RegExp(
  '^arn:(?<partition>aws[a-z-]*):(?:' +
    'iam::(?<iamAccount>\\d{12}):(?<kind>role|user)/(?:[!-~]*/)?(?<name>[\\w+=,.@-]{1,64})|' +
    'sts::(?<stsAccount>\\d{12}):assumed-role/(?<role>[\\w+=,.@-]{1,64})/(?<session>[\\w+=,.@-]{2,64}))$',
);

export function isPrincipalArn(arn: string): boolean {
  return PRINCIPAL_ARN.test(arn);
}

/** @throws {Error} when the ARN is not that of a role, a user or an assumed-role session. */
export function identityOf(principal: LocalPrincipal): CallerIdentity {
  const arn = PRINCIPAL_ARN.exec(principal.arn)?.groups;
  if (arn === undefined) throw new Error(`Not the ARN of a role, a user or an assumed-role session: ${principal.arn}`);
  const accessKey = principal.accessKeyId ?? null;
  if (arn.kind === 'user') {
    const userId = principal.userId ?? uniqueId('AIDA', arn.iamAccount!, arn.name!);
    return { accessKey, accountId: arn.iamAccount!, caller: userId, user: userId, userArn: principal.arn };
  }
  const accountId = arn.iamAccount ?? arn.stsAccount!;
  const role = arn.name ?? arn.role!;
  const session = arn.session ?? SESSION_OF_A_BARE_ROLE;
  const userId = principal.userId ?? `${uniqueId('AROA', accountId, role)}:${session}`;
  const userArn = `arn:${arn.partition}:sts::${accountId}:assumed-role/${role}/${session}`;
  return { accessKey, accountId, caller: userId, user: userId, userArn };
}

/** An IAM unique id: stable for a name, so that a role and its sessions share one. */
function uniqueId(prefix: 'AROA' | 'AIDA', accountId: string, name: string): string {
  const digest = createHash('sha256').update(`${prefix}:${accountId}:${name}`).digest();
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return prefix + Array.from(digest.subarray(0, 17), (byte) => letters[byte % 32]).join('');
}
