import { expect, test } from 'vitest';
import {
  GATEWAY_RESPONSES,
  type GatewayResponseCode,
  gatewayResponseTemplate,
} from '../../../src/http/gateway-response.ts';
import { gatewayResponse } from '../../../src/local/gateway/gateway-response.ts';

const codes = Object.keys(GATEWAY_RESPONSES) as GatewayResponseCode[];

test.each(codes.filter((code) => code !== 'ACCESS_DENIED' && code !== 'UNAUTHORIZED'))(
  '%s: the deployed template renders to the local body',
  (code) => {
    const rendered = gatewayResponseTemplate(code)
      .replaceAll('$context.requestId', 'ID')
      .replaceAll('$context.error.messageString', '"a \\"quoted\\" word"');
    const local = gatewayResponse({ code, message: 'a "quoted" word' }, 'ID').body.toString();
    expect(JSON.parse(rendered)).toEqual(JSON.parse(local));
  },
);

test.each([
  ['what an authorizer said is added to the message, which is all that AWS clients show', 'It has expired.'],
  ['where no authorizer spoke, nothing is', ''],
])('ACCESS_DENIED: %s', (_name, reason) => {
  const rendered = gatewayResponseTemplate('ACCESS_DENIED')
    .replaceAll('$context.requestId', 'ID')
    .replaceAll('$context.error.messageString', '"No."')
    .replaceAll('$context.error.message', 'No.')
    .replaceAll('$context.authorizer.reason', reason);
  const local = gatewayResponse({ code: 'ACCESS_DENIED', message: 'No.', reason }, 'ID').body.toString();
  expect(JSON.parse(rendered)).toEqual(JSON.parse(local));
  expect(JSON.parse(rendered)).toMatchObject({
    detail: expect.stringMatching(/ask who runs/),
    message: `No. ${reason}`,
  });
});

test('UNAUTHORIZED: AWS clients too are told what to do', () => {
  const rendered = gatewayResponseTemplate('UNAUTHORIZED')
    .replaceAll('$context.requestId', 'ID')
    .replaceAll('$context.error.message', 'Unauthorized');
  const local = gatewayResponse({ code: 'UNAUTHORIZED', message: 'Unauthorized' }, 'ID').body.toString();
  expect(JSON.parse(rendered)).toEqual(JSON.parse(local));
  expect(JSON.parse(rendered).message).toMatch(/^Unauthorized\. .*portcullis credentials/);
});

test('no response type is claimed twice', () => {
  const types = codes.flatMap((code) => [...GATEWAY_RESPONSES[code].responseTypes]);
  expect(new Set(types).size).toBe(types.length);
});
