/**
 * The control plane of Amazon Bedrock Agents, emulated over HTTP: for `npm start` and for tests. Never deployed.
 *
 * It judges requests by the service model's own constraints, commits atomically, and keeps two records that a test can
 * trust more than any answer: the ledger of what was committed and the log of what was received. What can be turned is in
 * `settings.ts`, what can go wrong on request in `faults.ts`, and the same controls over HTTP are in `controls.ts`.
 * Signatures are not verified.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { type AgentPatch, putAgent } from './agents.ts';
import { type Answer, agentAnswer } from './answer.ts';
import { CONTROL_PREFIX, control } from './controls.ts';
import { AwsFailure, unknownOperation } from './failure.ts';
import { createFaults, type Effect, effectOf, type Fault } from './faults.ts';
import { readBody, sendAnswer, sendFailure, sendText } from './http.ts';
import { inputOf } from './input.ts';
import { OPERATIONS, type Route, route } from './model.ts';
import { EXECUTE } from './operations.ts';
import { createRateLimiter } from './quotas.ts';
import { headerFacts, type RequestLogEntry } from './request-log.ts';
import { DEFAULT_SETTINGS, patched, type Settings, type SettingsPatch } from './settings.ts';
import { type AgentStatus, createAccount, type LedgerEntry, timestamp } from './state.ts';

export interface BedrockEmulatorOptions {
  /** 0, the default, picks a free one. Only loopback is listened on. */
  readonly port?: number;
  readonly accountId?: string;
  readonly region?: string;
  /** Agents that are there from the start and after a reset; `AGENT12345` unless told. */
  readonly agentIds?: readonly string[];
  /** Epoch milliseconds. All states, timestamps and rates go by it. */
  readonly now?: () => number;
  /** How a fault waits; ends early, rejecting, when the signal aborts. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  readonly settings?: SettingsPatch;
}

export interface BedrockEmulator {
  /** Without a trailing slash: the endpoint of an AWS client. */
  readonly url: string;
  readonly port: number;
  readonly agents: {
    /** Adds an agent (NOT_PREPARED) or changes one; answers as GetAgent does. */
    put(agentId: string, patch?: AgentPatch): object;
    setStatus(agentId: string, status: AgentStatus): void;
    failNextPrepare(agentId: string, ...reasons: string[]): void;
    /** Keeps DRAFT's groups as the next numeric version. */
    publishVersion(agentId: string): void;
  };
  /** Live views, oldest first; a reset empties them. */
  readonly ledger: readonly LedgerEntry[];
  readonly requests: readonly Readonly<RequestLogEntry>[];
  /** Queues faults. */
  fault(...faults: Fault[]): void;
  /** Those still queued. */
  faults(): readonly Fault[];
  clearFaults(): void;
  /** Changes the settings that the patch names, and tells all of them. */
  configure(patch: SettingsPatch): Settings;
  /** Back to the start: the first agents and settings, empty records, no faults. */
  reset(): void;
  /** Ends every open connection, hanging ones included. */
  close(): Promise<void>;
}

