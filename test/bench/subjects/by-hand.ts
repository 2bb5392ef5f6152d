/**
 * IDEMPOTENT with the rest of the packages that ours is made of, each used once and plainly: Middy and its parser, a Valibot schema of
 * the request, two rules in the code, a Logger line before and after the call, and a metric. What a team would write.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import * as v from 'valibot';
import { config, create, type Input } from './idempotent.ts';

const Name = v.pipe(v.string(), v.regex(/^([0-9a-zA-Z][_-]?){1,100}$/));
const Description = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const Parameter = v.strictObject({
  type: v.picklist(['string', 'number', 'integer', 'boolean', 'array']),
  description: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(500))),
  required: v.optional(v.boolean()),
});
const Func = v.strictObject({
  name: Name,
  description: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(1200))),
  parameters: v.optional(v.record(Name, Parameter)),
  requireConfirmation: v.optional(v.picklist(['ENABLED', 'DISABLED'])),
});
const Body = v.strictObject({
  clientToken: v.pipe(v.string(), v.regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,256}$/), v.minLength(33), v.maxLength(256)),
  actionGroupName: Name,
  description: v.optional(Description),
  parentActionGroupSignature: v.optional(
    v.picklist([
      'AMAZON.UserInput',
      'AMAZON.CodeInterpreter',
      'ANTHROPIC.Computer',
      'ANTHROPIC.Bash',
      'ANTHROPIC.TextEditor',
    ]),
  ),
  parentActionGroupSignatureParams: v.optional(v.record(v.string(), v.string())),
  actionGroupExecutor: v.optional(
    v.union([
      v.strictObject({ lambda: v.string() }),
      v.strictObject({ customControl: v.picklist(['RETURN_CONTROL']) }),
    ]),
  ),
  actionGroupState: v.optional(v.picklist(['ENABLED', 'DISABLED'])),
  apiSchema: v.optional(
    v.union([
      v.strictObject({ payload: v.string() }),
      v.strictObject({ s3: v.strictObject({ s3BucketName: v.string(), s3ObjectKey: v.string() }) }),
    ]),
  ),
  functionSchema: v.optional(v.strictObject({ functions: v.array(Func) })),
});

const logger = new Logger({ serviceName: 'bench' });
const metrics = new Metrics({ namespace: 'bench', serviceName: 'bench' });

type Event = Omit<APIGatewayProxyEvent, 'body'> & { body: unknown };

export const handler = middy<Event, APIGatewayProxyResult>()
  .use(httpJsonBodyParser())
  .handler(async (event: Event, context: Context): Promise<APIGatewayProxyResult> => {
    config.registerLambdaContext(context);
    const { agentId, agentVersion } = event.pathParameters as { agentId: string; agentVersion: string };
    const body = v.parse(Body, event.body);
    const { actionGroupExecutor: executor, parentActionGroupSignature: signature } = body;
    const allowed =
      (signature === undefined || signature === 'AMAZON.UserInput') &&
      (executor === undefined || !('lambda' in executor) || executor.lambda.startsWith('arn:aws:lambda:'));
    if (!allowed) return { statusCode: 403, body: '{"message":"denied"}' };
    const input = { ...body, agentId, agentVersion } as Input;
    logger.info('attempt', { agentId, actionGroupName: body.actionGroupName });
    const made = await create(input);
    logger.info('created', { agentId, ...made });
    metrics.addMetric('Created', 'Count', 1);
    metrics.publishStoredMetrics();
    return {
      statusCode: 201,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ agentActionGroup: { ...input, ...made } }),
    };
  });
