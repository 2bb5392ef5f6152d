/**
 * What ours may cost: `npm run bench -- --check` fails above any of these that is no aim, and CI above those that do not depend
 * on time. Ours is measured without provenance, as the others keep none.
 */
import type { Calls } from './calls.ts';
import type { Run } from './measures.ts';
import type { Results } from './results.ts';
import type { Subject, SubjectName } from './subjects.ts';

export interface Verdict {
  readonly budget: string;
  readonly limit: number;
  readonly value: number;
  readonly met: boolean;
  /** Wanted, but no reason to fail. */
  readonly aim?: boolean;
}

/** All that a creation may come to load, where the policy comes with it. */
const MAX_BUNDLE_KIB = 300;
/** Of source and packages. It has grown by mistake whenever it grew by dozens. */
const MAX_MODULES = 450;

/** Calls of a request, without provenance: where that is kept, a change costs one call of DynamoDB more. */
export const CALLS: Readonly<Record<string, { readonly dynamodb: number; readonly bedrock: number }>> = {
  created: { dynamodb: 2, bedrock: 1 },
  'created, no token': { dynamodb: 0, bedrock: 1 },
  replayed: { dynamodb: 1, bedrock: 0 },
  'token reused for another body': { dynamodb: 1, bedrock: 0 },
  'denied by policy': { dynamodb: 0, bedrock: 0 },
  invalid: { dynamodb: 0, bedrock: 0 },
};

export function timelessBudgets(ours: Pick<Subject, 'bytes' | 'modules'>, calls: readonly Calls[]): Verdict[] {
  return [
    atMost('bundle, KiB', MAX_BUNDLE_KIB, ours.bytes / 1024),
    atMost('modules', MAX_MODULES, ours.modules),
    ...calls
      .filter(({ subject }) => subject === 'ours')
      .flatMap(({ case: name, provenance, dynamodb, bedrock }) => {
        const allowed = CALLS[name] ?? { dynamodb: 0, bedrock: 0 };
        const kept = provenance && name.startsWith('created') ? 1 : 0;
        const with_ = provenance ? ', with provenance' : '';
        return [
          atMost(`calls of DynamoDB, ${name}${with_}`, allowed.dynamodb + kept, dynamodb),
          atMost(`calls of Bedrock, ${name}${with_}`, allowed.bedrock, bedrock),
        ];
      }),
  ];
}

/** What validation, policy and audit may cost together, beside a twentieth of the handler without them. */
const OWN_WORK_US = 150;

/** Of a cold start: the policy, both audit records and every promise after a fault, which what is made by hand does not have. */
const MAX_COLD_TO_BY_HAND = 1.25;

export function timedBudgets({ cold, coldOnHalf, warm, curves }: Results): Verdict[] {
  const of = <T>(figures: Readonly<Partial<Record<Run, T>>>, run: Run) => figures[run] as T;
  const ratio = (name: string, limit: number, ours: number, other: number, aim?: boolean) =>
    atMost(name, limit, ours / other, aim);
  const coldRatios = (what: string, figures: Results['cold']) => {
    const ours = of(figures, 'ours');
    const to = (run: SubjectName, limit: number, aim?: boolean) => [
      ratio(`${what}, wall, to ${run}`, limit, ours.wallMs.median, of(figures, run).wallMs.median, aim),
      ratio(`${what}, processor, to ${run}`, limit, ours.cpuMs.median, of(figures, run).cpuMs.median, aim),
    ];
    return [
      ...to('by hand', MAX_COLD_TO_BY_HAND),
      ...to('bare, plain', 1.1, true),
      // No limit: loading Middy, Valibot, Logger and Metrics and using each once takes more than that, as BY HAND shows.
      ...to('idempotent', 1.05, true),
    ];
  };
  const [ours, byHand, idempotent] = [of(warm, 'ours'), of(warm, 'by hand'), of(warm, 'idempotent')];
  const largest = curves.bodyBytes.at(-1)?.runs ?? {};
  return [
    ...coldRatios('cold start', cold),
    ...(typeof coldOnHalf === 'string' ? [] : coldRatios('cold start on half a processor', coldOnHalf)),
    // Beside 100 MiB of Node's and the SDK's, 5 are ours, and 5 differ from run to run.
    ratio('peak memory, to by hand', 1.1, ours.peakRssMib.median, byHand.peakRssMib.median),
    ratio('peak memory, to idempotent', 1.05, ours.peakRssMib.median, idempotent.peakRssMib.median, true),
    atMost('warm processor, µs', idempotent.cpuUs.median * 1.05 + OWN_WORK_US, ours.cpuUs.median),
    ratio('body of 1 MB, to bare', 1.3, of(largest, 'ours').cpuUs.median, of(largest, 'bare').cpuUs.median),
  ];
}

function atMost(budget: string, limit: number, value: number, aim = false): Verdict {
  return { budget, limit, value, met: value <= limit, ...(aim && { aim }) };
}
