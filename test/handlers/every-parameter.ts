/** Every parameter that boto3 and paws document for `create_agent_action_group`, for what is to come back as it was sent. */
import { type Caller, PLATFORM, TRAVEL } from '../support/callers.ts';
import { group, LAMBDA } from '../support/service.ts';

export const OPENAPI = JSON.stringify({
  openapi: '3.0.0',
  paths: { '/book': { post: { description: 'Books.', operationId: 'book', responses: { 200: {} } } } },
});

const parameter = (type: string, required: boolean) => ({ description: `Of type ${type}.`, type, required });

/** With the caller whose team may have it, where that is not `PAYMENTS`. */
export const EVERY_PARAMETER: readonly [string, Record<string, unknown>, (Caller | undefined)?][] = [
  ['nothing but a name', { actionGroupName: 'bookings' }],
  ['description', group({ description: 'Books tables, und auch Tische ☃ \u{1f37d}.' })],
  ['actionGroupState', group({ actionGroupState: 'DISABLED' })],
  ['actionGroupExecutor.lambda, with an alias', group({ actionGroupExecutor: { lambda: `${LAMBDA}:live` } })],
  ['actionGroupExecutor.customControl', group({ actionGroupExecutor: { customControl: 'RETURN_CONTROL' } }), TRAVEL],
  [
    'apiSchema.s3',
    {
      actionGroupName: 'bookings',
      apiSchema: { s3: { s3BucketName: 'acme-agent-schemas', s3ObjectKey: "a/b!-_.*'()c.json" } },
    },
  ],
  ['apiSchema.payload', { actionGroupName: 'bookings', apiSchema: { payload: OPENAPI } }],
  [
    'functionSchema, with every type of parameter',
    group({
      functionSchema: {
        functions: [
          {
            name: 'book',
            description: 'Books.',
            requireConfirmation: 'ENABLED',
            parameters: {
              guest: parameter('string', true),
              price: parameter('number', false),
              guests: parameter('integer', false),
              inside: parameter('boolean', false),
              wishes: parameter('array', true),
            },
          },
          { name: 'cancel', requireConfirmation: 'DISABLED' },
        ],
      },
    }),
  ],
  ['AMAZON.UserInput', { actionGroupName: 'UserInputAction', parentActionGroupSignature: 'AMAZON.UserInput' }],
  [
    'AMAZON.CodeInterpreter',
    { actionGroupName: 'CodeInterpreterAction', parentActionGroupSignature: 'AMAZON.CodeInterpreter' },
  ],
  ...['Computer', 'Bash', 'TextEditor'].map((tool): [string, Record<string, unknown>, Caller] => [
    `ANTHROPIC.${tool}, with its parameters`,
    {
      actionGroupName: tool,
      parentActionGroupSignature: `ANTHROPIC.${tool}`,
      parentActionGroupSignatureParams: { type: `${tool.toLowerCase()}_20241022` },
    },
    PLATFORM,
  ]),
];
