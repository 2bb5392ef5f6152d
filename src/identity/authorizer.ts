import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { LineLogger } from '../log.ts';
import { askSts } from './ask-sts.ts';
import { authorizerContext } from './authorized.ts';
import type { Binding } from './proof.ts';
import { type Verifier, verifyProof } from './verify.ts';

export type AuthorizerHandler = (event: APIGatewayRequestAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;

/** Where every AWS client puts its session token, and API Gateway's identity source. */
export const IDENTITY_HEADER = 'x-amz-security-token';

/**
 * Authorizes `/aws` by a proof of identity.
 *
 * The answer allows all of `/aws`, not the one method that was asked for: API Gateway keeps it for the caller's next requests.
 * A denial is kept too, hence a failure of STS is no denial but an error (500), which clients try again.
 */
export function identityAuthorizer(
  { audience, sts, now = Date.now, ask = askSts }: Binding & Partial<Verifier>,
  log: Pick<LineLogger, 'info' | 'error'>,
): AuthorizerHandler {
  return async (event) => {
    const requestId = event.requestContext.requestId;
    const [proof, ...more] = proofsIn(event);
    // API Gateway's word for 401, which must be the whole message.
    if (proof === undefined) throw new Error('Unauthorized');
    const verdict =
      more.length > 0
        ? ({ refused: 'PROOF_MALFORMED', reason: `There is more than one ${IDENTITY_HEADER}.` } as const)
        : await verifyProof(proof, { audience, sts, now, ask });
    if (!('refused' in verdict)) {
      log.info('identified', { requestId, arn: verdict.arn, userId: verdict.userId });
      return policy('Allow', event.methodArn, verdict.arn, { ...authorizerContext(verdict) });
    }
    const { refused, reason } = verdict;
    if (refused === 'STS_UNAVAILABLE') {
      log.error('identity not checked', { requestId, code: refused, reason, cause: causeOf(verdict.cause) });
      throw new Error(reason);
    }
    log.info('identity refused', { requestId, code: refused, reason });
    return policy('Deny', event.methodArn, 'nobody', {
      code: refused,
      reason: `(The proof of identity is refused. ${reason})`,
    });
  };
}

function proofsIn({ headers, multiValueHeaders }: APIGatewayRequestAuthorizerEvent): string[] {
  const all: [string, (string | undefined)[] | undefined][] = multiValueHeaders
    ? Object.entries(multiValueHeaders)
    : Object.entries(headers ?? {}).map(([name, value]) => [name, [value]]);
  return all
    .filter(([name]) => name.toLowerCase() === IDENTITY_HEADER)
    .flatMap(([, values]) => values ?? [])
    .filter((value): value is string => value !== undefined && value !== '');
}

/** @param methodArn `arn:aws:execute-api:us-east-1:111122223333:api/stage/PUT/aws/agents/…` */
function policy(
  effect: 'Allow' | 'Deny',
  methodArn: string,
  principalId: string,
  context: Record<string, string>,
): APIGatewayAuthorizerResult {
  const [api, stage] = methodArn.split('/', 2);
  const statement = { Effect: effect, Action: 'execute-api:Invoke', Resource: `${api}/${stage}/*/aws/*` };
  return { principalId, policyDocument: { Version: '2012-10-17', Statement: [statement] }, context };
}

/** An error of the connection says what failed; its other members are not ours to log. */
function causeOf(cause: unknown): unknown {
  return cause instanceof Error ? { name: cause.name, message: cause.message } : undefined;
}
