/** Changes to the event itself: what API Gateway may do to a request, and what nobody but a tester sends. */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Effect } from './mutate-edge.ts';
import type { Operation } from './operations.ts';
import type { Random } from './random.ts';

export interface EventChange {
  readonly did: string;
  readonly effect: Effect;
  readonly change: (event: APIGatewayProxyEvent) => APIGatewayProxyEvent;
}

type Identity = APIGatewayProxyEvent['requestContext']['identity'];

const caller = (identity: Partial<Identity>) => (event: APIGatewayProxyEvent) => ({
  ...event,
  requestContext: {
    ...event.requestContext,
    identity: { ...event.requestContext.identity, ...identity },
  },
});

/** ARNs that name no principal a policy could know. */
const NOBODY = [
  null,
  '',
  'garbage',
  'arn:aws:iam::111122223333:role/',
  'arn:aws:iam::111122223333:role/a*',
  'arn:aws:sts::111122223333:assumed-role/payments-ci',
  'arn:aws:iam::111122223333:role/payments-ci\n',
  `arn:aws:iam::111122223333:role/${'p'.repeat(5_000)}`,
  'arn:aws:iam::1111222233334:role/payments-ci',
];

const asBase64 = (event: APIGatewayProxyEvent): APIGatewayProxyEvent =>
  event.body === null || event.isBase64Encoded
    ? event
    : { ...event, body: Buffer.from(event.body).toString('base64'), isBase64Encoded: true };

export function strangeEvent(random: Random, operation: Operation): EventChange {
  const isHealth = operation.surface === 'health';
  const needsBody = operation.body === 'required';
  const strange = random.pick<EventChange>([
    { did: 'event: body as base64', effect: 'valid', change: asBase64 },
    {
      did: 'event: base64 of no UTF-8',
      effect: needsBody ? 'invalid' : 'either',
      change: (event) => ({
        ...event,
        body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]).toString('base64'),
        isBase64Encoded: true,
      }),
    },
    {
      did: 'event: no base64',
      effect: needsBody ? 'invalid' : 'either',
      change: (event) => ({
        ...event,
        body: random.pick(['!!!', '====', '{"a":1}', '\u0000', 'é']),
        isBase64Encoded: true,
      }),
    },
    {
      did: 'event: bytes that API Gateway replaced',
      effect: needsBody ? 'invalid' : 'either',
      change: (event) => ({ ...event, body: '{"description":"\ufffd"}', isBase64Encoded: false }),
    },
    {
      did: 'event: no headers',
      effect: needsBody ? 'invalid' : 'either',
      change: (event) => ({ ...event, headers: null, multiValueHeaders: null }) as never,
    },
    {
      did: 'event: no body',
      effect: needsBody ? 'invalid' : 'either',
      change: (event) => ({ ...event, body: random.pick([null, '']), isBase64Encoded: false }),
    },
    {
      did: 'event: a caller that cannot be named',
      effect: isHealth ? 'valid' : 'invalid',
      change: caller({ userArn: random.pick(NOBODY) }),
    },
    {
      did: 'event: an authorizer that says nonsense',
      effect: isHealth ? 'valid' : 'invalid',
      change: (event) => ({
        ...event,
        requestContext: {
          ...event.requestContext,
          authorizer: random.pick<object>([
            { arn: '' },
            { arn: 'arn:aws:iam::111122223333:role/platform-ci' },
            { arn: 7 },
            { arn: {}, expiresAtEpochSeconds: 'x' },
            { arn: 'arn:aws:iam::111122223333:role/platform-ci', expiresAtEpochSeconds: 'NaN' },
          ]) as never,
        },
      }),
    },
  ]);
  return strange;
}
