/**
 * One fresh process, as Lambda starts one: imports a bundle, answers a first request, then the others; and says on file
 * descriptor 3 what that took. Argument: path of a `Plan` as JSON.
 */
import { readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';

export interface Plan {
  /** Path of the module that exports `handler`. */
  readonly bundle: string;
  readonly first: APIGatewayProxyEvent;
  /** Answered after the first, one after another; none of them counts. */
  readonly warmUp: readonly APIGatewayProxyEvent[];
  /** Then these, which count. */
  readonly warm: readonly APIGatewayProxyEvent[];
  /** Every answer has it, or there is nothing to measure. */
  readonly status: number;
}

/** Milliseconds of wall time and of processor time (of all threads). */
export interface Took {
  readonly wallMs: number;
  readonly cpuMs: number;
}

export interface Probed {
  readonly imported: Took;
  /** Import and first answer together. */
  readonly cold: Took;
  /** Of one request; absent where none was asked for. */
  readonly warm?: Took;
  /** Highest ever, in KiB: after the first answer, and at the end. */
  readonly coldRssKib: number;
  readonly peakRssKib: number;
}

const plan = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as Plan;
const context = { getRemainingTimeInMillis: () => 28_000, awsRequestId: 'bench', functionName: 'bench' } as Context;

const start = watch();
const { handler } = (await import(plan.bundle)) as {
  handler: (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;
};
const imported = start();
forgetWebSockets();
await answer(plan.first);
const cold = start();
const coldRssKib = process.resourceUsage().maxRSS;
for (const event of plan.warmUp) await answer(event);
const warmStart = watch();
for (const event of plan.warm) await answer(event);
const { wallMs, cpuMs } = warmStart();
const count = plan.warm.length;
const warm = count === 0 ? {} : { warm: { wallMs: wallMs / count, cpuMs: cpuMs / count } };
const probed: Probed = { imported, cold, ...warm, coldRssKib, peakRssKib: process.resourceUsage().maxRSS };
writeSync(3, JSON.stringify(probed));
process.exit();

async function answer(event: APIGatewayProxyEvent): Promise<void> {
  const { statusCode, body } = await handler(event, context);
  if (statusCode !== plan.status) throw new Error(`${statusCode} instead of ${plan.status}: ${body}`);
}

/**
 * The stubs speak plain HTTP, for which alone the SDK does `import('node:http')`; and that loads `fetch` and WebSocket behind
 * three lazy exports, for 20 ms that no Lambda pays: AWS is called by TLS. A bundle that does so by itself has paid by now.
 */
function forgetWebSockets(): void {
  const http = createRequire(import.meta.url)('node:http');
  for (const name of ['WebSocket', 'CloseEvent', 'MessageEvent'])
    Object.defineProperty(http, name, { value: undefined });
}

function watch(): () => Took {
  const since = performance.now();
  const used = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(used);
    return { wallMs: performance.now() - since, cpuMs: (user + system) / 1_000 };
  };
}
