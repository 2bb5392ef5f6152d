/**
 * `npm run bench`: what ours costs beside a bare handler (BARE), one made idempotent with Powertools (IDEMPOTENT) and one written by
 * hand with the packages of ours (BY HAND): built with the same settings, two of them also as esbuild does it unless told more,
 * and run in turn, as Lambda would run them.
 *
 *   --quick        few samples: for trying the bench itself
 *   --check        fails above a budget
 *   --write        keeps the results in test/bench/results.json, from which the README's table is made
 *   --json         prints the results as JSON, and nothing else
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { arch, cpus, platform, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { timedBudgets, timelessBudgets, type Verdict } from './budgets.ts';
import { countCalls } from './calls.ts';
import { decisionCurve } from './decide.ts';
import { halfProcessor } from './half-processor.ts';
import { bodiesCurve, functionsCurve, measureCold, measureWarm, RULES, rulesCurve } from './measures.ts';
import { tablesOf } from './report.ts';
import type { Results } from './results.ts';
import { buildProbe } from './sample.ts';
import { startStubs } from './stubs.ts';
import { buildSubjects } from './subjects.ts';

const flag = { type: 'boolean', default: false } as const;
const { values: options } = parseArgs({ options: { quick: flag, check: flag, write: flag, json: flag } });
const LENGTH = options.quick ? { warmUp: 100, warm: 100 } : { warmUp: 400, warm: 600 };
const ROUNDS = options.quick ? { cold: 5, half: 3, warm: 2, curve: 1 } : { cold: 31, half: 15, warm: 7, curve: 5 };

const tell = (line: string) => void process.stderr.write(`${line}\n`);
const results = await bench();
if (options.write) await writeFile('test/bench/results.json', `${JSON.stringify(results, undefined, 2)}\n`);
if (options.json) console.log(JSON.stringify(results));
else print(results);
const verdicts = [...timelessBudgets(results.bundles.ours, results.calls), ...timedBudgets(results)];
if (!options.json) printVerdicts(verdicts);
if (options.check && verdicts.some(({ met, aim }) => !met && !aim)) process.exitCode = 1;

async function bench(): Promise<Results> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-bench-'));
  const stubs = await startStubs();
  try {
    tell('building');
    await buildProbe(folder);
    const subjects = await buildSubjects(folder);
    const measuring = { folder, stubsUrl: stubs.url, stubs, subjects };
    const { bare, idempotent, ours } = subjects;
    tell('counting calls');
    const calls = await countCalls(measuring, stubs, [bare, idempotent, ours]);
    tell('cold starts');
    const cold = await measureCold(measuring, ROUNDS.cold);
    tell('cold starts on half a processor');
    const half = await halfProcessor();
    const coldOnHalf = typeof half === 'string' ? half : await measureCold(measuring, ROUNDS.half, half.within);
    if (typeof half !== 'string') await half.close();
    tell('warm requests');
    const warm = await measureWarm(measuring, ROUNDS.warm, LENGTH);
    tell('functions, bodies, rules');
    const curves = {
      functions: await functionsCurve(measuring, ROUNDS.curve, LENGTH),
      bodyBytes: await bodiesCurve(measuring, ROUNDS.curve, LENGTH),
      rules: await rulesCurve(measuring, ROUNDS.curve, LENGTH),
      decisionUs: decisionCurve(RULES),
    };
    const machine = {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      node: process.version,
      system: `${platform()} ${release()} ${arch()}`,
    };
    const bundles = Object.fromEntries(
      Object.entries(subjects).map(([name, { bundle: _, ...subject }]) => [name, subject]),
    ) as unknown as Results['bundles'];
    return {
      machine,
      at: new Date().toISOString(),
      quick: options.quick,
      bundles,
      calls,
      cold,
      coldOnHalf,
      warm,
      curves,
    };
  } finally {
    stubs.close();
    await rm(folder, { recursive: true });
  }
}

function print(results: Results): void {
  const { cpu, cores, node, system } = results.machine;
  console.log(`${cpu}, ${cores} cores, ${system}, Node ${node}; medians${results.quick ? ' of too few samples' : ''}.`);
  if (typeof results.coldOnHalf === 'string') console.log(`Half a processor: ${results.coldOnHalf}`);
  for (const { title, head, rows } of tablesOf(results)) {
    const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
    const line = (cells: readonly string[]) =>
      cells
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ');
    console.log(`\n${title}\n${[head, ...rows].map(line).join('\n')}`);
  }
}

function printVerdicts(verdicts: readonly Verdict[]): void {
  console.log('\nBudgets');
  for (const { budget, limit, value, met, aim } of verdicts) {
    const word = met ? 'met' : aim ? 'aim missed' : 'EXCEEDED';
    console.log(`${word.padEnd(10)}  ${budget}: ${Number(value.toFixed(2))} of ${Number(limit.toFixed(2))}`);
  }
}
