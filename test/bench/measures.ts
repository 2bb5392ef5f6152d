/** Time, memory and how they grow: each measure takes its samples in turn. */
import { cp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { serialise } from '../../src/policy/policy.ts';
import { PROVENANCE } from './calls.ts';
import { type Figure, figureOf, inTurn } from './figures.ts';
import { policyOf } from './policies.ts';
import type { Probed } from './probe.ts';
import { creations, withBodyOf, withFunctions } from './requests.ts';
import { type Bench, sample, writePlan } from './sample.ts';
import type { Stubs } from './stubs.ts';
import type { Subject, SubjectName } from './subjects.ts';

/** What is run: a subject, or ours as it is deployed where provenance is kept. */
export type Run = SubjectName | 'ours, with provenance';
export const RUNS: readonly Run[] = [
  'bare, plain',
  'bare',
  'idempotent',
  'by hand, plain',
  'by hand',
  'ours',
  'ours, with provenance',
];

export interface Measuring extends Bench {
  readonly stubs: Stubs;
  readonly subjects: Readonly<Record<SubjectName, Subject>>;
}

/** How many requests warm a process up, and how many then count. */
export interface Length {
  readonly warmUp: number;
  readonly warm: number;
}

interface Taking extends Partial<Length> {
  readonly group?: Record<string, unknown>;
  readonly bundle?: string;
  readonly within?: Parameters<typeof sample>[3];
}

let samples = 0;

async function take(bench: Measuring, run: Run, taking: Taking = {}): Promise<Probed> {
  const { warmUp = 0, warm = 0, group, within } = taking;
  const { bundle } = bench.subjects[run === 'ours, with provenance' ? 'ours' : run];
  const [first, ...rest] = creations(1 + warmUp + warm, `bench${samples++}`, group);
  const plan = {
    bundle: taking.bundle ?? bundle,
    first: first!,
    warmUp: rest.slice(0, warmUp),
    warm: rest.slice(warmUp),
  };
  const path = await writePlan(bench.folder, 'plan', { ...plan, status: 201 });
  const probed = await sample(bench, path, run === 'ours, with provenance' ? PROVENANCE : {}, within);
  await bench.stubs.counts(); // forgets what it stored
  return probed;
}

export interface ColdFigures {
  readonly importMs: Figure;
  readonly firstAnswerMs: Figure;
  readonly wallMs: Figure;
  readonly cpuMs: Figure;
  readonly rssMib: Figure;
}

type PerRun<T> = Readonly<Partial<Record<Run, T>>>;

export async function measureCold(
  bench: Measuring,
  rounds: number,
  within?: Taking['within'],
): Promise<PerRun<ColdFigures>> {
  return perRun(await inTurn(RUNS, rounds, (run) => take(bench, run, within && { within })), (probed) => ({
    importMs: figureOf(probed.map(({ imported }) => imported.wallMs)),
    firstAnswerMs: figureOf(probed.map(({ imported, cold }) => cold.wallMs - imported.wallMs)),
    wallMs: figureOf(probed.map(({ cold }) => cold.wallMs)),
    cpuMs: figureOf(probed.map(({ cold }) => cold.cpuMs)),
    rssMib: figureOf(probed.map(({ coldRssKib }) => coldRssKib / 1024)),
  }));
}

export interface WarmFigures {
  readonly cpuUs: Figure;
  readonly wallUs: Figure;
  readonly peakRssMib: Figure;
}

export async function measureWarm(bench: Measuring, rounds: number, length: Length): Promise<PerRun<WarmFigures>> {
  return perRun(await inTurn(RUNS, rounds, (run) => take(bench, run, length)), warmFigures);
}

function warmFigures(probed: readonly Probed[]): WarmFigures {
  return {
    cpuUs: figureOf(probed.map(({ warm }) => (warm?.cpuMs ?? Number.NaN) * 1_000)),
    wallUs: figureOf(probed.map(({ warm }) => (warm?.wallMs ?? Number.NaN) * 1_000)),
    peakRssMib: figureOf(probed.map(({ peakRssKib }) => peakRssKib / 1024)),
  };
}

const SIDE_BY_SIDE = ['bare', 'idempotent', 'ours'] as const satisfies readonly Run[];

export interface Curve {
  readonly size: number;
  readonly runs: PerRun<WarmFigures>;
}

export const FUNCTIONS = [1, 10, 100];
const BODY_BYTES = [1_024, 10_240, 102_400, 1_048_576];
export const RULES = [1, 10, 100, 1_000];

export function functionsCurve(bench: Measuring, rounds: number, { warmUp, warm }: Length): Promise<Curve[]> {
  const length = { warmUp: warmUp >> 2, warm: warm >> 2 };
  return curve(FUNCTIONS, (size) => sideBySide(bench, rounds, { ...length, group: withFunctions(size) }));
}

export function bodiesCurve(bench: Measuring, rounds: number, { warmUp, warm }: Length): Promise<Curve[]> {
  return curve(BODY_BYTES, (size) => {
    // Of large ones too there are dozens: it takes as many until what a request leaves behind is collected as often as it is made.
    const fewer = Math.max(4, Math.ceil(size / 40_960));
    const length = { warmUp: Math.ceil(warmUp / fewer) + 5, warm: Math.ceil(warm / fewer) + 5 };
    return sideBySide(bench, rounds, { ...length, group: withBodyOf(size) });
  });
}

/** Ours alone: the others have no policy. The policy of each size stands beside a copy of the bundle. */
export function rulesCurve(bench: Measuring, rounds: number, { warmUp, warm }: Length): Promise<Curve[]> {
  return curve(RULES, async (size) => {
    const { bundle } = bench.subjects.ours;
    const folder = join(bench.folder, `rules-${size}`);
    await cp(dirname(bundle), folder, { recursive: true });
    await writeFile(
      join(folder, 'policy.json'),
      serialise(policyOf(size, 'arn:aws:iam::111122223333:role/payments-*')),
    );
    const taking = { warmUp: warmUp >> 2, warm: warm >> 2, bundle: join(folder, 'index.mjs') };
    return perRun(await inTurn(['ours'] as const, rounds, () => take(bench, 'ours', taking)), warmFigures);
  });
}

async function sideBySide(bench: Measuring, rounds: number, taking: Taking): Promise<PerRun<WarmFigures>> {
  return perRun(await inTurn(SIDE_BY_SIDE, rounds, (run) => take(bench, run, taking)), warmFigures);
}

async function curve(sizes: readonly number[], at: (size: number) => Promise<Curve['runs']>): Promise<Curve[]> {
  const points: Curve[] = [];
  for (const size of sizes) points.push({ size, runs: await at(size) });
  return points;
}

function perRun<T>(
  samples: Readonly<Partial<Record<Run, readonly Probed[]>>>,
  figures: (probed: readonly Probed[]) => T,
): PerRun<T> {
  return Object.fromEntries(Object.entries(samples).map(([run, probed]) => [run, figures(probed)])) as PerRun<T>;
}
