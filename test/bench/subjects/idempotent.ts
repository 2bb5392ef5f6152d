/** BARE, made idempotent with Powertools directly: the client's token, SHA-256, a day, and no other body under one token. */
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { BedrockAgentClient, CreateAgentActionGroupCommand } from '@aws-sdk/client-bedrock-agent';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';

const bedrock = new BedrockAgentClient();
const persistenceStore = new DynamoDBPersistenceLayer({
  tableName: process.env.IDEMPOTENCY_TABLE as string,
  awsSdkV3Client: new DynamoDBClient(),
});
export const config = new IdempotencyConfig({
  eventKeyJmesPath: 'clientToken',
  payloadValidationJmesPath: '@',
  hashFunction: 'sha256',
  expiresAfterSeconds: 24 * 60 * 60,
});

export type Input = ConstructorParameters<typeof CreateAgentActionGroupCommand>[0];

/** Keeps what tells the group apart, as ours does: a record is one DynamoDB item of at most 400 KB. */
export const create = makeIdempotent(
  async (input: Input) => {
    const { agentActionGroup } = await bedrock.send(new CreateAgentActionGroupCommand(input));
    const { actionGroupId, actionGroupState, createdAt, updatedAt } = agentActionGroup ?? {};
    return {
      actionGroupId,
      actionGroupState,
      createdAt: createdAt?.toISOString(),
      updatedAt: updatedAt?.toISOString(),
    };
  },
  { persistenceStore, config },
);

export async function handler(event: APIGatewayProxyEvent, context: Context): Promise<APIGatewayProxyResult> {
  config.registerLambdaContext(context);
  const { agentId, agentVersion } = event.pathParameters as { agentId: string; agentVersion: string };
  const input = { ...JSON.parse(event.body ?? '{}'), agentId, agentVersion };
  const made = await create(input);
  return {
    statusCode: 201,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ agentActionGroup: { ...input, ...made } }),
  };
}
