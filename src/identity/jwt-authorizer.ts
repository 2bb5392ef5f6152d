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
 * Nothing that a caller sends is an error: Lambda counts those, 401 among them, and an alarm watches.
 */
export function jwtAuthorizer(
  verify: (token: string) => Promise<JwtVerdict>,
  log: Pick<LineLogger, 'info' | 'error'>,
): AuthorizerHandler {
  return async (event) => {
    const { requestId } = event.requestContext;
    const verdict = await verdictOf(headerValuesIn(event, TOKEN_HEADER), verify);
    if (!('refused' in verdict)) {
      const { issuer, claims } = verdict.principal;
      const subject = typeof claims.sub === 'string' ? claims.sub : undefined;
      log.info('identified', { requestId, issuer, subject });
      return answerFor('v1', 'Allow', event.methodArn, named(subject ?? issuer), { ...tokenContext(verdict) });
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

async function verdictOf(
  [header = '', ...more]: readonly string[],
  verify: (token: string) => Promise<JwtVerdict>,
): Promise<JwtVerdict> {
  if (more.length > 0) return { refused: 'TOKEN_REFUSED', reason: 'There is more than one Authorization header.' };
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
  if (token === undefined)
    return { refused: 'TOKEN_REFUSED', reason: 'Send it as Authorization: Bearer, and the token.' };
  return verify(token);
}

/** For the access log, where API Gateway puts it into JSON as it is: nothing of it may look like the rest of the line. */
function named(subject: string): string {
  return subject.slice(0, 128).replace(/[^\w@.:|+=/-]/g, '?') || 'nameless';
}
