/** The floor: a handler that parses the body and makes one SDK call, as a good engineer writes it. */
import { BedrockAgentClient, CreateAgentActionGroupCommand } from '@aws-sdk/client-bedrock-agent';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

const bedrock = new BedrockAgentClient();

export async function handler({ body, pathParameters }: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const { agentId, agentVersion } = pathParameters as { agentId: string; agentVersion: string };
  const command = new CreateAgentActionGroupCommand({ ...JSON.parse(body ?? '{}'), agentId, agentVersion });
  const { agentActionGroup } = await bedrock.send(command);
  return {
    statusCode: 201,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ agentActionGroup }),
  };
}
