import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { LineLogger } from '../log.ts';
import { askSts } from './ask-sts.ts';
import { authorizerContext } from './authorized.ts';
import { answerFor, causeOf, headerValuesIn } from './authorizer-answer.ts';
import type { Binding } from './proof.ts';
import { type Verifier, verifyProof } from './verify.ts';

export type AuthorizerHandler = (event: APIGatewayRequestAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;

/** Where every AWS client puts its session token, and API Gateway's identity source. */
export const IDENTITY_HEADER = 'x-amz-security-token';

/**
 * Authorizes `/aws` by a proof of identity.
 *
 * API Gateway keeps a denial too, hence a failure of STS is no denial but an error (500), which clients try again.
 */
export function identityAuthorizer(
  { audience, sts, now = Date.now, ask = askSts }: Binding & Partial<Verifier>,
  log: Pick<LineLogger, 'info' | 'error'>,
): AuthorizerHandler {
  return async (event) => {
    const requestId = event.requestContext.requestId;
    const [proof, ...more] = headerValuesIn(event, IDENTITY_HEADER);
    // API Gateway's word for 401, which must be the whole message.
    if (proof === undefined) throw new Error('Unauthorized');
    const verdict =
      more.length > 0
        ? ({ refused: 'PROOF_MALFORMED', reason: `There is more than one ${IDENTITY_HEADER}.` } as const)
        : await verifyProof(proof, { audience, sts, now, ask });
    if (!('refused' in verdict)) {
      log.info('identified', { requestId, arn: verdict.arn, userId: verdict.userId });
      return answerFor('aws', 'Allow', event.methodArn, verdict.arn, { ...authorizerContext(verdict) });
    }
    const { refused, reason } = verdict;
    if (refused === 'STS_UNAVAILABLE') {
      log.error('identity not checked', { requestId, code: refused, reason, cause: causeOf(verdict.cause) });
      throw new Error(reason);
    }
    log.info('identity refused', { requestId, code: refused, reason });
    return answerFor('aws', 'Deny', event.methodArn, 'nobody', {
      code: refused,
      reason: `(The proof of identity is refused. ${reason})`,
    });
  };
}
