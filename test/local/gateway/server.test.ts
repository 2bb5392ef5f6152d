import { connect } from 'node:net';
import { expect, test } from 'vitest';
import type { Route } from '../../../src/local/gateway/route.ts';
import { gateway, send } from './gateway.ts';

/** A route whose handler starts when asked and ends when let. */
function heldRoute() {
  const started = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const route: Route = {
    method: 'GET',
    path: '/held',
    authorization: 'none',
    handler: async () => {
      started.resolve();
      await release.promise;
      return { statusCode: 200, body: '"finished"' };
    },
  };
  return { route, started: started.promise, release: release.resolve };
}

test('listens on loopback, under the port it tells', async () => {
  const { url, port } = await gateway();
  expect(url).toBe(`http://127.0.0.1:${port}`);
  expect(await (await fetch(`${url}/health`)).json()).toEqual({ done: true });
  expect(await (await fetch(`http://localhost:${port}/health`)).json()).toEqual({ done: true });
});

test('a port that is taken is refused', async () => {
  const { port } = await gateway();
  await expect(gateway({ port })).rejects.toThrow('EADDRINUSE');
});

test('close lets a running request finish, and accepts no more', async () => {
  const { route, started, release } = heldRoute();
  const { port, close } = await gateway({ routes: [route], closeTimeoutMs: 60_000 });
  const running = send(port, { target: '/held' });
  await started;
  const closed = close();
  await expect(send(port, { target: '/held' })).rejects.toThrow('ECONNREFUSED');
  release();
  expect((await running).text).toBe('"finished"');
  await closed;
});

test('close cuts off a request that will not finish', async () => {
  const { route, started } = heldRoute();
  const { port, close } = await gateway({ routes: [route], closeTimeoutMs: 1 });
  const running = expect(send(port, { target: '/held' })).rejects.toThrow('socket hang up');
  await started;
  await close();
  await running;
});

test('close does not wait for idle connections, and may be called twice', async () => {
  const { port, close } = await gateway({ closeTimeoutMs: 60_000 });
  const idle = connect(port, '127.0.0.1');
  const idleClosed = new Promise((resolve) => idle.once('close', resolve));
  await new Promise((resolve) => idle.once('connect', resolve));
  await send(port, {});
  idle.resume();
  await Promise.all([close(), close(), idleClosed]);
});

test('requests run side by side, on one connection one after the other', async () => {
  const { url, seen } = await gateway();
  const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`${url}/health`)));
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(new Set(seen.map(({ event }) => event.requestContext.requestId)).size).toBe(20);
});
