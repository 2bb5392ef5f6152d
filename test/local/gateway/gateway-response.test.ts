import { expect, test } from 'vitest';
import {
  GATEWAY_RESPONSES,
  type GatewayResponseCode,
  gatewayResponseTemplate,
} from '../../../src/http/gateway-response.ts';
import { gatewayResponse } from '../../../src/local/gateway/gateway-response.ts';

const codes = Object.keys(GATEWAY_RESPONSES) as GatewayResponseCode[];

test.each(codes)('%s: the deployed template renders to the local body', (code) => {
  const rendered = gatewayResponseTemplate(code)
    .replaceAll('$context.requestId', 'ID')
    .replaceAll('$context.authorizer.reason', '')
    .replaceAll('$context.error.messageString', '"a \\"quoted\\" word"');
  const local = gatewayResponse({ code, detail: 'a "quoted" word' }, 'ID').body.toString();
  expect(JSON.parse(rendered)).toEqual(JSON.parse(local));
});

test('no response type is claimed twice', () => {
  const types = codes.flatMap((code) => [...GATEWAY_RESPONSES[code].responseTypes]);
  expect(new Set(types).size).toBe(types.length);
});
