/** Who may call the local gateway: the demo keys, or the ones in `LOCAL_PRINCIPALS`. */
import * as v from 'valibot';
import { isPrincipalArn } from './identity.ts';

/** An entry without keys is the unsigned caller. */
export interface LocalPrincipal {
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** Must then arrive, unaltered, as `X-Amz-Security-Token`. */
  readonly sessionToken?: string;
  readonly arn: string;
  /** As `sts:GetCallerIdentity` gives it, `AROA…:session` or `AIDA…`; derived from the ARN unless given. */
  readonly userId?: string;
}

/** Two teams with keys, and one that needs none. The secrets are public and open nothing but this machine's demo. */
export const demoPrincipals: readonly LocalPrincipal[] = [
  { arn: 'arn:aws:iam::111122223333:role/demo-ci' },
  {
    accessKeyId: 'AKIDDEMOPAYMENTS',
    secretAccessKey: 'demo-secret-of-payments',
    arn: 'arn:aws:iam::111122223333:role/payments-ci',
  },
  {
    accessKeyId: 'AKIDDEMOTRAVEL',
    secretAccessKey: 'demo-secret-of-travel',
    arn: 'arn:aws:iam::111122223333:role/travel-ci',
  },
];

/** Every message is our own: Valibot's would quote the value, and the value may be a secret. */
const text = (name: string) => v.pipe(v.string(`${name} must be a string`), v.nonEmpty(`${name} must not be empty`));

const Entry = v.pipe(
  v.strictObject(
    {
      accessKeyId: v.optional(
        v.pipe(text('accessKeyId'), v.regex(/^\w{1,128}$/, 'accessKeyId may have letters, digits and _ only')),
      ),
      secretAccessKey: v.optional(text('secretAccessKey')),
      sessionToken: v.optional(text('sessionToken')),
      arn: v.pipe(
        v.string('arn is required, and must be a string'),
        v.check(
          isPrincipalArn,
          'arn must be like arn:aws:iam::111122223333:role/NAME, …:user/NAME or arn:aws:sts::111122223333:assumed-role/NAME/SESSION',
        ),
      ),
      userId: v.optional(text('userId')),
    },
    (issue) =>
      issue.expected === 'never'
        ? `it may have accessKeyId, secretAccessKey, sessionToken, arn and userId only`
        : issue.kind === 'schema' && issue.expected.startsWith('"')
          ? `${issue.expected.slice(1, -1)} is required`
          : 'it must be an object',
  ),
  v.check(
    (entry) => (entry.accessKeyId === undefined) === (entry.secretAccessKey === undefined),
    'accessKeyId and secretAccessKey go together; an entry without both is the unsigned caller',
  ),
  v.check(
    (entry) => entry.sessionToken === undefined || entry.accessKeyId !== undefined,
    'a sessionToken needs an accessKeyId and a secretAccessKey',
  ),
);

/**
 * Reads `LOCAL_PRINCIPALS`.
 *
 * @throws {Error} naming each bad entry by its place in the list, counted from 1. Never quotes a value: it may be a secret.
 */
export function parsePrincipals(json: string): readonly LocalPrincipal[] {
  const entries = listIn(json);
  const faults: string[] = [];
  const principals = entries.flatMap((entry, index) => {
    const parsed = v.safeParse(Entry, entry);
    if (parsed.success) return [parsed.output];
    for (const issue of parsed.issues) faults.push(`entry ${index + 1}: ${issue.message}.`);
    return [];
  });
  for (const [key, same] of Map.groupBy(principals, (principal) => principal.accessKeyId)) {
    if (same.length === 1) continue;
    faults.push(key === undefined ? 'only one entry may be without keys.' : `${key} names ${same.length} entries.`);
  }
  if (faults.length > 0) throw new Error(`LOCAL_PRINCIPALS: ${faults.join(' ')}`);
  return principals;
}

function listIn(json: string): unknown[] {
  let list: unknown;
  try {
    list = JSON.parse(json);
  } catch {
    // The parser's own message quotes the text around the mistake.
    throw new Error('LOCAL_PRINCIPALS is not JSON.');
  }
  if (Array.isArray(list) && list.length > 0) return list;
  throw new Error(
    'LOCAL_PRINCIPALS must be a list such as [{"accessKeyId": "AKIDLOCAL", "secretAccessKey": "…", "arn": "arn:aws:iam::111122223333:role/payments-ci"}].',
  );
}
