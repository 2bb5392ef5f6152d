/** Whom a policy's principal may name, checked with a remedy for each way of getting it wrong. */
import * as v from 'valibot';
import { ARN, type PrincipalPattern, parseArnPattern } from '../principal.ts';
import { quote } from '../quote.ts';
import { faultText, fields, type Schema, text, textThat } from './schema.ts';

const ArnPatternText = textThat((pattern) =>
  parseArnPattern(pattern) === undefined
    ? faultText(`${quote(pattern)} names no principals.`, remedy(pattern))
    : undefined,
);

const Claimed = fields({
  issuer: text('an issuer', /^\S{1,512}$/, 'Copy it from the token’s `iss`, such as https://idp.example.com/.'),
  claim: text('a claim', /^\S{1,256}$/, 'Write the claim’s name, such as groups.'),
  equals: text('a value', /^.{1,512}$/, 'Write the whole value; there is no *.'),
});

/** Chosen by the shape that was begun, so that the faults are about what the writer meant. */
export const PrincipalSchema: Schema<PrincipalPattern> = v.lazy((input) =>
  typeof input === 'object' && input !== null ? Claimed : ArnPatternText,
);

function remedy(pattern: string): string {
  const [, partition = '', service, account, resource = ''] = ARN.exec(pattern) ?? [];
  const parts = resource.split('/');
  if (service === 'sts' && parts[0] === 'assumed-role' && parts[1] !== undefined) {
    return `Name the role, which covers its sessions: arn:${partition}:iam::${account}:role/${quote(parts[1]).slice(1, -1)}.`;
  }
  if (service === 'iam' && parts[0] === 'role' && parts.length > 2) {
    return `Leave the path out, because sessions do not carry it: arn:${partition}:iam::${account}:role/${quote(parts.at(-1)).slice(1, -1)}.`;
  }
  return 'Write arn:PARTITION:iam::ACCOUNT:role/NAME, …:user/NAME or …:root (everyone in the account), with the partition and the 12-digit account in full; only the name may hold *.';
}
