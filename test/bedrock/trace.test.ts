import { expect, test } from 'vitest';
import { breakableService } from '../support/breakable-service.ts';
import { eventOf, invoke } from '../support/invoke.ts';

const service = breakableService();

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

/** The `traceparent` of each call that reached Bedrock. */
async function sentOn(traceparent: string): Promise<(string | undefined)[]> {
  const event = eventOf('create-action-group.201');
  event.multiValueHeaders.traceparent = [traceparent];
  expect((await invoke(service.config, event)).status).toBe(201);
  return service.bedrock.requests.map(({ headers }) => headers.traceparent);
}

test('the trace of the caller goes on in Bedrock, under a parent of its own, whatever is tried again', async () => {
  service.bedrock.fault({ kind: 'throttle', operation: 'CreateAgentActionGroup' });
  const [first, second] = await sentOn(`00-${TRACE}-${PARENT}-01`);
  expect(first).toMatch(new RegExp(`^00-${TRACE}-(?!${PARENT})[0-9a-f]{16}-01$`));
  expect(second).toBe(first);
});

test.each([
  ['no header', 'nonsense'],
  ['a trace of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
  ['a parent of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ['the version that is none', `ff-${TRACE}-${PARENT}-01`],
  ['a line break', `00-${TRACE}-${PARENT}-01\r\nx-injected: 1`],
])('%s is not continued', async (_name, traceparent) => {
  expect(await sentOn(traceparent)).toEqual([undefined]);
});
