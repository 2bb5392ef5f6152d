/** What ours may cost: `npm run bench -- --check` fails above any of these, and CI above those that do not depend on time. */
import type { Calls } from './calls.ts';
import type { Run } from './measures.ts';
import type { Results } from './results.ts';
import type { Subject } from './subjects.ts';

export interface Verdict {
  readonly budget: string;
  readonly limit: number;
  readonly value: number;
  readonly met: boolean;
  /** Wanted, but no reason to fail. */
  readonly aim?: boolean;
}

/** All that a creation may come to load, where the policy comes with it. */
export const MAX_BUNDLE_KIB = 300;
/** Of source and packages, read before the first request. It has grown by mistake whenever it grew by dozens. */
export const MAX_MODULES_AT_START = 450;

/** Calls of a request, without provenance: where that is kept, a change costs one call of DynamoDB more. */
export const CALLS: Readonly<Record<string, { readonly dynamodb: number; readonly bedrock: number }>> = {
  created: { dynamodb: 2, bedrock: 1 },
  'created, no token': { dynamodb: 0, bedrock: 1 },
  replayed: { dynamodb: 1, bedrock: 0 },
  'token reused for another body': { dynamodb: 1, bedrock: 0 },
  'denied by policy': { dynamodb: 0, bedrock: 0 },
  invalid: { dynamodb: 0, bedrock: 0 },
};

export function timelessBudgets(ours: Pick<Subject, 'bytes' | 'start'>, calls: readonly Calls[]): Verdict[] {
  return [
    atMost('bundle, KiB', MAX_BUNDLE_KIB, ours.bytes / 1024),
    atMost('modules at start', MAX_MODULES_AT_START, ours.start.modules),
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

export function timedBudgets({ cold, coldOnHalf, warm, curves }: Results): Verdict[] {
  const of = <T>(figures: Readonly<Partial<Record<Run, T>>>, run: Run) => figures[run] as T;
  const ratio = (name: string, limit: number, ours: number, other: number, aim?: boolean) =>
    atMost(name, limit, ours / other, aim);
  const coldRatios = (what: string, figures: Results['cold']) => {
    const [ours, idempotent, plain] = [of(figures, 'ours'), of(figures, 'idempotent'), of(figures, 'bare, plain')];
    return [
      ratio(`${what}, wall, to idempotent`, 1.05, ours.wallMs.median, idempotent.wallMs.median),
      ratio(`${what}, processor, to idempotent`, 1.05, ours.cpuMs.median, idempotent.cpuMs.median),
      ratio(`${what}, wall, to bare built plainly`, 1.1, ours.wallMs.median, plain.wallMs.median, true),
      ratio(`${what}, processor, to bare built plainly`, 1.1, ours.cpuMs.median, plain.cpuMs.median, true),
    ];
  };
  const [ours, idempotent] = [of(warm, 'ours'), of(warm, 'idempotent')];
  const largest = curves.bodyBytes.at(-1)?.runs ?? {};
  return [
    ...coldRatios('cold start', cold),
    ...(typeof coldOnHalf === 'string' ? [] : coldRatios('cold start on half a processor', coldOnHalf)),
    ratio('peak memory, to idempotent', 1.05, ours.peakRssMib.median, idempotent.peakRssMib.median),
    atMost('warm processor, µs', idempotent.cpuUs.median * 1.05 + OWN_WORK_US, ours.cpuUs.median),
    ratio('body of 1 MB, to bare', 1.3, of(largest, 'ours').cpuUs.median, of(largest, 'bare').cpuUs.median),
  ];
}

function atMost(budget: string, limit: number, value: number, aim = false): Verdict {
  return { budget, limit, value, met: value <= limit, ...(aim && { aim }) };
}
