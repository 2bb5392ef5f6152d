/** Results as tables: for a terminal, and for the README. */
import { round } from './figures.ts';
import { RUNS, type Run } from './measures.ts';
import type { Results } from './results.ts';

type Rows = readonly (readonly string[])[];

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: Rows;
}

const NAMES: Readonly<Record<Run, string>> = {
  'bare, plain': 'BARE, built plainly',
  bare: 'BARE',
  idempotent: 'IDEMPOTENT',
  'by hand, plain': 'BY HAND, built plainly',
  'by hand': 'BY HAND',
  ours: 'ours',
  'ours, with provenance': 'ours, with provenance',
};

export function tablesOf(results: Results): Table[] {
  const { calls, coldOnHalf, curves } = results;
  const half: Table[] =
    typeof coldOnHalf === 'string' ? [] : [{ title: 'Cold start on half a processor', ...coldTable(coldOnHalf) }];
  return [
    { title: 'Cold start: a fresh process, import and first answer', ...coldTable(results.cold) },
    ...half,
    { title: 'Warm, and bundles', ...warmTable(results) },
    {
      title: 'Calls of one request',
      head: ['request', 'who', 'DynamoDB', 'Bedrock'],
      rows: calls.map(({ subject, case: name, provenance, dynamodb, bedrock }) => [
        name,
        NAMES[provenance ? 'ours, with provenance' : subject],
        String(dynamodb),
        String(bedrock),
      ]),
    },
    curveTable('functions', curves.functions),
    curveTable('bytes of body', curves.bodyBytes),
    {
      title: 'By rules in force: ours, warm, and one decision alone',
      head: ['rules', 'request, µs', 'decision, µs'],
      rows: curves.rules.map(({ size, runs }) => [
        String(size),
        String(runs.ours?.cpuUs.median),
        String(curves.decisionUs.find(({ rules }) => rules === size)?.microseconds ?? ''),
      ]),
    },
  ];
}

/** The README's: what a team compares. */
export function readmeTable(results: Results): { head: readonly string[]; rows: Rows } {
  const { cold, coldOnHalf, warm, bundles } = results;
  const half = typeof coldOnHalf === 'string' ? undefined : coldOnHalf;
  const of = (run: Run) => bundles[run === 'ours, with provenance' ? 'ours' : run];
  return {
    head: ['', ...RUNS.map((run) => NAMES[run])],
    rows: [
      ['cold start, ms', ...RUNS.map((run) => figure(cold[run]?.wallMs.median))],
      ['its processor time, ms', ...RUNS.map((run) => figure(cold[run]?.cpuMs.median))],
      ['cold start on half a processor, ms', ...RUNS.map((run) => figure(half?.[run]?.wallMs.median))],
      ['processor time of a warm request, µs', ...RUNS.map((run) => figure(warm[run]?.cpuUs.median))],
      ['peak memory, MiB', ...RUNS.map((run) => figure(warm[run]?.peakRssMib.median))],
      ['bundle, KiB', ...RUNS.map((run) => figure(of(run).bytes / 1024))],
    ],
  };
}

function figure(value: number | undefined): string {
  return value === undefined ? '–' : String(round(value));
}

function coldTable(cold: Results['cold']): Pick<Table, 'head' | 'rows'> {
  const wall = (run: Run) => cold[run]?.wallMs.median ?? Number.NaN;
  return {
    head: [
      '',
      'import, ms',
      'first answer, ms',
      'both, ms',
      'middle half',
      'processor, ms',
      'to BARE',
      'to IDEMPOTENT',
      'to BY HAND',
      'RSS, MiB',
    ],
    rows: RUNS.flatMap((run) => {
      const of = cold[run];
      if (of === undefined) return [];
      const { importMs, firstAnswerMs, wallMs, cpuMs, rssMib } = of;
      return [
        [
          NAMES[run],
          ...[importMs, firstAnswerMs, wallMs].map(({ median }) => String(median)),
          `${wallMs.from}–${wallMs.to}`,
          String(cpuMs.median),
          (wall(run) / wall('bare')).toFixed(2),
          (wall(run) / wall('idempotent')).toFixed(2),
          (wall(run) / wall('by hand')).toFixed(2),
          String(rssMib.median),
        ],
      ];
    }),
  };
}

function warmTable({ warm, bundles }: Results): Pick<Table, 'head' | 'rows'> {
  const cpu = (run: Run) => warm[run]?.cpuUs.median ?? Number.NaN;
  return {
    head: ['', 'processor, µs', 'middle half', 'to BARE', 'to IDEMPOTENT', 'peak RSS, MiB', 'bundle, KiB', 'modules'],
    rows: RUNS.flatMap((run) => {
      const of = warm[run];
      if (of === undefined) return [];
      const { bytes, modules } = bundles[run === 'ours, with provenance' ? 'ours' : run];
      return [
        [
          NAMES[run],
          String(of.cpuUs.median),
          `${of.cpuUs.from}–${of.cpuUs.to}`,
          (cpu(run) / cpu('bare')).toFixed(2),
          (cpu(run) / cpu('idempotent')).toFixed(2),
          String(of.peakRssMib.median),
          String(Math.round(bytes / 1024)),
          String(modules),
        ],
      ];
    }),
  };
}

function curveTable(what: string, points: Results['curves']['functions']): Table {
  return {
    title: `Processor time of a warm request by ${what}, µs`,
    head: [what, 'BARE', 'IDEMPOTENT', 'ours', 'to BARE'],
    rows: points.map(({ size, runs: { bare, idempotent, ours } }) => [
      String(size),
      ...[bare, idempotent, ours].map((of) => String(of?.cpuUs.median)),
      ((ours?.cpuUs.median ?? Number.NaN) / (bare?.cpuUs.median ?? Number.NaN)).toFixed(2),
    ]),
  };
}
