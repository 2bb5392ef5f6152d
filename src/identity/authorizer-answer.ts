/** What our Lambda authorizers have in common: reading one header, and API Gateway's policy. */
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';

/** Every value of a header that is not empty, whatever the case of its name. */
export function headerValuesIn(
  { headers, multiValueHeaders }: APIGatewayRequestAuthorizerEvent,
  header: string,
): string[] {
  const all: [string, (string | undefined)[] | undefined][] = multiValueHeaders
    ? Object.entries(multiValueHeaders)
    : Object.entries(headers ?? {}).map(([name, value]) => [name, [value]]);
  return all
    .filter(([name]) => name.toLowerCase() === header)
    .flatMap(([, values]) => values ?? [])
    .filter((value): value is string => value !== undefined && value !== '');
}

/**
 * Speaks of the whole surface, not of the one method that was asked for: API Gateway keeps it for the caller's next requests.
 *
 * @param methodArn `arn:aws:execute-api:us-east-1:111122223333:api/stage/PUT/aws/agents/…`
 */
export function answerFor(
  surface: 'aws' | 'v1',
  effect: 'Allow' | 'Deny',
  methodArn: string,
  principalId: string,
  context: Record<string, string>,
): APIGatewayAuthorizerResult {
  const [api, stage] = methodArn.split('/', 2);
  const statement = { Effect: effect, Action: 'execute-api:Invoke', Resource: `${api}/${stage}/*/${surface}/*` };
  return { principalId, policyDocument: { Version: '2012-10-17', Statement: [statement] }, context };
}

/** An error of the connection says what failed; its other members are not ours to log. */
export function causeOf(cause: unknown): unknown {
  return cause instanceof Error ? { name: cause.name, message: cause.message } : undefined;
}
