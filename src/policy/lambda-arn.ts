/** The fields of a Lambda function's ARN, and of the prefix of one. */
export interface LambdaArn {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly name: string;
  readonly qualifier?: string;
}

/** Undefined for whatever is not the ARN of a function, perhaps with a version or alias after it. */
export function parseLambdaArn(arn: string): LambdaArn | undefined {
  if (typeof arn !== 'string') return undefined;
  const [scheme, partition = '', service, region = '', account = '', kind, name = '', qualifier, ...rest] =
    arn.split(':');
  const sound =
    scheme === 'arn' &&
    service === 'lambda' &&
    kind === 'function' &&
    rest.length === 0 &&
    PARTITION.test(partition) &&
    REGION.test(region) &&
    ACCOUNT.test(account) &&
    NAME.test(name) &&
    (qualifier === undefined || QUALIFIER.test(qualifier));
  if (!sound) return undefined;
  return { partition, region, account, name, ...(qualifier === undefined ? {} : { qualifier }) };
}

/** What a policy may write as a prefix: literal up to `:function:`, then nothing or (the beginning of) a name. */
export function parseLambdaPrefix(prefix: string): LambdaArn | undefined {
  const fields = prefix.split(':');
  const name = fields[6];
  if (fields.length !== 7 || name === undefined) return undefined;
  // An empty name is lent a letter, so that one parser serves both.
  const parsed = parseLambdaArn(name === '' ? `${prefix}x` : prefix);
  return parsed && { ...parsed, name };
}

/**
 * The fields in which a function falls outside a prefix; none if it lies within.
 *
 * Fields are compared one by one because text is not: `…:function:book` would let `…:function:bookkeeper` through, and
 * an ARN without its account would let every account through. A name that ends in `-` or `_` is a beginning, any other is
 * whole; the qualifier picks a version of the same function and is never looked at.
 */
export function outsidePrefix(arn: LambdaArn, prefix: LambdaArn): ('partition' | 'account' | 'region' | 'name')[] {
  const isBeginning = prefix.name === '' || /[-_]$/.test(prefix.name);
  const within = isBeginning ? arn.name.startsWith(prefix.name) : arn.name === prefix.name;
  return [
    ...(['partition', 'account', 'region'] as const).filter((field) => arn[field] !== prefix[field]),
    ...(within ? [] : (['name'] as const)),
  ];
}

const PARTITION = /^aws(-[a-z]+)*$/;
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;
const ACCOUNT = /^\d{12}$/;
const NAME = /^[a-zA-Z0-9_.-]{1,140}$/;
const QUALIFIER = /^(\$LATEST|[a-zA-Z0-9_-]{1,128})$/;
