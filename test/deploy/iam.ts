/**
 * IAM's evaluation of one document, as far as ours use it: an explicit deny wins, then an allow; of conditions the negated
 * ones, which hold where the key is absent.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
import type { PolicyDocument, Statement } from '../../src/deploy/guard-rails.ts';

export interface IamRequest {
  readonly action: string;
  readonly resource: string;
  /** Condition keys, such as `aws:PrincipalArn`. */
  readonly context: Readonly<Record<string, string | undefined>>;
}

export function evaluate({ Statement }: PolicyDocument, request: IamRequest): 'deny' | 'allow' | 'nothing' {
  const effects = new Set(Statement.filter((one) => applies(one, request)).map(({ Effect }) => Effect));
  return effects.has('Deny') ? 'deny' : effects.has('Allow') ? 'allow' : 'nothing';
}

function applies({ Action, Resource, Condition = {} }: Statement, { action, resource, context }: IamRequest): boolean {
  return (
    Action.some((pattern) => like(pattern.toLowerCase(), action.toLowerCase())) &&
    Resource.some((pattern) => pattern === '*' || arnLike(pattern, resource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, patterns]) => {
        const matches = OPERATORS[operator];
        if (matches === undefined) throw new Error(`not known here: ${operator}`);
        const value = context[key];
        return value === undefined || !patterns.some((pattern) => matches(pattern, value));
      }),
    )
  );
}

/** All of them negated. */
const OPERATORS: Readonly<Record<string, (pattern: string, value: string) => boolean>> = {
  ArnNotLike: arnLike,
  StringNotLike: like,
};

/** A star stays within its field; the resource is the last one, with all that follows. */
function arnLike(pattern: string, arn: string): boolean {
  const [wanted, given] = [fieldsOf(pattern), fieldsOf(arn)];
  return wanted.length === 6 && given.length === 6 && wanted.every((field, index) => like(field, given[index]!));
}

function fieldsOf(arn: string): string[] {
  const fields = arn.split(':');
  return [...fields.slice(0, 5), ...(fields.length > 5 ? [fields.slice(5).join(':')] : [])];
}

function like(pattern: string, text: string): boolean {
  const expression = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}
