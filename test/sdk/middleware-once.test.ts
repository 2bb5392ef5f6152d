import { BedrockAgentClient, GetAgentCommand } from '@aws-sdk/client-bedrock-agent';
import { describe, expect, test } from 'vitest';
import { type AttemptWatch, withMiddlewareOnce } from '../../src/sdk/middleware-once.ts';
import { agentId, bench } from '../local/bedrock/support.ts';

const on = bench();
const look = () => new GetAgentCommand({ agentId });

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
function watchOf(name: string, told: string[] = []): AttemptWatch {
  return async (headers, attempt) => {
    headers['user-agent'] = name;
    told.push(`${name} begins`);
    return attempt().finally(() => told.push(`${name} ends`));
  };
}

const namesSent = () => on.emulator.requests.map(({ userAgent }) => userAgent);

describe('of calls that share their middleware', () => {
  test('each has its own watch, many at a time', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `call-${index}`);
    await Promise.all(names.map((name) => on.client.sendWatched(look(), watchOf(name))));
    expect(namesSent().sort()).toEqual(names.sort());
  });

  test('one without a watch has none, after one that has', async () => {
    await on.client.sendWatched(look(), watchOf('call'));
    await on.client.send(look());
    expect(namesSent()).toEqual(['call', expect.stringContaining('aws-sdk-js')]);
  });

  test('each retries for itself', async () => {
    on.emulator.fault({ kind: 'drop', times: 2 });
    const told: string[] = [];
    const { $metadata, agent } = await clientThatRetries().sendWatched(look(), watchOf('call', told));
    expect(agent).toMatchObject({ agentId });
    expect($metadata.attempts).toBe(3);
    expect(told).toEqual(['call begins', 'call ends', 'call begins', 'call ends', 'call begins', 'call ends']);
  });

  test('the one whose signal fires ends, and no other', async () => {
    on.emulator.fault({ kind: 'hang' });
    const over = new AbortController();
    const hung = on.client.sendWatched(look(), watchOf('hung'), { abortSignal: over.signal });
    await expect.poll(() => namesSent()).toEqual(['hung']);
    const other = on.client.send(look(), { abortSignal: new AbortController().signal });
    over.abort();
    await expect(hung).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    await expect(other).resolves.toMatchObject({ agent: { agentId } });
  });

  test('one whose signal fired already sends nothing', async () => {
    await expect(on.client.send(look(), { abortSignal: AbortSignal.abort() })).rejects.toThrow();
    expect(namesSent()).toEqual([]);
  });

  test('those whose signal fires between two attempts make no other, and the rest go on', async () => {
    const client = clientThatRetries();
    const names = Array.from({ length: 12 }, (_, index) => `call-${index}`);
    const stops = (name: string) => Number(name.slice(5)) % 2 === 0;
    on.emulator.fault({ kind: 'throttle', times: names.length });
    const ended = await Promise.allSettled(
      names.map((name) => {
        const over = new AbortController();
        const watch: AttemptWatch = (headers, attempt) =>
          watchOf(name)(headers, attempt).finally(() => stops(name) && over.abort());
        return client.sendWatched(look(), watch, { abortSignal: over.signal });
      }),
    );
    expect(ended.map(({ status }) => status)).toEqual(names.map((name) => (stops(name) ? 'rejected' : 'fulfilled')));
    const expected = names.flatMap((name) => (stops(name) ? [name] : [name, name]));
    expect(namesSent().sort()).toEqual(expected.sort());
  });
});

describe('a call that is more than usual is made as by any client', () => {
  test('another option', async () => {
    on.emulator.fault({ kind: 'hang' });
    await expect(on.client.send(look(), { requestTimeout: 50 })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('middleware of its command, which no later call has', async () => {
    const command = look();
    command.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers['user-agent'] = 'its own';
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    await on.client.send(command);
    await on.client.send(look());
    expect(namesSent()).toEqual(['its own', expect.stringContaining('aws-sdk-js')]);
  });

  test('both of these where it is watched', async () => {
    const command = look();
    command.middlewareStack.add((next) => next, { step: 'build' });
    on.emulator.fault({ kind: 'hang' });
    const over = new AbortController();
    const hung = on.client.sendWatched(command, watchOf('hung'), { abortSignal: over.signal });
    await expect.poll(() => namesSent()).toEqual(['hung']);
    over.abort();
    await expect(hung).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });

  test('a callback', async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    on.client.send(look(), (_error, answer) => resolve(answer));
    expect(await promise).toMatchObject({ agent: { agentId } });
  });
});
