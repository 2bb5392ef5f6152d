/** `npm run histories -- --runs 500 --seed 7 --steps 30`: random histories until one breaks a promise, which is then shrunk. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { live, type Met } from './history.ts';
import { histories } from './steps.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    steps: { type: 'string', default: '25' },
    /** Of a failure, as it was printed: runs that one history again. */
    path: { type: 'string' },
  },
});
const policyFile = fileURLToPath(new URL('../data/policy.yaml', import.meta.url));
const met: Met = { steps: 0, calls: 0, successes: 0, replays: 0, killed: 0, frozen: 0, commits: 0 };
const [seed, numRuns] = [Number(values.seed), Number(values.runs)];
console.log(`seed ${seed}, ${numRuns} histories of up to ${values.steps} steps`);
const startedAt = performance.now();
const property = fc.asyncProperty(histories(Number(values.steps)), (steps) => live(steps, policyFile, met));
const result = await fc.check(property, {
  seed,
  numRuns,
  ...(values.path === undefined ? {} : { path: values.path }),
});
console.log(JSON.stringify(met), `${Math.round((performance.now() - startedAt) / 1000)} s`);
if (result.failed) {
  console.error(fc.defaultReportMessage(result));
  console.error(result.errorInstance instanceof Error ? result.errorInstance.message : result.errorInstance);
  process.exitCode = 1;
} else {
  console.log('Every promise was kept.');
}
