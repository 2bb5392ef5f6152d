import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Stands round one attempt of a call.
 *
 * @param headers as they are sent: signed already, so what is added to them is not
 */
export type AttemptWatch = <T>(headers: Record<string, string>, attempt: () => Promise<T>) => Promise<T>;

interface CallOptions {
  readonly abortSignal?: AbortSignal | undefined;
}

/** Any command of the SDK: each kind has types of its own, of which what it answers is wanted here. */
export interface SdkCommand {
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: unknown }>;
}

type OutputOf<Command extends SdkCommand> = Awaited<ReturnType<ReturnType<Command['resolveMiddleware']>>>['output'];

/** What other clients cannot do. */
export interface WatchedSending {
  /** As `send` does, with each attempt of the call made within `watch`. */
  sendWatched<C extends SdkCommand>(command: C, watch: AttemptWatch, options?: CallOptions): Promise<OutputOf<C>>;
}

/** What a single call brings along to the middleware that it shares with others. */
interface OneCall extends CallOptions {
  readonly watch: AttemptWatch | undefined;
}

type Next = (args: { request: { headers: Record<string, string> } }) => Promise<unknown>;
type Command = { readonly middlewareStack: { identify(): string[] } };

/** As much of a client of the SDK as is touched here; each kind has types of its own for the same thing. */
interface SdkClient {
  readonly config: {
    cacheMiddleware?: boolean | undefined;
    readonly requestHandler: { handle(request: unknown, options?: CallOptions): unknown };
  };
  readonly middlewareStack: { add(middleware: (next: Next, context: object) => Next, options: object): void };
  send(command: Command, ...rest: unknown[]): Promise<unknown>;
}

const calls = new AsyncLocalStorage<OneCall>();

/**
 * Has a client put its middleware together once for each kind of command instead of once for each call, which is 200 µs of a
 * warm creation's three calls (`npm run bench`).
 *
 * That is the SDK's own `cacheMiddleware`; but it knows no options of a call. Here a call has its `abortSignal` all the same,
 * and its watch. What else a call may have (other options, middleware of its command's own, a callback) has the SDK put its
 * middleware together for that call.
 *
 * Calls of one kind share the context that middleware writes to. What it finds there, the endpoint and the way of signing,
 * must be the client's, not a call's; of our clients it is.
 */
export function withMiddlewareOnce<Client extends object>(client: Client): Client & WatchedSending {
  const { config, middlewareStack, send } = client as unknown as SdkClient;
  const { requestHandler } = config;
  const { handle } = requestHandler;
  config.cacheMiddleware = true;

  middlewareStack.add(
    (next, context) => {
      const shared = smithyContextOf(context);
      const { abortSignal } = shared;
      // The first command of its kind, which would stay in memory with its body.
      delete shared.commandInstance;
      // Where the SDK looks whether it may try again.
      Object.defineProperty(shared, 'abortSignal', { get: () => abortSignal ?? calls.getStore()?.abortSignal });
      return (args) => {
        const watch = calls.getStore()?.watch;
        return watch === undefined ? next(args) : watch(args.request.headers, () => next(args));
      };
    },
    { step: 'finalizeRequest', priority: 'low', name: 'portcullisAttempts' },
  );
  requestHandler.handle = (request, options) =>
    handle.call(requestHandler, request, { abortSignal: calls.getStore()?.abortSignal, ...options });

  return Object.assign(client, {
    send(command: Command, ...rest: unknown[]) {
      const [options = {}, ...others] = rest as [CallOptions?];
      if (!isUsual(command, options, others)) return send.call(client, command, options, ...others);
      return calls.run({ abortSignal: options.abortSignal, watch: undefined }, () => send.call(client, command));
    },
    sendWatched(command: Command, watch: AttemptWatch, options: CallOptions = {}) {
      const own = isUsual(command, options) ? [] : [options];
      return calls.run({ abortSignal: options.abortSignal, watch }, () => send.call(client, command, ...own));
    },
  }) as Client & WatchedSending;
}

/** A call of a plain command with no option but its signal. */
function isUsual({ middlewareStack }: Command, options: CallOptions, others: readonly unknown[] = []): boolean {
  return (
    typeof options === 'object' &&
    Object.keys(options).every((name) => name === 'abortSignal') &&
    others.length === 0 &&
    middlewareStack.identify().length === 0
  );
}

function smithyContextOf(context: object): { commandInstance?: unknown; abortSignal?: AbortSignal } {
  return (context as { __smithy_context: { commandInstance?: unknown } }).__smithy_context;
}
