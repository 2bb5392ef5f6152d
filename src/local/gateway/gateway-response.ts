import { GATEWAY_RESPONSES, gatewayResponseBody, type Refusal } from '../../http/gateway-response.ts';
import type { Answer } from './answer.ts';

export function gatewayResponse(refusal: Refusal, requestId: string): Answer {
  const { status, aws } = GATEWAY_RESPONSES[refusal.code];
  return {
    status,
    headers: [
      ['Content-Type', 'application/problem+json'],
      ['x-amzn-ErrorType', aws],
      ['X-Request-Id', requestId],
    ],
    body: Buffer.from(JSON.stringify(gatewayResponseBody(refusal, requestId))),
  };
}
