/** Rising rates against the service in a process of its own, and the verdict at the end. */
import autocannon, { type LoadRequest } from 'autocannon';
import { createMix, type Mix } from './mix.ts';
import { startLoadedService } from './service.ts';
import { type Verdict, verdictOf } from './verdict.ts';

export interface LoadPlan {
  /** Requests a second, one stage after another. */
  readonly rates: readonly number[];
  /** How long each stage lasts. */
  readonly seconds: number;
  readonly connections: number;
  /** The share of creations that repeat a token. */
  readonly duplicates: number;
}

export interface Stage {
  readonly rate: number;
  /** Answers a second. */
  readonly throughput: number;
  readonly latencyMs: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };
  /** Connections that broke, and requests that were not answered in time. */
  readonly unanswered: number;
  /** Answers by kind of request and status, with the problem's code. */
  readonly answers: Readonly<Record<string, number>>;
}

export interface LoadReport {
  readonly stages: readonly Stage[];
  readonly verdict: Verdict;
}

/** @param tell hears of each stage as it ends. */
export async function runLoad(plan: LoadPlan, tell: (stage: Stage) => void = () => {}): Promise<LoadReport> {
  const service = await startLoadedService();
  try {
    const mix = createMix(plan.duplicates);
    const stages: Stage[] = [];
    for (const rate of plan.rates) {
      const stage = await runStage(service.url, mix, plan, rate);
      stages.push(stage);
      tell(stage);
    }
    await settle(service.url, mix);
    return { stages, verdict: verdictOf(mix, await service.ledger(), service.attempts) };
  } finally {
    await service.stop();
  }
}

async function runStage(url: string, mix: Mix, { seconds, connections }: LoadPlan, rate: number): Promise<Stage> {
  mix.answers.clear();
  const result = await autocannon({
    url,
    connections,
    overallRate: rate,
    duration: seconds,
    timeout: 30,
    requests: [
      {
        // The gateway wants to be called by the name that it listens on.
        setupRequest: (_request, context) => withHost(mix.next(context), new URL(url).host),
        onResponse: (status, body, context) => mix.answered(context, status, body),
      },
    ],
  });
  const { p50, p90, p99, max } = result.latency;
  return {
    rate,
    throughput: result.requests.average,
    latencyMs: { p50, p90, p99, max },
    unanswered: result.errors + result.timeouts,
    answers: Object.fromEntries([...mix.answers].sort()),
  };
}

function withHost(request: LoadRequest, host: string): LoadRequest {
  return { ...request, headers: { ...request.headers, host } };
}

/** What was cut off by a stage's end, or told to come again, comes again: with the same token, until it has its group. */
async function settle(url: string, mix: Mix): Promise<void> {
  for (const creation of mix.creations.values()) {
    for (let attempt = 0; creation.succeeded === 0 && attempt < 5; attempt++) {
      const { path, ...request } = creation.request;
      const answer = await fetch(`${url}${path}`, request);
      mix.answered({ asked: creation.name }, answer.status, await answer.text());
    }
  }
}
