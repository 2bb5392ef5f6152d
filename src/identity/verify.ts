import type { AskSts } from './ask-sts.ts';
import { type Binding, MAX_PROOF_BYTES, PROOF_LIFETIME_SECONDS, readProof, SIGNED_HEADERS } from './proof.ts';
import { type Identity, identityIn, refusalIn, type StsAnswer } from './sts-answer.ts';

/** How far the signer's clock may be ahead of ours. */
const MAX_SKEW_MS = 60_000;

export interface Proven extends Identity {
  /** Whoever remembers this identity must forget it then. */
  readonly expiresAtEpochMs: number;
}

export type RefusalCode =
  | 'PROOF_TOO_LARGE'
  | 'PROOF_MALFORMED'
  | 'PROOF_FOR_ANOTHER_STS'
  | 'PROOF_WITHOUT_AUDIENCE'
  | 'PROOF_FROM_THE_FUTURE'
  | 'PROOF_EXPIRED'
  | 'PROOF_REFUSED_BY_STS'
  /** Says nothing about the proof, only that STS gave no answer that can be read: trying again may help. */
  | 'STS_UNAVAILABLE';

export interface Refused {
  readonly refused: RefusalCode;
  /** For the caller, and for logs: it quotes nothing of the proof that could be used. */
  readonly reason: string;
  /** For logs. */
  readonly cause?: unknown;
}

export interface Verifier extends Binding {
  readonly now: () => number;
  readonly ask: AskSts;
}

/**
 * Who made this proof? Everything that can be judged without STS is judged first, so that STS is asked nothing but
 * `GetCallerIdentity`, at our host, for our audience.
 *
 * The age counts from the signed `X-Amz-Date`: STS ignores `X-Amz-Expires`. A signer who wants less than 15 minutes gets less.
 */
export async function verifyProof(text: string, { audience, sts, now, ask }: Verifier): Promise<Proven | Refused> {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_PROOF_BYTES) return refuse('PROOF_TOO_LARGE', `It has ${bytes} bytes of ${MAX_PROOF_BYTES} allowed.`);
  const claims = readProof(text);
  if ('fault' in claims) return refuse('PROOF_MALFORMED', claims.fault);
  const { service, region, signedHeaders, signedAtEpochMs, lifetimeSeconds } = claims;
  if (service !== 'sts' || region !== sts.region) {
    return refuse('PROOF_FOR_ANOTHER_STS', `It is signed for ${service} in ${region}; sign for sts in ${sts.region}.`);
  }
  if (signedHeaders !== SIGNED_HEADERS) {
    return refuse('PROOF_WITHOUT_AUDIENCE', `It signs ${signedHeaders}; sign exactly ${SIGNED_HEADERS}.`);
  }
  const expiresAtEpochMs = signedAtEpochMs + Math.min(lifetimeSeconds, PROOF_LIFETIME_SECONDS) * 1000;
  const stale = staleness(signedAtEpochMs, expiresAtEpochMs, now());
  if (stale !== undefined) return stale;

  let answer: StsAnswer;
  try {
    answer = await ask(claims.query, { audience, sts });
  } catch (cause) {
    return { ...refuse('STS_UNAVAILABLE', 'STS did not answer.'), cause };
  }
  const identity = identityIn(answer);
  if (identity === undefined) return refusalOf(answer);
  // Asking took time.
  return staleness(signedAtEpochMs, expiresAtEpochMs, now()) ?? { ...identity, expiresAtEpochMs };
}

function staleness(signedAtEpochMs: number, expiresAtEpochMs: number, nowEpochMs: number): Refused | undefined {
  const here = new Date(nowEpochMs).toISOString();
  if (signedAtEpochMs > nowEpochMs + MAX_SKEW_MS) {
    return refuse('PROOF_FROM_THE_FUTURE', `It is signed ahead of the time here, ${here}: set the signer's clock.`);
  }
  if (nowEpochMs >= expiresAtEpochMs) {
    const end = new Date(expiresAtEpochMs).toISOString();
    return refuse('PROOF_EXPIRED', `It expired at ${end}, and it is ${here}: make a new one.`);
  }
  return undefined;
}

/** STS's refusals that are about its own state; the rest of its 4xx are about the proof. */
const BUSY = /^(Throttling(Exception)?|RequestLimitExceeded|ServiceUnavailable|InternalFailure|RequestTimeout)$/;

function refusalOf(answer: StsAnswer): Refused {
  const code = refusalIn(answer);
  if (code !== undefined && [400, 401, 403].includes(answer.status) && !BUSY.test(code)) {
    return refuse(
      'PROOF_REFUSED_BY_STS',
      `STS answers ${code}: made with credentials that are not valid (any more), for another audience or STS host, or altered.`,
    );
  }
  return refuse('STS_UNAVAILABLE', `STS gave an answer (${answer.status}${code ? ` ${code}` : ''}) that names nobody.`);
}

function refuse(refused: RefusalCode, reason: string): Refused {
  return { refused, reason };
}
