/** Reads what STS answers to `GetCallerIdentity`: JSON, which we ask for, or the XML of its Query protocol. */
import * as v from 'valibot';
import { parsePrincipalArn } from '../policy/principal.ts';

export interface StsAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Who signed the proof, as STS says. */
export interface Identity {
  readonly arn: string;
  /** `AROA…:session` of a role, `AIDA…` of a user. */
  readonly userId: string;
  readonly account: string;
}

const Members = v.object({
  Arn: v.string(),
  UserId: v.pipe(v.string(), v.regex(/^[A-Z0-9]{12,128}(:[\w+=,.@:-]{2,193})?$/)),
  Account: v.pipe(v.string(), v.regex(/^\d{12}$/)),
});

const Json = v.object({ GetCallerIdentityResponse: v.object({ GetCallerIdentityResult: Members }) });
const JsonRefusal = v.object({ Error: v.object({ Code: v.string() }) });

/** Undefined unless the answer names, beyond doubt, one principal that a policy could name too. */
export function identityIn(answer: StsAnswer): Identity | undefined {
  if (answer.status !== 200) return undefined;
  const members = isJson(answer) ? inJson(answer.body) : isXml(answer) ? inXml(answer.body) : undefined;
  if (members === undefined) return undefined;
  const { Arn: arn, UserId: userId, Account: account } = members;
  return parsePrincipalArn(arn)?.account === account ? { arn, userId, account } : undefined;
}

/** STS's own word for a refusal, such as `SignatureDoesNotMatch`; undefined when this is no refusal by STS. */
export function refusalIn(answer: StsAnswer): string | undefined {
  const code = isJson(answer) ? codeInJson(answer.body) : isXml(answer) ? CODE.exec(answer.body)?.[1] : undefined;
  return /^[A-Za-z.]{1,64}$/.test(code ?? '') ? code : undefined;
}

function isJson({ contentType }: StsAnswer): boolean {
  return /^application\/json\s*(;|$)/i.test(contentType);
}

function isXml({ contentType }: StsAnswer): boolean {
  return /^(text|application)\/xml\s*(;|$)/i.test(contentType);
}

function inJson(body: string): v.InferOutput<typeof Members> | undefined {
  try {
    return v.parse(Json, JSON.parse(body)).GetCallerIdentityResponse.GetCallerIdentityResult;
  } catch {
    return undefined;
  }
}

function codeInJson(body: string): string | undefined {
  try {
    return v.parse(JsonRefusal, JSON.parse(body)).Error.Code;
  } catch {
    return undefined;
  }
}

/** The whole document has one shape. No entity, comment or second element finds room in it, so no parser is needed. */
function inXml(body: string): v.InferOutput<typeof Members> | undefined {
  const result = DOCUMENT.exec(body)?.[1];
  if (result === undefined) return undefined;
  const members = [...result.matchAll(MEMBER)].map(([, name, text]) => [name, text]);
  const parsed = v.safeParse(Members, Object.fromEntries(members));
  return members.length === 3 && parsed.success ? parsed.output : undefined;
}

const CODE =
  /^\s*<ErrorResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/">\s*<Error>[\s\S]*?<Code>([^<]*)<\/Code>/;
const MEMBER = /<(Arn|UserId|Account)>([^<>&]*)<\/\1>/g;
const DOCUMENT = new RegExp(
  '^\\s*(?:<\\?xml [^<>]*\\?>\\s*)?' +
    '<GetCallerIdentityResponse xmlns="https://sts\\.amazonaws\\.com/doc/2011-06-15/">\\s*' +
    `<GetCallerIdentityResult>((?:\\s*${MEMBER.source.replace('\\1', '\\2')}){3})\\s*</GetCallerIdentityResult>\\s*` +
    '<ResponseMetadata>\\s*<RequestId>[\\w-]*</RequestId>\\s*</ResponseMetadata>\\s*' +
    '</GetCallerIdentityResponse>\\s*$',
);
