import type { LineLogger } from '../log.ts';
import { tokenContext } from './authorized.ts';
import type { AuthorizerHandler } from './authorizer.ts';
import { answerFor, causeOf, headerValuesIn } from './authorizer-answer.ts';
import type { JwtVerdict } from './jwt.ts';

export const TOKEN_HEADER = 'authorization';

/**
 * Authorizes `/v1` by a JSON Web Token, `Authorization: Bearer …`.
 *
 * API Gateway keeps a denial too, hence keys that cannot be had are no denial but an error (500), which clients try again.
 */
export function jwtAuthorizer(
  verify: (token: string) => Promise<JwtVerdict>,
  log: Pick<LineLogger, 'info' | 'error'>,
): AuthorizerHandler {
  return async (event) => {
    const { requestId } = event.requestContext;
    const [header = '', ...more] = headerValuesIn(event, TOKEN_HEADER);
    const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
    // API Gateway's word for 401, which must be the whole message.
    if (token === undefined) throw new Error('Unauthorized');
    const verdict =
      more.length > 0
        ? ({ refused: 'TOKEN_REFUSED', reason: 'There is more than one Authorization header.' } as const)
        : await verify(token);
    if (!('refused' in verdict)) {
      const { issuer, claims } = verdict.principal;
      const subject = typeof claims.sub === 'string' ? claims.sub : undefined;
      log.info('identified', { requestId, issuer, subject });
      return answerFor('v1', 'Allow', event.methodArn, subject ?? issuer, { ...tokenContext(verdict) });
    }
    const { refused, reason } = verdict;
    if (refused === 'KEYS_UNAVAILABLE') {
      log.error('identity not checked', { requestId, code: refused, reason, cause: causeOf(verdict.cause) });
      throw new Error(reason);
    }
    log.info('identity refused', { requestId, code: refused, reason });
    return answerFor('v1', 'Deny', event.methodArn, 'nobody', {
      code: refused,
      reason: `(The token is refused. ${reason})`,
    });
  };
}
