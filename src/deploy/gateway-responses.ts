/** What the gateway answers by itself, in the shapes of both surfaces. */
import { GATEWAY_RESPONSES, type GatewayResponseCode, gatewayResponseTemplate } from '../http/gateway-response.ts';

export function gatewayResponseResources() {
  const codes = Object.keys(GATEWAY_RESPONSES) as GatewayResponseCode[];
  return Object.fromEntries(
    codes.flatMap((code) =>
      GATEWAY_RESPONSES[code].responseTypes.map((type) => [logicalId(type), gatewayResponseOf(code, type)]),
    ),
  );
}

/** A default response also answers where API Gateway has no type of its own for what went wrong. */
function gatewayResponseOf(code: GatewayResponseCode, type: string) {
  const { status, aws } = GATEWAY_RESPONSES[code];
  return {
    Type: 'AWS::ApiGateway::GatewayResponse',
    Properties: {
      RestApiId: { Ref: 'ApiGatewayRestApi' },
      ResponseType: type,
      StatusCode: String(status),
      ResponseParameters: {
        'gatewayresponse.header.Content-Type': "'application/problem+json'",
        'gatewayresponse.header.x-amzn-ErrorType': `'${aws}'`,
        'gatewayresponse.header.X-Request-Id': 'context.requestId',
      },
      ResponseTemplates: { 'application/json': gatewayResponseTemplate(code) },
    },
  };
}

function logicalId(responseType: string): string {
  const words = responseType.split('_').map((word) => word[0] + word.slice(1).toLowerCase());
  return `GatewayResponse${words.join('')}`;
}
