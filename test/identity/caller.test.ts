/** Whom API Gateway's event names, as the policy and the records know them. */
import type { APIGatewayEventIdentity } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { eventOf, invoke } from '../support/invoke.ts';
import { expectProblem } from '../support/problem.ts';
import { type AuditLine, group, sharedService } from '../support/service.ts';

const service = sharedService();

/** Answers a good creation for this caller; its log lines go where the service's go. */
function createAs(identity: Partial<APIGatewayEventIdentity>) {
  const event = { ...eventOf('create-action-group.201'), body: JSON.stringify(group()) };
  const { requestContext } = event;
  return invoke(
    service.config,
    { ...event, requestContext: { ...requestContext, identity: { ...requestContext.identity, ...identity } } },
    { write: (line) => service.lines.push(line) },
  );
}

const account = 'arn:aws:iam::111122223333';
const sessions = 'arn:aws:sts::111122223333';

/** A session's role. */
const roleOf = (arn: string) => `${account}:role/${arn.split('/').at(-2)}`;

describe('somebody that a policy can name', () => {
  test.each<[string, string, { session?: string }, string | undefined, number]>([
    [
      'a session of a role of team payments',
      `${sessions}:assumed-role/payments-ci/build-1`,
      { session: 'build-1' },
      'payments',
      201,
    ],
    ['the role itself', `${account}:role/payments-ci`, {}, 'payments', 201],
    ['the role under its path, which sessions do not show', `${account}:role/ci/payments-ci`, {}, 'payments', 201],
    ['a user of that name: another kind', `${account}:user/payments-ci`, {}, undefined, 403],
    ['the role in another account', 'arn:aws:iam::999922223333:role/payments-ci', {}, undefined, 403],
    ['the role in another partition', 'arn:aws-cn:iam::111122223333:role/payments-ci', {}, undefined, 403],
    ['the role in other capitals', `${account}:role/Payments-ci`, {}, undefined, 403],
    [
      "a session that calls itself by the team's role",
      `${sessions}:assumed-role/other/payments-ci`,
      { session: 'payments-ci' },
      undefined,
      403,
    ],
    ['the root user', `${account}:root`, {}, undefined, 403],
    ['a federated user', `${sessions}:federated-user/payments-ci`, {}, undefined, 403],
  ])('%s', async (_name, userArn, { session }, team, status) => {
    const reply = await createAs({ userArn });
    expect(reply.status).toBe(status);
    const [{ actor: recorded, src_endpoint, http_request }] = service.events() as [AuditLine];
    expect(recorded).toEqual({
      user: {
        uid: 'AROAEXAMPLEPAYMENTSCI',
        uid_alt: userArn,
        name: session === undefined ? (userArn.split(/[/:]/).at(-1) as string) : userArn.split('/').at(-2),
        account: { uid: '111122223333', type_id: 10, type: 'AWS Account' },
        ...(team === undefined ? {} : { groups: [{ name: team }] }),
      },
      ...(session === undefined ? {} : { session: { uid: session, issuer: roleOf(userArn) } }),
    });
    expect(src_endpoint).toEqual({ ip: '192.0.2.44' });
    expect(http_request).toEqual({ user_agent: expect.any(String) });
  });
});

describe('nobody', () => {
  test.each<[string, string | null]>([
    ['no ARN', null],
    ['an empty ARN', ''],
    ['a service', 'arn:aws:iam::111122223333:assumed-role'],
    ['an ARN with a line break', `${account}:role/payments-ci\n`],
    ['an ARN with a letter that only looks right', `${account}:role/p\u0430yments-ci`],
    ['an account of thirteen digits', 'arn:aws:iam::1111222233334:role/payments-ci'],
    ['an account without digits', 'arn:aws:iam::anonymous:role/payments-ci'],
    ['a session without a name', `${sessions}:assumed-role/payments-ci`],
    ['more than IAM ever wrote', `${account}:role/${'a'.repeat(3_000)}`],
  ])('%s', async (_name, userArn) => {
    expectProblem(await createAs({ userArn }), 'CALLER_UNKNOWN', {
      detail: expect.stringMatching(/^Sign the request/),
    });
    expect(service.audits()).toEqual([]);
    expect(service.bedrock.requests).toEqual([]);
  });
});
