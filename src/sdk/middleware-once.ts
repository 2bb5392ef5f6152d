import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Does one attempt of a call.
 *
 * @param headers as they are sent: signed already, so what is added to them is not
 */
export type AroundAttempt = <T>(headers: Record<string, string>, attempt: () => Promise<T>) => Promise<T>;

/** What a single call brings along to the middleware that it shares with others. */
interface OneCall {
  readonly abortSignal: AbortSignal | undefined;
  readonly aroundAttempt: AroundAttempt | undefined;
}

declare const once: unique symbol;

/** Of a client that `doEachAttempt` works for. */
export interface MiddlewareOnce {
  readonly [once]: true;
}

type Next = (args: { request: { headers: Record<string, string> } }) => Promise<unknown>;

/** As much of a client of the SDK as is touched here; each kind has types of its own for the same thing. */
interface SdkClient {
  readonly config: {
    cacheMiddleware?: boolean | undefined;
    readonly requestHandler: { handle(request: unknown, options?: { abortSignal?: AbortSignal }): unknown };
  };
  readonly middlewareStack: { add(middleware: (next: Next, context: object) => Next, options: object): void };
  send(command: object, options?: { abortSignal?: AbortSignal }): Promise<unknown>;
}

const calls = new AsyncLocalStorage<OneCall>();
const aroundAttempts = new WeakMap<object, AroundAttempt>();

/**
 * Has every attempt of a command done within `around`, which stands round what was there before it.
 *
 * @param command is sent by a client of `MiddlewareOnce`; any other knows nothing of it
 */
export function doEachAttempt(command: object, around: AroundAttempt): void {
  const inner = aroundAttempts.get(command);
  const both: AroundAttempt = (headers, attempt) =>
    around(headers, () => (inner === undefined ? attempt() : inner(headers, attempt)));
  aroundAttempts.set(command, inner === undefined ? around : both);
}

/**
 * Has a client put its middleware together once for each kind of command instead of once for each call, which is 200 µs of a
 * warm creation's three calls (`npm run bench`).
 *
 * That is the SDK's own `cacheMiddleware`; but it knows no options of a call, and no middleware of a command. Here a call has
 * its `abortSignal` all the same, and `doEachAttempt` stands in for a command's middleware. Any other option is ignored.
 */
export function withMiddlewareOnce<Client extends object>(client: Client): Client & MiddlewareOnce {
  const { config, middlewareStack, send } = client as unknown as SdkClient;
  const { requestHandler } = config;
  const { handle } = requestHandler;
  config.cacheMiddleware = true;

  middlewareStack.add(
    (next, context) => {
      const shared = smithyContextOf(context);
      // The first command of its kind, which would stay in memory with its body.
      delete shared.commandInstance;
      // Where the SDK looks whether it may try again.
      Object.defineProperty(shared, 'abortSignal', { get: () => calls.getStore()?.abortSignal });
      return (args) => {
        const around = calls.getStore()?.aroundAttempt;
        return around === undefined ? next(args) : around(args.request.headers, () => next(args));
      };
    },
    { step: 'finalizeRequest', priority: 'low', name: 'portcullisAttempts' },
  );
  requestHandler.handle = (request) =>
    handle.call(requestHandler, request, { abortSignal: calls.getStore()?.abortSignal as AbortSignal });

  Object.assign(client, {
    send(command: object, { abortSignal }: { abortSignal?: AbortSignal } = {}) {
      const call = { abortSignal, aroundAttempt: aroundAttempts.get(command) };
      return calls.run(call, () => send.call(client, command));
    },
  });
  return client as Client & MiddlewareOnce;
}

function smithyContextOf(context: object): { commandInstance?: unknown } {
  return (context as { __smithy_context: { commandInstance?: unknown } }).__smithy_context;
}
