import { beforeAll, expect, test } from 'vitest';
import { styleOf } from '../../src/cli/style.ts';
import { readableLog } from '../../src/local/readable-log.ts';
import { freshToken, group, LAMBDA, type Service, startService } from '../support/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
  return () => service.close();
});

/** What a person sees of what the service logs meanwhile. */
async function seen(asking: () => Promise<unknown>): Promise<string[]> {
  const before = service.lines.length;
  await asking();
  const lines: string[] = [];
  const write = readableLog((text) => void lines.push(...text.trimEnd().split('\n')), styleOf({ env: {} }));
  for (const line of service.lines.slice(before)) write(line);
  return lines;
}

test('a change is one line', async () => {
  expect(await seen(() => service.post(group({ clientToken: freshToken() })))).toEqual([
    expect.stringMatching(
      /^\S+Z {2}done +payments +CreateAgentActionGroup bookings \w{10} of AGENT12345 {2}by \S+ {2}\S+$/,
    ),
  ]);
});

test('a denial is followed by what the policy found, and what to do', async () => {
  const elsewhere = { lambda: LAMBDA.replace('111122223333', '999922223333') };
  expect(await seen(() => service.post(group({ actionGroupName: 'other', actionGroupExecutor: elsewhere })))).toEqual([
    expect.stringMatching(/ denied +payments +CreateAgentActionGroup other of AGENT12345/),
    expect.stringMatching(/^ {4}denied by lambda-arn-has-required-prefix at \/actionGroupExecutor\/lambda: /),
  ]);
});

test('what is no decision is shown as it is logged', async () => {
  const lines = await seen(() => service.post('{'));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ message: 'refused', code: 'MALFORMED_BODY' }]);
});
