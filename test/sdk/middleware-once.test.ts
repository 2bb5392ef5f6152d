import { BedrockAgentClient, GetAgentCommand } from '@aws-sdk/client-bedrock-agent';
import { describe, expect, test } from 'vitest';
import { doEachAttempt, withMiddlewareOnce } from '../../src/sdk/middleware-once.ts';
import { agentId, bench } from '../local/bedrock/support.ts';

const on = bench();

function clientThatRetries() {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  const client = new BedrockAgentClient({
    endpoint: on.emulator.url,
    region: 'us-east-1',
    maxAttempts: 3,
    credentials,
  });
  return withMiddlewareOnce(client);
}

/** Names the call in every attempt, and tells what each attempt began and ended with. */
function look(name: string, told: string[] = []): GetAgentCommand {
  const command = new GetAgentCommand({ agentId });
  doEachAttempt(command, async (headers, attempt) => {
    headers['user-agent'] = name;
    told.push(`${name} begins`);
    return attempt().finally(() => told.push(`${name} ends`));
  });
  return command;
}

const namesSent = () => on.emulator.requests.map(({ userAgent }) => userAgent);

describe('of calls that share their middleware', () => {
  test('each has its own work round its attempts, many at a time', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `call-${index}`);
    await Promise.all(names.map((name) => on.client.send(look(name))));
    expect(namesSent().sort()).toEqual(names.sort());
  });

  test('one without such work is left alone, after one that has it', async () => {
    await on.client.send(look('call'));
    await on.client.send(new GetAgentCommand({ agentId }));
    expect(namesSent()).toEqual(['call', expect.stringContaining('aws-sdk-js')]);
  });

  test('each retries for itself', async () => {
    on.emulator.fault({ kind: 'drop', times: 2 });
    const told: string[] = [];
    const { $metadata } = await clientThatRetries().send(look('call', told));
    expect($metadata.attempts).toBe(3);
    expect(told).toEqual(['call begins', 'call ends', 'call begins', 'call ends', 'call begins', 'call ends']);
  });

  test('the one whose signal fires ends, and no other', async () => {
    on.emulator.fault({ kind: 'hang' });
    const over = new AbortController();
    const hung = on.client.send(look('hung'), { abortSignal: over.signal });
    await expect.poll(() => namesSent()).toEqual(['hung']);
    const other = on.client.send(look('other'), { abortSignal: new AbortController().signal });
    over.abort();
    await expect(hung).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    await expect(other).resolves.toMatchObject({ agent: { agentId } });
  });

  test('one whose signal fired already sends nothing', async () => {
    await expect(on.client.send(look('late'), { abortSignal: AbortSignal.abort() })).rejects.toThrow();
    expect(namesSent()).toEqual([]);
  });

  test('one whose signal fires between two attempts makes no other', async () => {
    on.emulator.fault({ kind: 'throttle', times: 3 });
    const over = new AbortController();
    const command = look('call');
    doEachAttempt(command, (_, attempt) => attempt().finally(() => over.abort()));
    await expect(clientThatRetries().send(command, { abortSignal: over.signal })).rejects.toThrow();
    expect(namesSent()).toEqual(['call']);
  });
});

test('what is done round an attempt later stands round what was there before', async () => {
  const told: string[] = [];
  const command = look('inner', told);
  doEachAttempt(command, async (_, attempt) => {
    told.push('outer begins');
    return attempt().finally(() => told.push('outer ends'));
  });
  await on.client.send(command);
  expect(told).toEqual(['outer begins', 'inner begins', 'inner ends', 'outer ends']);
});
