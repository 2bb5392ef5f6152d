/** Who a caller is, read from an ARN, and whom a policy's principal names. */
import { globMatches } from './glob.ts';
import type { IamPrincipal, Principal } from './request.ts';

/**
 * The caller behind an ARN as IAM, STS and API Gateway write it. An assumed-role session is its role: the session's name
 * is chosen by whoever assumes the role, so it is kept apart and never matched.
 *
 * Undefined for everything else, look-alikes included: what cannot be read exactly is nobody. Names keep their case. A role
 * loses its path, because session ARNs carry none and a role's name is unique in its account without it; a user keeps it,
 * because its ARN always shows it.
 */
export function parsePrincipalArn(arn: string): (IamPrincipal & { readonly session?: string }) | undefined {
  if (typeof arn !== 'string' || arn.length > 2048) return undefined;
  const [, partition = '', service, account = '', resource = ''] = ARN.exec(arn) ?? [];
  const kind = 'iam' as const;
  if (service === 'iam' && resource === 'root') return { kind, partition, account, type: 'root', name: '' };
  const [type, ...names] = resource.split('/');
  const last = names.at(-1);
  if (last === undefined || !names.every((name) => NAME.test(name))) return undefined;
  if (service === 'iam' && type === 'role') return { kind, partition, account, type, name: last };
  if (service === 'iam' && type === 'user') return { kind, partition, account, type, name: names.join('/') };
  if (service !== 'sts') return undefined;
  if (type === 'assumed-role' && names.length === 2) {
    return { kind, partition, account, type: 'role', name: names[0] as string, session: last };
  }
  if (type === 'federated-user' && names.length === 1) return { kind, partition, account, type, name: last };
  return undefined;
}

/** The caller in one line: an ARN, or the token's issuer and subject. */
export function principalText(principal: Principal): string {
  if (principal.kind === 'jwt') {
    const subject = Object.hasOwn(principal.claims, 'sub') ? ` (sub ${String(principal.claims.sub)})` : '';
    return `${principal.issuer}${subject}`;
  }
  const { partition, account, type, name } = principal;
  const service = type === 'federated-user' ? 'sts' : 'iam';
  return `arn:${partition}:${service}::${account}:${type === 'root' ? 'root' : `${type}/${name}`}`;
}

/** Whom a team names: an ARN, or whoever shows a token of this issuer with this claim. */
export type PrincipalPattern = string | JwtPattern;

export interface JwtPattern {
  readonly issuer: string;
  readonly claim: string;
  readonly equals: string;
}

/** An ARN of a team's principals, taken apart. `account` stands for everyone in the account. */
export interface ArnPattern {
  readonly partition: string;
  readonly account: string;
  readonly type: 'role' | 'user' | 'account';
  /** A glob; of an account empty. */
  readonly name: string;
}

/** Undefined if the text is no pattern; `principal-schema.ts` says why. */
export function parseArnPattern(pattern: string): ArnPattern | undefined {
  if (pattern.length > 512) return undefined;
  const [, partition = '', service, account = '', resource = ''] = ARN.exec(pattern) ?? [];
  if (service !== 'iam') return undefined;
  if (resource === 'root') return { partition, account, type: 'account', name: '' };
  const [type, ...names] = resource.split('/');
  if (names.length === 0 || !names.every((name) => GLOB.test(name))) return undefined;
  if (type === 'role' && names.length === 1) return { partition, account, type, name: names[0] as string };
  if (type === 'user') return { partition, account, type, name: names.join('/') };
  return undefined;
}

export function arnPatternMatches(pattern: ArnPattern, principal: IamPrincipal): boolean {
  if (pattern.partition !== principal.partition || pattern.account !== principal.account) return false;
  if (pattern.type === 'account') return true;
  return pattern.type === principal.type && globMatches(pattern.name, principal.name);
}

/** The claim is compared whole: a list matches by an element, a text never by a part of it. */
export function jwtPatternMatches(
  pattern: JwtPattern,
  issuer: string,
  claims: Readonly<Record<string, unknown>>,
): boolean {
  if (pattern.issuer !== issuer || !Object.hasOwn(claims, pattern.claim)) return false;
  const claim = claims[pattern.claim];
  return Array.isArray(claim) ? claim.includes(pattern.equals) : claim === pattern.equals;
}

/** IAM and STS are global: the region is empty. Neither `\w` nor `$` lets in a letter beyond ASCII or a line break. */
export const ARN = /^arn:(aws(?:-[a-z]+)*):(iam|sts)::(\d{12}):([^:]+)$/;
const NAME = /^[\w+=,.@-]{1,64}$/;
const GLOB = /^[\w+=,.@*-]{1,64}$/;
