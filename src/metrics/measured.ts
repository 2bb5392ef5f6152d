/** The stages of one request, timed and counted: the flow itself knows nothing of it. */
import type { Attempt, Decision, Request, Stages } from '../provisioning.ts';
import type { Meter, Values } from './meter.ts';

interface Timing {
  readonly sinceStartMs: () => number;
  readonly policyMs: number;
  readonly upstreamBeforeMs: number;
  applyMs?: number;
}

/** @param upstreamMs milliseconds that the calls to Bedrock of this request have taken so far */
export function measured(stages: Stages, meter: Meter, upstreamMs: () => number): Stages {
  const timings = new WeakMap<Decision, Timing>();

  return {
    ...stages,
    async decide(request) {
      const stopwatch = started();
      const decision = await stages.decide(request);
      timings.set(decision, { sinceStartMs: stopwatch, policyMs: stopwatch(), upstreamBeforeMs: upstreamMs() });
      return decision;
    },
    attempt: (request, decision, isQuestion) =>
      counted(stages.attempt(request, decision, isQuestion), request, decision),
    async apply(request, decision) {
      const stopwatch = started();
      try {
        return await stages.apply(request, decision);
      } finally {
        const timing = timings.get(decision);
        if (timing !== undefined) timing.applyMs = stopwatch();
      }
    },
    async prepare(request, decision, applied) {
      const stopwatch = started();
      const preparation = await stages.prepare(request, decision, applied);
      if (preparation !== undefined) meter.tell({ PrepareLatency: stopwatch() }, { Operation: request.operation });
      return preparation;
    },
  };

  function counted(attempt: Attempt, request: Request, decision: Decision): Attempt {
    const outcome = (counts: Values) => tellOutcome(request, decision, counts);
    return {
      succeeded(applied) {
        attempt.succeeded(applied);
        outcome({ Allowed: 1, ...(applied.replayed ? { Replays: 1 } : {}) });
      },
      dryRun() {
        attempt.dryRun();
        if (decision.effect === 'allow') outcome({ Rehearsed: 1 });
      },
      failed(error) {
        const failure = attempt.failed(error);
        outcome(failure.code === 'POLICY_DENIED' ? { Denied: 1 } : { Allowed: 1 });
        return failure;
      },
      prepared: (preparation) => attempt.prepared(preparation),
    };
  }

  function tellOutcome({ operation }: Request, decision: Decision, counts: Values): void {
    const { sinceStartMs, policyMs, applyMs, upstreamBeforeMs } = timings.get(decision) as Timing;
    const upstream = upstreamMs() - upstreamBeforeMs;
    meter.tell(
      {
        ...counts,
        ...(decision.exemptions.length > 0 ? { Exempted: 1 } : {}),
        PolicyLatency: policyMs,
        ...(applyMs === undefined ? {} : { ApplyLatency: applyMs }),
        ...(upstream > 0 ? { UpstreamLatency: Math.round(upstream) } : {}),
        RequestLatency: sinceStartMs(),
      },
      { Operation: operation },
    );
    if (counts.Rehearsed !== undefined) return;
    for (const Rule of rulesOf(decision.violations)) meter.tell({ RuleDecisions: 1 }, { Rule, Effect: 'deny' });
    for (const Rule of rulesOf(decision.warnings)) meter.tell({ RuleDecisions: 1 }, { Rule, Effect: 'warn' });
  }
}

function started(): () => number {
  const startedAtMs = performance.now();
  return () => Math.round((performance.now() - startedAtMs) * 100) / 100;
}

function rulesOf(findings: readonly { readonly rule: string }[]): Set<string> {
  return new Set(findings.map(({ rule }) => rule));
}