export async function startBedrockEmulator(options: BedrockEmulatorOptions = {}): Promise<BedrockEmulator> {
  const { accountId = '111122223333', region = 'us-east-1', agentIds = ['AGENT12345'], now = Date.now } = options;
  const sleep = options.sleep ?? ((ms, signal) => sleepFor(ms, undefined, { signal }));
  const account = createAccount({ accountId, region, now });
  const faults = createFaults();
  const requests: RequestLogEntry[] = [];
  const rates = createRateLimiter(account);
  // Ends with a reset or the close: a request that a fault still delays must not commit into the next test.
  let era = new AbortController();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const method = request.method ?? '';
    if (path.startsWith(CONTROL_PREFIX)) {
      const answer = control(emulator, method, path, await readBody(request));
      return sendAnswer(response, answer.status, answer.body);
    }
    const requestId = randomUUID();
    response.setHeader('x-amzn-RequestId', requestId);
    const found = route(method, path);
    const facts = headerFacts(request.headers);
    const entry: RequestLogEntry = {
      requestId,
      at: timestamp(now()),
      operation: found?.operation ?? null,
      method,
      path: request.url ?? '',
      status: null,
      ...facts,
    };
    requests.push(entry);
    const effect = await perform(request, found, new URLSearchParams(query), entry);
    if (effect.do === 'hang') return;
    if (effect.do === 'drop') {
      request.socket.destroy();
      return;
    }
    entry.status = effect.do === 'fail' ? effect.failure.status : effect.status;
    if (effect.do === 'fail') sendFailure(response, effect.failure);
    else if (effect.do === 'answer') sendText(response, effect.status, effect.contentType, effect.text);
    else sendAnswer(response, effect.status, effect.answer);
  }

  async function perform(
    request: IncomingMessage,
    found: Route | undefined,
    query: URLSearchParams,
    entry: RequestLogEntry,
  ): Promise<Effect | Success> {
    try {
      const { signal } = era;
      const body = await readBody(request);
      if (found === undefined) throw unknownOperation();
      const { operation } = found;
      // From here to its end nothing awaits: a commit is atomic.
      const execute = (): Success => {
        rates.pass(operation);
        const answer = EXECUTE[operation](account, inputOf(found, query, body), entry);
        return { do: 'succeed', status: OPERATIONS[operation].successStatus, answer };
      };
      const fault = faults.first(operation);
      if (fault === undefined) return execute();
      const early = fault.when === 'after-commit' ? execute() : undefined;
      faults.spend(fault);
      entry.fault = fault.kind;
      if (fault.delayMs) await sleep(fault.delayMs, signal);
      signal.throwIfAborted();
      return effectOf(fault, operation, accountId) ?? early ?? execute();
    } catch (error) {
      if (error instanceof AwsFailure) return { do: 'fail', failure: error };
      // The caller went away while sending, or the era ended: there is nobody to answer.
      if (isAbort(error)) return { do: 'drop' };
      throw error;
    }
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // Every refusal is an answer by now, so this is a defect of the emulator, and must be seen.
      console.error('The Bedrock emulator failed:', error);
      request.socket.destroy();
    });
  });
  // An idle connection that the server ends just as a client uses it again would look like a fault that nobody asked for.
  server.keepAliveTimeout = 0;
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(options.port ?? 0, '127.0.0.1', listening);
  });
  const { port } = server.address() as AddressInfo;

  const emulator: BedrockEmulator = {
    url: `http://127.0.0.1:${port}`,
    port,
    agents: {
      put: (agentId, patch) => agentAnswer(account, putAgent(account, agentId, patch))!,
      setStatus: (agentId, status) => void putAgent(account, agentId, { status }),
      failNextPrepare: (agentId, ...failNextPrepare) => void putAgent(account, agentId, { failNextPrepare }),
      publishVersion: (agentId) => void putAgent(account, agentId, { publishVersion: true }),
    },
    ledger: account.ledger,
    requests,
    fault: (...added) => added.forEach(faults.add),
    faults: faults.queued,
    clearFaults: faults.clear,
    configure(patch) {
      account.settings = patched(account.settings, patch);
      return account.settings;
    },
    reset() {
      era.abort();
      era = new AbortController();
      account.agents.clear();
      account.tokens.clear();
      account.ledger.length = 0;
      requests.length = 0;
      rates.forget();
      faults.clear();
      account.settings = patched(DEFAULT_SETTINGS, options.settings ?? {});
      for (const agentId of agentIds) putAgent(account, agentId);
    },
    async close() {
      era.abort();
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
  emulator.reset();
  return emulator;
}

function isAbort(error: unknown): boolean {
  const { name, code } = error as NodeJS.ErrnoException;
  return name === 'AbortError' || code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}

/** The true answer of an operation. */
interface Success {
  readonly do: 'succeed';
  readonly status: number;
  readonly answer: Answer;
}
